"""The importmap: bare module names to the hashed URLs of our own modules and of libraries.

Every `static/<app>/js/<path>.js` is the module `<app>/<path>`. Modules import each other by
these names only: a relative import would load a module a second time, beside its hashed copy.
"""

import json
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from citymap.vendor import vendor_prefix, versions

# bare name -> library and the file of it that is an ES module
LIBRARY_MODULES = {
    "maplibre-gl": ("maplibre-gl", "maplibre-gl.mjs"),
    "htmx": ("htmx.org", "htmx.esm.js"),
}
# What set-up builds for our pages (scripts/maplibre), in the place of files of a package.
BUILT_FILES = {
    ("maplibre-gl", "maplibre-gl.mjs"): "citymap/lib/maplibre.js",
    ("maplibre-gl", "maplibre-gl-worker.mjs"): "citymap/lib/maplibre.js",
    ("maplibre-gl", "maplibre-gl.css"): "citymap/lib/maplibre.css",
}


def library_url(library: str, file: str) -> str:
    """URL of a file of an npm library: the one built for us, or the package's own.

    The first has a hash in its name, the second the version in its path.
    """
    built = BUILT_FILES.get((library, file))
    if built and _is_built(built):
        return staticfiles_storage.url(built)
    prefix = vendor_prefix(library, versions(settings.BASE_DIR)[library])
    return staticfiles_storage.url(f"{prefix}/{file}")


@lru_cache(maxsize=8)
def _is_built(path: str) -> bool:
    return (settings.BASE_DIR / "citymap" / "static" / path).is_file()


@lru_cache(maxsize=1)
def own_modules() -> dict[str, str]:
    """Bare name -> path below STATIC_URL, for every module of every app of this project."""
    modules = {}
    for app in apps.get_app_configs():
        folder = Path(app.path) / "static"
        if folder.is_relative_to(settings.BASE_DIR):
            for file in folder.glob("*/js/**/*.js"):
                path = file.relative_to(folder).as_posix()
                owner, _, rest = path.partition("/js/")
                modules[f"{owner}/{rest.removesuffix('.js')}"] = path
    return dict(sorted(modules.items()))


def module_url(name: str) -> str:
    """URL of one of our modules; raises KeyError when there is none of that name."""
    return staticfiles_storage.url(own_modules()[name])


def importmap() -> str:
    """The importmap as JSON, safe inside a script element."""
    imports = {name: staticfiles_storage.url(path) for name, path in own_modules().items()}
    for name, (library, file) in LIBRARY_MODULES.items():
        imports[name] = library_url(library, file)
    return json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")
