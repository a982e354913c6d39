"""The front end's own rules: bare imports, small modules, fonts in step with the package."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from citymap.shell import importmap as importmaps
from citymap.shell.importmap import LIBRARY_MODULES, importmap, library_url, own_modules
from citymap.shell.views import PRELOADED_MODULES
from citymap.vendor import vendor_prefix, versions

STATIC = Path(settings.BASE_DIR) / "citymap" / "static"
IMPORT = re.compile(
    r"""(?:^\s*import\s+(?:[\w*{}\s,]+\sfrom\s+)?|^\s*export\s+[\w*{}\s,]+\sfrom\s+|\bimport\()"""
    r"""["']([^"']+)["']""",
    re.M,
)
MAX_LINES = 400


def modules() -> list[Path]:
    found = [
        file
        for app in Path(settings.BASE_DIR).iterdir()
        if (app / "__init__.py").is_file() and (app / "static").is_dir()
        for file in (app / "static").glob("*/js/**/*.js")
    ]
    assert found
    return found


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.stem)
def test_modules_import_each_other_by_bare_names(file):
    known = own_modules().keys() | LIBRARY_MODULES.keys()
    imported = IMPORT.findall(file.read_text(encoding="utf-8"))
    assert set(imported) <= known


def test_the_pattern_sees_every_form_of_import():
    text = (
        'import "a/one";\nimport { x } from "a/two";\nimport {\n  y,\n} from "./three";\n'
        'const z = await import("a/four");\nexport { q } from "a/five";\n'
    )
    assert IMPORT.findall(text) == ["a/one", "a/two", "./three", "a/four", "a/five"]


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.stem)
def test_modules_stay_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.stem)
def test_no_path_of_the_server_is_written_in_javascript(file):
    paths = re.findall(r"""["'`](/(?:api|tiles|styles|static|list|desk|accounts)\b[^"'`]*)""",
                       file.read_text(encoding="utf-8"))  # fmt: skip
    assert paths == []


def test_importmap_names_every_module_and_library_once():
    imports = json.loads(importmap())["imports"]
    assert set(imports) == own_modules().keys() | LIBRARY_MODULES.keys()
    assert len(set(imports.values())) == len(imports)
    assert imports["citymap/map"].endswith(".js")


def test_preloaded_modules_are_all_that_the_map_page_reaches():
    """A module that is reached but not told ahead costs a round trip; a stale name, a 404."""
    reached, waiting = set(), ["citymap/shell"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in own_modules():
            continue
        reached.add(name)
        text = (STATIC / own_modules()[name]).read_text(encoding="utf-8")
        waiting += IMPORT.findall(text)
    on_demand = {"citymap/picture"}
    assert set(PRELOADED_MODULES) == reached - on_demand


def test_font_files_are_those_of_the_installed_version():
    prefix = vendor_prefix(
        "@fontsource/noto-sans", versions(settings.BASE_DIR)["@fontsource/noto-sans"]
    )
    urls = re.findall(r'url\("\.\./\.\./([^"]+)"\)', (STATIC / "citymap/css/fonts.css").read_text())
    assert len(urls) == 6
    for url in urls:
        folder, _, file = url.partition("/files/")
        assert folder == prefix
        assert (settings.BASE_DIR / "node_modules/@fontsource/noto-sans/files" / file).is_file()


def test_fonts_cover_every_kazakh_letter():
    """The 42 letters of the Kazakh alphabet, capital and small, lie in the ranges served."""
    letters = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    text = (STATIC / "citymap/css/fonts.css").read_text()
    ranges = [
        (int(first, 16), int(last or first, 16))
        for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", text)
    ]
    assert len(letters) == 42
    for letter in letters + letters.lower():
        assert any(first <= ord(letter) <= last for first, last in ranges), letter


@pytest.mark.parametrize("built, found", [(True, "citymap/lib/maplibre.js"), (False, ".mjs")])
def test_the_map_library_is_the_one_built_for_us_where_it_is_there(monkeypatch, built, found):
    monkeypatch.setattr(importmaps, "_is_built", lambda _path: built)
    library = library_url("maplibre-gl", "maplibre-gl.mjs")
    worker = library_url("maplibre-gl", "maplibre-gl-worker.mjs")
    assert library.endswith(found)
    assert worker.endswith(found)
    assert (library == worker) is built


def test_what_we_use_of_the_map_library_is_built():
    entry = (Path(settings.BASE_DIR) / "scripts/maplibre/library.ts").read_text(encoding="utf-8")
    exported = {
        name.strip()
        for names in re.findall(r"export \{([^}]*)\}", entry)
        for name in names.split(",")
    } | set(re.findall(r"export function (\w+)", entry))
    used = {
        name.split(" as ")[0].strip()
        for file in modules()
        for names in re.findall(
            r"import\s*\{([^}]*)\}\s*from \"maplibre-gl\"", file.read_text(encoding="utf-8")
        )
        for name in names.split(",")
    } - {""}
    assert used == exported
