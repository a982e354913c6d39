"""`scripts/import_osm.py`: from anywhere, by any Python, exit codes as promised."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layers.models import Building
from tests.support.databases import ROOT, City
from tests.support.osmfile import OsmFile

SCRIPT = str(ROOT / "scripts" / "import_osm.py")
SYSTEM_PYTHON = Path("/usr/bin/python3")


def run(city: City, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess:
    env = city.environ
    if python != sys.executable:
        env.pop("PYTHONPATH", None)
    return subprocess.run(
        [python, SCRIPT, *arguments], env=env, cwd="/", capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture
def square(tmp_path) -> str:
    city = OsmFile()
    city.square(0, 0, building="yes")
    return str(city.write(tmp_path / "city.osm.pbf"))


def test_imports_and_reports(empty_city_copy, square, tmp_path):
    report = tmp_path / "report.json"
    done = run(empty_city_copy, square, "--no-basemap", "--report", str(report))
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())["layers"]["building"]["created"] == 1
    assert "building" in done.stdout
    assert Building.objects.count() == 1


@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="no system Python")
@pytest.mark.skipif(not (ROOT / ".venv").exists(), reason="no .venv beside the project")
def test_goes_on_with_the_projects_python(empty_city_copy, square):
    done = run(empty_city_copy, square, "--no-basemap", "--dry-run", python=str(SYSTEM_PYTHON))
    assert done.returncode == 0, done.stderr
    assert "dry run: nothing was written" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "usage:"),
        (["none.osm.pbf"], "There is no file"),
        (["--colour", "x.osm.pbf"], "usage:"),
        ([str(ROOT)], "is not a file"),
        ([str(ROOT / "README.md")], "must end in"),
        (["--bbox", "nan,54,69,55", "x.osm.pbf"], "not a finite number"),
    ],
)
def test_bad_arguments(empty_city_copy, arguments, message):
    done = run(empty_city_copy, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_no_database_is_a_sentence(square):
    env = dict(os.environ) | {"CITYMAP_DEMO": "1"}
    env["DATABASE_URL"] = env["CITYMAP_OWNER_URL"] = "postgresql://nobody@localhost:1/none"
    done = subprocess.run(
        [sys.executable, SCRIPT, square], env=env, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Nothing was changed." in done.stderr
