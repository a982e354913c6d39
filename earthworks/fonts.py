"""Noto Sans as one TrueType file per weight: what PDF files are written with.

npm installs it in parts (Latin, Cyrillic, the rest of Cyrillic); a PDF wants one font with all
letters, Kazakh ones included. The parts are put together once per process.
"""

import logging
import tempfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

PACKAGE = "@fontsource/noto-sans"
UNUSED = ["GSUB", "GPOS", "GDEF", "DSIG", "fpgm", "prep", "cvt ", "gasp", "STAT"]
PARTS = ("latin", "cyrillic", "cyrillic-ext")
WEIGHTS = {"": 400, "B": 600}

# It tells of every table that it packs.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@lru_cache(maxsize=len(WEIGHTS))
def noto_sans(style: str = "") -> bytes:
    """The TrueType file of a style: `""` regular, `"B"` bold. Raises OSError before set-up."""
    folder = settings.BASE_DIR / "node_modules" / PACKAGE / "files"
    parts = []
    for part in PARTS:
        with TTFont(folder / f"noto-sans-{part}-{WEIGHTS[style]}-normal.woff") as font:
            font.flavor = None
            plain = BytesIO()
            font.save(plain)
        plain.seek(0)
        parts.append(plain)
    # Without hints and layout rules: half the time to embed, and nobody sees the difference.
    merged = Merger(Options(drop_tables=UNUSED)).merge(parts)
    file = BytesIO()
    merged.save(file)
    return file.getvalue()


def font_file(style: str = "") -> Path:
    """The same font as a file; written at the first use, in one step."""
    folder = Path(settings.CITYMAP_VAR) / "fonts"
    path = folder / f"noto-sans-{WEIGHTS[style]}.ttf"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(noto_sans(style))
        Path(file.name).replace(path)
    return path
