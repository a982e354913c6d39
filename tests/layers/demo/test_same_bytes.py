"""Same plan and seed, same bytes; a local change of the plan changes things locally."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from citymap.demo import DemoOptions
from layers.demo import files
from layers.demo.plan import PLAN_FOLDER
from tests.layers.demo.conftest import read_city
from tests.support.databases import ROOT

AGAIN = """
import sys, django
django.setup()
from pathlib import Path
from citymap.demo import DemoOptions
from layers.demo.files import make_files
made = make_files(DemoOptions(), Path(sys.argv[1]))
print(made.osm.parent)
"""


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.slow
def test_another_process_makes_the_same_bytes(demo_files, tmp_path):
    env = os.environ | {"PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "citymap.settings"}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, str(tmp_path)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert digests(Path(done.stdout.strip())) == digests(demo_files.osm.parent)


def test_made_files_are_kept(demo_files):
    folder = demo_files.osm.parent
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = files.make_files(DemoOptions(), folder.parent)
    assert again.cached
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_cache_knows_seed_scale_and_years():
    keys = {
        files.cache_key(options)
        for options in (
            DemoOptions(),
            DemoOptions(seed=1),
            DemoOptions(scale=2),
            DemoOptions(years=2),
        )
    }
    assert len(keys) == 4


@pytest.mark.slow
def test_a_village_less_leaves_the_rest_as_it_was(drawn, tmp_path, monkeypatch):
    plan = tmp_path / "plan"
    shutil.copytree(PLAN_FOLDER, plan)
    data = json.loads((plan / "plan.geojson").read_text(encoding="utf-8"))
    village = next(f for f in data["features"] if f["properties"]["kind"] == "village")
    data["features"].remove(village)
    (plan / "plan.geojson").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(files, "PLAN_FOLDER", plan)
    changed = read_city(files.make_files(DemoOptions(), tmp_path / "made").osm)
    before = dict(zip(drawn.building_ids, drawn.building_tags, strict=True))
    after = dict(zip(changed.building_ids, changed.building_tags, strict=True))
    gone = len(before) - len(before.keys() & after.keys())
    assert 50 < gone < 1000
    same = sum(before[key] == after[key] for key in before.keys() & after.keys())
    assert same > 0.995 * len(after)
