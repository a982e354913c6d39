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

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage

# package name -> the folder inside it that is published, and which of its files: exactly those
# that browsers ask for (all of them would be 2,100 files and a minute of compressing).
PUBLISHED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "@fontsource/noto-sans": (
        "",
        tuple(
            f"files/noto-sans-{subset}-{face}.woff2"
            for subset in ("cyrillic", "cyrillic-ext", "latin", "latin-ext")
            for face in ("400-normal", "400-italic", "600-normal")
        ),
    ),
    "htmx.org": ("dist", ("htmx.esm.js",)),
    # These two are for the maps of notebooks (layers/analysis.py), which must open offline.
    "jquery": ("dist", ("jquery.min.js",)),
    "leaflet": ("dist", ("leaflet.css", "leaflet.js", "images/layers.png", "images/layers-2x.png")),
    "maplibre-gl": (
        "dist",
        ("maplibre-gl.css", "maplibre-gl.mjs", "maplibre-gl-worker.mjs"),
    ),
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
        folder = base_dir / "node_modules" / name / PUBLISHED[name][0]
        if folder.is_dir():
            found.append((vendor_prefix(name, version), str(folder)))
    return found


class LibraryFinder(FileSystemFinder):
    """Finds the published files of the libraries, and no others."""

    def __init__(self, app_names=None, *args, **kwargs) -> None:
        super().__init__(app_names, *args, **kwargs)
        self.published = {
            vendor_prefix(name, version): frozenset(PUBLISHED[name][1])
            for name, version in versions(settings.BASE_DIR).items()
        }

    def find_location(self, root, path, prefix=None):
        inside = str(path).removeprefix(f"{prefix}/")
        if inside not in self.published.get(prefix, ()):
            return None
        return super().find_location(root, path, prefix)

    def list(self, ignore_patterns):
        for prefix, root in self.locations:
            storage = self.storages[root]
            for path in sorted(self.published.get(prefix, ())):
                if storage.exists(path):
                    yield path, storage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashes our own files and leaves the versioned vendor folders as they are."""

    manifest_strict = True

    def hashed_name(self, name, content=None, filename=None):
        if name.startswith("vendor/"):
            return name
        return super().hashed_name(name, content, filename)
