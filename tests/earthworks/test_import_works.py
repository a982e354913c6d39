"""`import_layer works`: plans as offices keep them."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from citymap.geo import to_wgs84
from earthworks.choices import RepairKind, RepairState
from earthworks.importing.dates import office_date
from earthworks.models import BudgetLine, RepairPlan, RepairWork
from layers.imports.values import ValueRefusedError
from tests.earthworks.world import body, dig

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
FEATURE = {
    "id": "17", "title": "Замена водовода", "kind": "водопровод", "organization": "Водоканал",
    "begins_on": "2027-05-01", "ends_on": "20.06.2027", "state": "план",
}  # fmt: skip


def imported(path, *options: str) -> str:
    out = StringIO()
    call_command("import_layer", "works", str(path), *options, stdout=out)
    return out.getvalue()


def geojson(path, *changes: dict, geometry: dict | None = None):
    place = geometry or json.loads(to_wgs84(dig().centroid).json)
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "geometry": place, "properties": {**FEATURE, **change}}
                    for change in changes or ({},)
                ],
            }
        )
    )
    return path


def test_geojson_is_planned_moved_and_left_alone(tmp_path):
    body("Водоканал")
    file = geojson(tmp_path / "plan.geojson")
    assert "note: dry run" in imported(file, "--dry-run")
    assert not RepairWork.objects.exists()
    imported(file)
    work = RepairWork.objects.get()
    assert (work.kind, work.begins_on, work.ends_on) == (
        RepairKind.WATER, dt.date(2027, 5, 1), dt.date(2027, 6, 20),
    )  # fmt: skip
    assert (work.plan.year, work.plan.organization) == (2027, work.organization)
    imported(file)
    work.refresh_from_db()
    assert work.state == RepairState.PLANNED
    imported(geojson(tmp_path / "plan.geojson", {"ends_on": "30.07.2027", "reason": "нет труб"}))
    work.refresh_from_db()
    assert (work.state, work.reason, work.first_ends_on.month) == (
        RepairState.MOVED, "нет труб", 6,
    )  # fmt: skip
    imported(geojson(tmp_path / "plan.geojson", {"state": "отменено", "ends_on": "30.07.2027"}))
    work.refresh_from_db()
    assert work.state == RepairState.CANCELLED
    assert RepairPlan.objects.count() == 1


def workbook(path, *rows: tuple):
    """A plan with a title above, merged cells and dates as text."""
    book = Workbook()
    page = book.active
    page.append(["ПЛАН РЕМОНТА НА 2027 ГОД"])
    page.merge_cells("A1:G1")
    page.append([])
    page.append(
        ["№ п/п", "Наименование работ", "Организация", "Начало", "Окончание", "lon", "Сумма, тенге"]
    )
    for row in rows:
        page.append(row)
    book.save(path)
    return path, book, page


def test_a_workbook_with_merged_cells_and_text_dates(tmp_path, monkeypatch):
    body("Дороги")
    place = to_wgs84(dig().centroid)
    monkeypatch.setattr(
        "earthworks.importing.works.search",
        lambda question, limit: [{"lon": place.x, "lat": place.y}] if "Абая" in question else [],
    )
    path, book, page = workbook(
        tmp_path / "plan.xlsx",
        (1, "Асфальт", "Дороги", "май 2027", "II квартал 2027", None, "12 500 000,50"),
        (2, "Тротуар", None, dt.date(2027, 6, 1), "15 июля 2027 г.", None, None),
        (3, "Бордюр", None, "скоро", "15 июля 2027 г.", None, None),
        (4, "Лоток", None, "01.08.2027", "01.07.2027", None, None),
    )  # fmt: skip
    page.merge_cells("C4:C7")
    page["F3"] = "Адрес"
    page["F4"] = "Абая, 1"
    page.merge_cells("F4:F7")
    book.save(path)
    text = imported(path)
    found = {work.title: work for work in RepairWork.objects.all()}
    assert set(found) == {"Асфальт", "Тротуар"}
    assert (found["Асфальт"].begins_on, found["Асфальт"].ends_on) == (
        dt.date(2027, 5, 1), dt.date(2027, 6, 30),
    )  # fmt: skip
    assert found["Тротуар"].organization.name == "Дороги"
    assert BudgetLine.objects.get().amount_kzt == 12_500_000.50
    assert "'скоро' is not a date" in text
    assert "the order ends before it begins" in text
    assert "2" in text.splitlines()[1]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"organization": "Никто"}, "nobody is called"), ({"title": ""}, "the title is missing"),
        ({"kind": "пирожки"}, "пирожки"), ({"begins_on": None}, "a date is missing"),
        ({"ends_on": "31.02.2027"}, "there is no date"),
    ],
)  # fmt: skip
def test_a_bad_row_is_left_out_with_its_reason(tmp_path, change, why):
    body("Водоканал")
    file = geojson(tmp_path / "plan.geojson", change, {"id": "18"})
    assert why in imported(file)
    assert [one.source_id.split(":")[1] for one in RepairWork.objects.all()] == ["18"]


def test_files_that_are_no_plans_change_nothing(tmp_path):
    no_book = tmp_path / "plan.xlsx"
    no_book.write_bytes(b"PK\x03\x04 nothing")
    heading = workbook(tmp_path / "empty.xlsx")[0]
    elsewhere = geojson(
        tmp_path / "far.geojson", geometry={"type": "Point", "coordinates": [10, 10]}
    )
    other = tmp_path / "other.geojson"
    other.write_text('{"type": "FeatureCollection", "features": []}')
    for file in (no_book, heading, elsewhere, other, tmp_path / "none.xlsx"):
        with pytest.raises(CommandError):
            imported(file)
    assert not RepairWork.objects.exists()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("15 мая 2026 г.", "2026-05-15", "2026-05-15"), ("май 2026", "2026-05-01", "2026-05-31"),
        ("IV кв. 2026", "2026-10-01", "2026-12-31"), ("3 тоқсан 2026", "2026-07-01", "2026-09-30"),
        ("15 мамыр 2026", "2026-05-15", "2026-05-15"), ("15.05.2026", "2026-05-15", "2026-05-15"),
        ("2026-05-15", "2026-05-15", "2026-05-15"),
    ],
)  # fmt: skip
def test_dates_of_offices(text, first, last):
    assert office_date(text, last=False).isoformat() == first
    assert office_date(text, last=True).isoformat() == last


@pytest.mark.parametrize("text", ["", "скоро", "32 мая 2026", "15 числа 2026", "2026"])
def test_what_is_no_date(text):
    with pytest.raises(ValueRefusedError):
        office_date(text, last=True)
