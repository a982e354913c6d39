"""Front-end libraries that npm installed, served unhashed under `vendor/<name>-<version>/`.

Their own relative imports and workers then resolve by themselves, and the version in the
path makes them immutable. Our own modules are hashed and import each other by bare names
from a generated importmap: with relative imports a module would be loaded twice.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage

# package name -> the folder inside it that browsers need
PUBLISHED_FOLDERS: Mapping[str, str] = {
    "@fontsource/noto-sans": "",
    "htmx.org": "dist",
    "maplibre-gl": "dist",
}


@lru_cache(maxsize=1)
def versions(base_dir: Path) -> dict[str, str]:
    """Exact versions of the front-end libraries, as package.json pins them."""
    return json.loads((base_dir / "package.json").read_text(encoding="utf-8"))["dependencies"]


def vendor_prefix(name: str, version: str) -> str:
    """Where a library lies below STATIC_URL: `vendor/fontsource-noto-sans-5.3.0`."""
    return f"vendor/{re.sub(r'[^a-z0-9.]+', '-', name.lower()).strip('-')}-{version}"


def vendor_dirs(base_dir: Path) -> list[tuple[str, str]]:
    """STATICFILES_DIRS entries, one per installed library."""
    found = []
    for name, version in versions(base_dir).items():
        folder = base_dir / "node_modules" / name / PUBLISHED_FOLDERS[name]
        if folder.is_dir():
            found.append((vendor_prefix(name, version), str(folder)))
    return found


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashes our own files and leaves the versioned vendor folders as they are."""

    manifest_strict = True

    def hashed_name(self, name, content=None, filename=None):
        if name.startswith("vendor/"):
            return name
        return super().hashed_name(name, content, filename)
