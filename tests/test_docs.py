"""Documentation is tested: what is not documented fails here."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from scripts.lint.tracked import tracked_files
from scripts.setup.commands import COMMANDS

ROOT = settings.BASE_DIR
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

CONTRACT_COMMANDS = [
    "make run", "make test", "make bench", "make lint",
    "scripts/import_osm.py FILE", "manage.py import_layer LAYER FILE", "manage.py loaddemo",
    "manage.py sweep", "manage.py import_gtfs FILE.zip", "manage.py import_tracks FILE.csv",
]  # fmt: skip
CONTRACT_SETTINGS = [
    "DATABASE_URL", "CITYMAP_OWNER_URL", "CITYMAP_DEMO", "CITYMAP_SECRET_KEY", "CITYMAP_DEBUG",
    "CITYMAP_ALLOWED_HOSTS", "CITYMAP_SRID", "CITYMAP_TIME_ZONE", "CITYMAP_LANGUAGE",
    "CITYMAP_BBOX", "CITYMAP_NAME", "EMAIL_URL", "CITYMAP_REAL_DATA", "PORT", "DEMO",
]  # fmt: skip
# URL in the documentation -> one that must resolve.
CONTRACT_URLS = {
    "/": "/",
    "/desk/": "/desk/",
    "/admin/": "/admin/",
    "/accounts/login/": "/accounts/login/",
    "/accounts/logout/": "/accounts/logout/",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/styles/<name>.json": "/styles/light.json",
    "/tiles/<source>.json": "/tiles/base.json",
    "/tiles/<source>/{z}/{x}/{y}.mvt": "/tiles/city/14/11334/5160.mvt",
    "/api/addresses/?q=&limit=": "/api/addresses/",
    "/api/place/?lon=&lat=": "/api/place/",
    "/works/": "/works/",
    "/inbox/": "/inbox/",
    "/field/": "/field/",
    "/yards/": "/yards/",
    "/yards/<id>/": "/yards/1/",
    "/plan/": "/plan/",
    "/api/yards/queue/": "/api/yards/queue/",
}


def rows(first_cell: str) -> bool:
    """Whether a table row of operations.md begins with `first_cell` (perhaps among others)."""
    return bool(re.search(rf"^\|[^|]*`{re.escape(first_cell)}", OPERATIONS, re.MULTILINE))


@pytest.mark.parametrize("command", CONTRACT_COMMANDS)
def test_command_of_the_contract_is_documented(command):
    assert rows(command)


@pytest.mark.parametrize("name", CONTRACT_SETTINGS)
def test_setting_of_the_contract_is_documented(name):
    assert rows(f"{name}`")


@pytest.mark.parametrize("documented, real", CONTRACT_URLS.items())
def test_url_of_the_contract_is_documented_and_there(documented, real):
    assert rows(f"{documented}`")
    try:
        resolve(real)
    except Resolver404:
        pytest.fail(f"{real} leads nowhere")


def test_every_setting_that_is_read_is_documented():
    code = (ROOT / "citymap" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', code))
    assert len(read) > 15
    assert [name for name in sorted(read) if not rows(f"{name}`")] == []


def test_documented_settings_are_read():
    code = (ROOT / "citymap" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(CITYMAP_\w+)` \|", OPERATIONS, re.MULTILINE))
    assert [name for name in sorted(named) if f'"{name}"' not in code] == []


def test_every_command_of_ours_is_documented():
    ours = {name for name, app in get_commands().items() if is_ours(app)}
    assert {"serve", "worker", "sweep", "import_layer"} <= ours
    assert [
        name for name in sorted(ours) if not re.search(rf"manage\.py {name}\b", OPERATIONS)
    ] == []


def is_ours(app) -> bool:
    name = getattr(app, "name", app)
    return name.split(".")[0] in {"citymap", "layers", "appeals", "earthworks", "planning"}


def test_every_make_target_is_documented_and_explains_itself():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"help"}
    assert targets == set(COMMANDS)
    assert [target for target in sorted(targets) if f"`make {target}`" not in OPERATIONS] == []
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [t for t in sorted(targets) if f"make {t} " not in shown.stdout] == []


def test_readme_begins_with_what_it_is_a_picture_and_two_commands():
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:20]
    text = "\n".join(first_screen)
    assert "109" in text
    assert "docs/img/map.png" in text
    assert "make run" in text
    assert "make test" in text
    for prerequisite in ("git", "make", "python3"):
        assert f"`{prerequisite}`" in text


def markdown_files() -> list[Path]:
    return [path for path in tracked_files(ROOT) if path.suffix == ".md"]


@pytest.mark.parametrize("path", markdown_files(), ids=str)
def test_links_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    broken = [
        target
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if "://" not in target and not (ROOT / path.parent / target).exists()
    ]
    assert broken == []
