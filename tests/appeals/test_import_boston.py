"""A file in the shape of Boston's 311 export: gaps, line breaks in quotes, local times, doubles."""

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from appeals.choices import State
from appeals.models import Appeal, Contact
from citymap.geo import lon_lat

HEADER = (
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS",
    "CLOSURE_REASON", "CASE_TITLE", "SUBJECT", "REASON", "TYPE", "QUEUE", "Department",
    "SubmittedPhoto", "ClosedPhoto", "LOCATION_STREET_NAME", "LOCATION_ZIPCODE", "LATITUDE",
    "LONGITUDE", "Source",
)  # fmt: skip
LAT, LON = "54.8701", "69.1502"


def line(number: int, **values: str) -> dict[str, str]:
    return {
        "CASE_ENQUIRY_ID": f"10100{number:07d}", "OPEN_DT": "2025-01-15 08:30:00",
        "CLOSED_DT": "2025-01-16 17:05:11", "OnTime_Status": "ONTIME", "CASE_STATUS": "Closed",
        "CLOSURE_REASON": "Case Closed. Closed date : 2025-01-16\nNoted, crew\nsent",
        "CASE_TITLE": "Request for Pothole Repair", "TYPE": "Request for Pothole Repair",
        "REASON": "Highway Maintenance", "LOCATION_STREET_NAME": "12 Main St",
        "LATITUDE": LAT, "LONGITUDE": LON, "Source": "Citizens Connect App",
    } | values  # fmt: skip


LINES = (
    line(1, CASE_TITLE='Pothole, "deep"\nnear the stop,\r\nsecond week'),
    line(2, CLOSED_DT="", CASE_STATUS="Open", OnTime_Status="", CLOSURE_REASON=""),
    line(3, LATITUDE="", LONGITUDE=""),
    line(4, OPEN_DT=""),
    line(5, TYPE="Graffiti Removal", CASE_TITLE=""),
    line(6, TYPE="Unheard of"),
    line(1),
    line(7, CASE_STATUS="Completed - Dup", CLOSED_DT=""),
    line(8, LATITUDE="42.36", LONGITUDE="-71.06"),
    line(9, OPEN_DT="2025-07-01 23:59:59", CLOSED_DT="2025-07-01 10:00:00"),
    line(10, OPEN_DT="yesterday"),
    line(11, CASE_ENQUIRY_ID=""),
    line(12, CASE_TITLE="x" * 50_000),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "boston.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, restval="")
        writer.writeheader()
        writer.writerows(LINES)
        # A line that breaks off.
        out.write("101000000099,2025-01-15 08:30:00\r\n")
    table = tmp_path / "table.csv"
    table.write_text("Request for Pothole Repair,ROAD-POTHOLE\nGraffiti Removal,HOUSE-ENTRANCE\n")
    return path


def load(file: Path, capsys, *more: str) -> list[str]:
    call_command(
        "import_appeals", str(file), "--source=boston311",
        f"--categories={file.with_name('table.csv')}", "--time-zone=America/New_York",
        "--map", "id=CASE_ENQUIRY_ID", "category=TYPE", "text=CASE_TITLE", "opened=OPEN_DT",
        "closed=CLOSED_DT", "status=CASE_STATUS", "x=LONGITUDE", "y=LATITUDE",
        "address=LOCATION_STREET_NAME", *more,
    )  # fmt: skip
    return capsys.readouterr().out.splitlines()


def test_what_can_be_read_is_taken_and_the_rest_is_counted(db, file, capsys):
    said = load(file, capsys)
    assert said[0] == "read 14, created 6, unchanged 1, skipped 7"
    assert {line.strip() for line in said[1:]} == {
        "no position: 1", "no time of receipt: 1", "category 'Unheard of' is not mapped: 1",
        "outside the city: 1", "a time that cannot be read: 1", "no id: 1",
        "category '' is not mapped: 1",
    }  # fmt: skip
    found = {one.source_id[-2:]: one for one in Appeal.objects.filter(source="boston311")}
    assert set(found) == {"01", "02", "05", "07", "09", "12"}
    first = found["01"]
    assert first.text == 'Pothole, "deep"\nnear the stop,\r\nsecond week'
    assert (first.category.code, first.place, first.state) == (
        "ROAD-POTHOLE", "12 Main St", State.CLOSED,
    )  # fmt: skip
    east = ZoneInfo("America/New_York")
    assert first.received_at == dt.datetime(2025, 1, 15, 8, 30, tzinfo=east)
    assert first.ended_at == dt.datetime(2025, 1, 16, 17, 5, 11, tzinfo=east)
    # Summer time: 23:59 there is the next day here.
    assert found["09"].received_at.utcoffset() is not None
    assert found["09"].received_at == dt.datetime(2025, 7, 2, 3, 59, 59, tzinfo=dt.UTC)
    assert found["09"].ended_at == found["09"].received_at
    assert found["02"].state == State.REGISTERED
    assert found["07"].state == State.CLOSED
    assert found["05"].text == found["05"].category.name_ru
    assert len(found["12"].text) == 10_000
    lon, lat = lon_lat(first.geom)
    assert (round(lon, 4), round(lat, 4)) == (float(LON), float(LAT))
    # Imported requests have no deadline, no applicant and no contact.
    assert first.due_at is None
    assert not Contact.objects.exists()


def test_again_and_a_dry_run(db, file, capsys):
    assert load(file, capsys, "--dry-run")[-1] == "nothing was written"
    assert not Appeal.objects.exists()
    load(file, capsys)
    numbers = set(Appeal.objects.values_list("number", flat=True))
    assert load(file, capsys)[0] == "read 14, created 0, unchanged 7, skipped 7"
    assert set(Appeal.objects.values_list("number", flat=True)) == numbers
    # Numbers follow the local year of receipt, without gaps.
    assert numbers == {f"109-2025-{serial:06d}" for serial in range(1, 7)}
