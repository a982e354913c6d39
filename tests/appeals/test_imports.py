"""Exports in the shape of a public 311 data set."""

import csv
import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from appeals.imports import ImportOptions, UnreadableFileError, import_appeals
from appeals.models import Appeal, AppealCounter

pytestmark = pytest.mark.django_db
HEADER = [
    "Unique Key", "Created Date", "Closed Date", "Complaint Type", "Descriptor", "Status",
    "Longitude", "Latitude", "Incident Address",
]  # fmt: skip
ROWS = [
    ["1", "03/01/2025 08:15:00 AM", "03/02/2025 10:00:00 AM", "Street Condition", "Pothole",
     "Closed", "69.15", "54.87", "12 ABAY"],
    ["2", "2025-03-01T23:30:00+05:00", "", "HEAT/HOT WATER", "No heat", "Open", "69.16", "54.88",
     ""],
    ["3", "03/05/2025 08:15:00 AM", "", "Noise", "", "Closed", "69.15", "54.87", ""],
    ["4", "03/05/2025 08:15:00 AM", "", "Street Condition", "", "Open", "", "", ""],
    ["5", "03/05/2025 08:15:00 AM", "", "Street Condition", "", "Open", "10", "10", ""],
    ["6", "yesterday", "", "Street Condition", "", "Open", "69.15", "54.87", ""],
    ["7", "03/05/2125 08:15:00 AM", "", "Street Condition", "", "Open", "69.15", "54.87", ""],
    ["", "03/05/2025 08:15:00 AM", "", "Street Condition", "", "Open", "69.15", "54.87", ""],
    ["1", "03/01/2025 08:15:00 AM", "", "Street Condition", "again", "Open", "69.15", "54.87", ""],
]  # fmt: skip
COLUMNS = {
    "id": "Unique Key", "opened": "Created Date", "closed": "Closed Date",
    "category": "Complaint Type", "text": "Descriptor", "status": "Status", "x": "Longitude",
    "y": "Latitude", "address": "Incident Address",
}  # fmt: skip
CATEGORIES = {"Street Condition": "ROAD-POTHOLE", "heat/hot water": "HEAT-NONE"}
OPTIONS = ImportOptions(source="311", columns=COLUMNS, categories=CATEGORIES)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "requests.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([HEADER, *ROWS])
    return path


def test_lines_become_appeals_or_say_why_not(file):
    result = import_appeals(file, OPTIONS)
    assert (result.read, result.created, result.unchanged) == (9, 2, 1)
    assert dict(result.reasons) == {
        "category 'Noise' is not mapped": 1, "no position": 1, "outside the city": 1,
        "a time that cannot be read": 1, "a time in the future or long ago": 1, "no id": 1,
    }  # fmt: skip
    first, second = Appeal.objects.order_by("serial")
    assert (first.state, first.category.code, first.place) == ("closed", "ROAD-POTHOLE", "12 ABAY")
    assert first.received_at == dt.datetime(2025, 3, 1, 3, 15, tzinfo=dt.UTC)
    assert (second.state, second.ended_at, second.due_at) == ("registered", None, None)
    assert AppealCounter.objects.get(year=2025).last == 2


def test_a_second_run_changes_nothing_and_a_dry_one_writes_nothing(file):
    assert import_appeals(file, OPTIONS, dry_run=True).created == 2
    assert not Appeal.objects.exists()
    import_appeals(file, OPTIONS)
    again = import_appeals(file, OPTIONS)
    assert (again.created, again.unchanged) == (0, 3)
    assert Appeal.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": {"id": "Unique Key"}},
        {"columns": COLUMNS | {"colour": "Status"}},
        {"columns": COLUMNS | {"text": "Nowhere"}},
        {"categories": {"Noise": "NO-SUCH"}},
        {"source": ""},
    ],
)
def test_what_cannot_be_read_is_refused(file, changes):
    values = {"source": "311", "columns": COLUMNS, "categories": CATEGORIES} | changes
    with pytest.raises(UnreadableFileError):
        import_appeals(file, ImportOptions(**values))


def test_the_command(file, tmp_path, capsys):
    table = tmp_path / "categories.csv"
    table.write_text("Street Condition,ROAD-POTHOLE\n", encoding="utf-8")
    mapped = [f"{ours}={theirs}" for ours, theirs in COLUMNS.items()]
    call_command(
        "import_appeals", file, "--source", "311", "--map", *mapped, "--categories", table,
        "--default-category", "ORDER-NOISE",
    )  # fmt: skip
    assert "read 9, created 3, unchanged 1, skipped 5" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("import_appeals", tmp_path / "none.csv", "--source", "x", "--map", *mapped)
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(CommandError):
        call_command("import_appeals", binary, "--source", "x", "--map", *mapped)


def test_another_crs_and_zone(file, tmp_path):
    path = tmp_path / "metres.csv"
    path.write_text("id,when,what,e,n\n1,2025-03-01 12:00,ROAD-POTHOLE,509621.5,6079830.2\n")
    columns = {"id": "id", "opened": "when", "category": "what", "x": "e", "y": "n"}
    options = ImportOptions(source="m", columns=columns, crs="EPSG:32642", time_zone="UTC")
    assert import_appeals(path, options).created == 1
    appeal = Appeal.objects.get(source="m")
    assert appeal.received_at == dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
    assert appeal.geom.x == pytest.approx(509621.5)
