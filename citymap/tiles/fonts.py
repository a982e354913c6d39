"""The type of the map: Noto Sans, served by us and declared in the style itself.

MapLibre 6 draws glyphs from the font files that a style names in `font-faces`, so labels need
neither a glyph service nor fonts loaded by the page. The character ranges are those of
Fontsource's own files, read from its style sheet: all of Cyrillic, Kazakh letters included.
"""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from citymap.vendor import vendor_prefix, versions

PACKAGE = "@fontsource/noto-sans"
SUBSETS = ("cyrillic", "cyrillic-ext", "latin", "latin-ext")
# name in the style -> the style sheet of that weight
FACES = {"Noto Sans Regular": "400", "Noto Sans Italic": "400-italic", "Noto Sans SemiBold": "600"}
REGULAR, ITALIC, BOLD = (["Noto Sans Regular"], ["Noto Sans Italic"], ["Noto Sans SemiBold"])

_FACE_RULE = re.compile(r"url\(\./(files/[\w.-]+\.woff2)\).*?unicode-range: ([^;]+);", re.DOTALL)


@lru_cache(maxsize=1)
def unicode_ranges() -> dict[str, list[tuple[str, list[str]]]]:
    """Per face its font files, each with the ranges it covers; empty before `npm install`."""
    folder = settings.BASE_DIR / "node_modules" / PACKAGE
    return {name: _files(folder / f"{sheet}.css") for name, sheet in FACES.items()}


def _files(sheet: Path) -> list[tuple[str, list[str]]]:
    if not sheet.is_file():
        return []
    found = dict(_FACE_RULE.findall(sheet.read_text(encoding="utf-8")))
    wanted = re.compile(rf"noto-sans-({'|'.join(SUBSETS)})-\d+-\w+\.woff2$")
    # MapLibre takes the first file whose range has a letter, a browser the last one declared:
    # two ranges have Ұ, and only the later file draws it.
    return [
        (file, ranges.split(",")) for file, ranges in reversed(found.items()) if wanted.search(file)
    ]


def font_faces() -> dict[str, list[dict]]:
    """The `font-faces` member of a style; vendor files keep their names, so URLs are plain."""
    prefix = vendor_prefix(PACKAGE, versions(settings.BASE_DIR)[PACKAGE])
    return {
        name: [
            {"url": f"{settings.STATIC_URL}{prefix}/{file}", "unicode-range": ranges}
            for file, ranges in files
        ]
        for name, files in unicode_ranges().items()
    }
