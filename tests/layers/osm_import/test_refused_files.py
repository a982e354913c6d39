"""Files and arguments that no import can use, two imports at once, and what the command says."""

import json
import threading

import pytest
from django.core.management import call_command
from django.db import connection

from layers import models
from layers.imports.errors import ImportRefusedError
from layers.osm_import.pipeline import ImportBusyError
from tests.layers.osm_import.loading import load

pytestmark = pytest.mark.django_db


class TestUnreadable:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("text.osm.pbf", b"This is not a map.\n" * 50, "cannot be read as an OSM file"),
            ("empty.osm.pbf", b"", "is empty"),
            ("page.osm", b"<html><body>404</body></html>", "cannot be read as an OSM file"),
            ("cut.osm", b"<?xml version='1.0'?><osm version='0.6'><node id='1'",
             "cannot be read as an OSM file"),
            ("bare.osm", b"<?xml version='1.0'?><osm version='0.6'></osm>", "no OSM objects"),
            ("city.osm.gz", b"not gzip at all, really", "cannot be read as an OSM file"),
            ("city.zip", b"PK", "must end in"),
        ],
    )  # fmt: skip
    def test_refused_with_a_sentence(self, tmp_path, name, content, message):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ImportRefusedError, match=message):
            load(path)

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_truncated(self, village, tmp_path, share):
        whole = village.write(tmp_path / "city.osm.pbf").read_bytes()
        path = tmp_path / "cut.osm.pbf"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(ImportRefusedError, match="cannot be read"):
            load(path)
        assert not models.Building.objects.exists()

    def test_missing_and_directory(self, tmp_path):
        with pytest.raises(ImportRefusedError, match="There is no file"):
            load(tmp_path / "none.osm.pbf")
        with pytest.raises(ImportRefusedError, match="is not a file"):
            load(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_a_second_import_at_the_same_time_says_so(village, tmp_path):
    path = village.write(tmp_path / "city.osm.pbf")
    caught: list[Exception] = []

    def second() -> None:
        try:
            load(path)
        except ImportBusyError as error:
            caught.append(error)
        finally:
            connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1109002)")
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(60)
        cursor.execute("SELECT pg_advisory_unlock(1109002)")
    assert "Another import is running" in str(caught[0])
    assert load(path, yards=False).layer("building").created == 4


def test_the_command_writes_the_report(village, tmp_path, capsys):
    path, target = village.write(tmp_path / "city.osm.pbf"), tmp_path / "report.json"
    call_command("import_osm", str(path), "--no-basemap", "--report", str(target))
    written = json.loads(target.read_text())
    assert written["layers"]["building"] == {
        "read": 4, "created": 4, "updated": 0, "unchanged": 0, "retired": 0, "repaired": 0,
        "merged": 0, "skipped": 0,
    }  # fmt: skip
    assert written["skipped"] == []
    assert written["seconds"] > 0
    assert "building" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.osm.pbf"], "There is no file"),
        (["city.osm.pbf", "--bbox", "1,2,3"], "four numbers"),
        (["city.osm.pbf", "--bbox", "69.3,54,69.0,55"], "W < E"),
        (["city.osm.pbf", "--report", "no/such/folder.json"], "no folder"),
        (["city.osm.pbf", "--report", "."], "cannot be written"),
    ],
)
def test_bad_arguments_exit_with_2(village, tmp_path, capsys, monkeypatch, arguments, message):
    village.write(tmp_path / "city.osm.pbf")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        call_command("import_osm", *arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Nothing was changed." in error
    assert "Traceback" not in error
