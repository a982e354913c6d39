"""The page "Add a layer" is done as written, in a checkout of its own, with a real server."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import pytest
from django.conf import settings

from tests.support.server import free_port, start_program, stop_program, wait_until_answers

PAGE = settings.BASE_DIR / "docs" / "dev" / "add-a-layer.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAX_LINES_OF_CODE = 60
LON, LAT = 69.15, 54.87
# The tile of zoom 16 with that place.
TILE = "16/45356/20770"
TITLES = {"ru": "пожарные гидранты", "kk": "өрт гидранттары", "en": "fire hydrants"}
NAMES = {"ru": "пожарный гидрант", "kk": "өрт гидранты", "en": "fire hydrant"}


def blocks() -> list[tuple[str, str, str]]:
    """(language, file, text) of each block of the page."""
    return [match.groups(default="") for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


def files() -> dict[str, str]:
    return {name: text for _language, name, text in blocks() if name}


def commands() -> str:
    return "".join(text for language, _name, text in blocks() if language == "sh")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A checkout: links to the project, and the new app beside it."""
    root = tmp_path_factory.mktemp("checkout")
    for entry in settings.BASE_DIR.iterdir():
        if entry.name not in {".git", ".venv", "var"}:
            (root / entry.name).symlink_to(entry)
    (root / "hydrants").mkdir()
    (root / "hydrants" / "__init__.py").touch()
    for name, text in files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def environ(folder, empty_city_copy) -> dict[str, str]:
    programs = Path(sys.executable).parent
    return empty_city_copy.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "CITYMAP_STATIC_ROOT": str(folder / "static"),
    }


@pytest.fixture
def server(folder, environ) -> Iterator[str]:
    """The commands of the page, then the server."""
    done = subprocess.run(
        ["sh", "-e"], input=commands(), cwd=folder, env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"hydrant +1 +1 +0", done.stdout), done.stdout
    environ = environ | {"CITYMAP_EXTRA_APPS": "hydrants"}
    for command in (["check"], ["collectstatic", "--no-input", "--verbosity=0"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=folder, env=environ, check=True,
            capture_output=True,
        )  # fmt: skip
    log = folder / "server.log"
    port = free_port()
    process = start_program("manage.py", "serve", f"--port={port}", env=environ, log=log)
    try:
        wait_until_answers(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_program(process)


def get(url: str, *, language: str = "ru") -> bytes:
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def find(tree: object, name: str) -> dict | None:
    """The object called `name` anywhere in a JSON tree."""
    if isinstance(tree, dict):
        if tree.get("name") == name:
            return tree
        tree = list(tree.values())
    if isinstance(tree, list):
        return next((found for item in tree if (found := find(item, name))), None)
    return None


def test_it_is_less_than_sixty_lines_in_one_folder():
    code = {name: text for language, name, text in blocks() if language in ("python", "po")}

    assert all(name.startswith("hydrants/") for name in code)
    lines = [line for text in code.values() for line in text.splitlines() if line.strip()]
    assert len(lines) < MAX_LINES_OF_CODE


def test_the_code_is_as_ours(folder):
    """Formatted and linted by the project's own rules, blank lines included."""
    rules = settings.BASE_DIR / "pyproject.toml"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", f"--config={rules}", str(folder / "hydrants")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_layer_is_everywhere(server):
    """In one server: starting it costs more than asking."""
    tile = mapbox_vector_tile.decode(get(f"{server}/tiles/city/{TILE}.mvt"))
    (feature,) = tile["hydrant"]["features"]
    assert feature["properties"]["number"] == "ПГ-7"
    assert feature["geometry"]["type"] == "Point"

    described = json.loads(get(f"{server}/tiles/city.json"))
    assert "hydrant" in {layer["id"] for layer in described["vector_layers"]}

    for language in ("ru", "kk", "en"):
        style = json.loads(get(f"{server}/styles/light.json", language=language))
        entry = find(style["metadata"]["citymap:layers"], "hydrant")
        assert entry["title"] == TITLES[language]
        assert [item["label"] for item in entry["legend"]] == [NAMES[language]]
        assert "hydrant" in {layer.get("source-layer") for layer in style["layers"]}

        card = json.loads(get(f"{server}/api/place/?lon={LON}&lat={LAT}", language=language))
        section = find(card["sections"], "hydrants")
        assert section["title"] == TITLES[language]
        assert [item["title"] for item in section["items"]] == [f"{NAMES[language]} ПГ-7"]
        assert section["items"][0]["distance_m"] == 0

        listed = get(f"{server}/list/", language=language).decode()
        assert TITLES[language] in listed
