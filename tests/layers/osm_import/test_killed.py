"""An import that is killed leaves the database as it was; the next one does the work."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from layers.models import Building
from tests.support.databases import ROOT, City, real_extract

SCRIPT = str(ROOT / "scripts" / "import_osm.py")
CHANGED = 500


def start(city: City, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, SCRIPT, *arguments, "--no-basemap", "--no-yards"],
        env=city.environ, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill_when_it_says(process: subprocess.Popen, step: str) -> None:
    for line in process.stderr:
        if line.rstrip().endswith(step):
            process.send_signal(signal.SIGKILL)
            break
    process.stderr.close()
    assert process.wait(30) == -signal.SIGKILL


def row_versions() -> set[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, ctid::text, xmin::text FROM layers_building")
        return set(cursor.fetchall())


def wait_for_lock() -> None:
    """The server notices the death of a client when it next talks to it."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    pytest.fail("the killed import still holds its lock")


@pytest.mark.realdata
@pytest.mark.slow
def test_killed_in_the_middle(real_city_copy: City, tmp_path: Path):
    extract = str(real_extract())
    chosen = Building.objects.order_by("id").values("id")[:CHANGED]
    Building.objects.filter(id__in=chosen).update(name="written by somebody else")
    before = row_versions()
    for step in ("water", "road"):
        kill_when_it_says(start(real_city_copy, extract), step)
        wait_for_lock()
        assert row_versions() == before
    report = tmp_path / "report.json"
    process = start(real_city_copy, extract, "--report", str(report))
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    counts = json.loads(report.read_text())["layers"]["building"]
    assert (counts["updated"], counts["created"], counts["retired"]) == (CHANGED, 0, 0)
    assert not Building.objects.filter(name="written by somebody else").exists()
