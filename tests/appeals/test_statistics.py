"""Numbers agree with their cases; exports; the morning page; instructions."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import Outcome, State
from appeals.errors import AppealError, InvalidError, NotPermittedError
from appeals.models import Appeal, Instruction
from appeals.statistics.counting import DIMENSIONS, MEASURES, appeals, totals
from appeals.statistics.filters import chosen
from appeals.statistics.morning import late_bodies, promises
from appeals.statistics.spreadsheets import csv_lines, xlsx_pieces
from appeals.where import place_of
from citymap.geo import city_srid, lon_lat
from layers.models import Territory
from tests.appeals.world import DAY, HOUR, MONDAY

LATER = MONDAY + 40 * DAY


@pytest.fixture
def period() -> QueryDict:
    return QueryDict(f"from={MONDAY:%Y-%m-%d}&to={MONDAY:%Y-%m-%d}")


@pytest.fixture
def some(world) -> dict[str, Appeal]:
    """One of each kind, all registered on Monday."""
    planned = {"planned_on": dt.date(2026, 12, 20)}
    return {
        "waiting": world.register(),
        "running": world.in_progress(category=world.category("ROAD-POTHOLE")),
        "done": world.closed(where=place_of(geom=world.at(3000))),
        "planned": world.told(outcome=Outcome.PLANNED, report=planned),
        "practice": world.register(practice=True),
    }


@pytest.fixture
def client(world) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.head)
    return client


def test_planned_is_never_done_and_practice_is_not_counted(some, period):
    found = totals(chosen(period, LATER.date()), LATER)
    assert (found["received"], found["done"], found["planned"]) == (4, 1, 1)
    assert (found["in_work"], found["overdue"]) == (3, 2)
    found = totals(chosen(period, LATER.date()), MONDAY + HOUR)
    assert found["overdue"] == 0


def test_every_number_of_the_page_is_the_length_of_its_list(some, period, client, world):
    day = f"{MONDAY:%Y-%m-%d}"
    asked = chosen(period, LATER.date())
    found = totals(asked, timezone.now())
    for name in MEASURES:
        page = client.get(f"/statistics/cases/?from={day}&to={day}&measure={name}")
        assert page.context["page"].paginator.count == found[name], name
    for split in DIMENSIONS:
        page = client.get(f"/statistics/?from={day}&to={day}&split={split}")
        for row in page.context["rows"]:
            for cell in row["cells"]:
                if cell["value"]:
                    cases = client.get(f"/statistics/{cell['url']}")
                    assert cases.context["page"].paginator.count == cell["value"]


def test_filters_narrow_alike(some, world, period):
    asked = chosen(period, LATER.date())
    pothole = world.category("ROAD-POTHOLE")
    narrow = QueryDict(mutable=True)
    narrow.update({"from": f"{MONDAY:%Y-%m-%d}", "to": f"{MONDAY:%Y-%m-%d}"})
    for values, expected in (
        ({"category": pothole.pk}, {some["running"]}),
        ({"category": pothole.parent_id}, {some["running"]}),
        ({"body": world.body.pk}, {some["running"], some["done"], some["planned"]}),
        ({"channel": "portal"}, set()),
    ):
        query = narrow.copy()
        query.update(values)
        assert set(appeals(chosen(query, LATER.date()))) == expected
    square = world.house(2900, -100, side_m=200).geom
    part = Territory.objects.create(
        source="manual", source_id="t1", valid_from=dt.date(2020, 1, 1), kind="district",
        name="Восток", geom=square,
    )  # fmt: skip
    assert square.srid == city_srid()
    query = narrow.copy()
    query.update({"territory": part.pk})
    assert set(appeals(chosen(query, LATER.date()))) == {some["done"]}
    (row,) = DIMENSIONS["territory"].rows(asked, LATER)
    assert (row[1], row[2]["received"]) == ("Восток", 1)


@pytest.mark.parametrize(
    "query",
    [
        "from=x&to=y", "from=2026-13-01", "body=9999999999999999", "category=-1", "split=nothing",
        "channel=%00", "territory=%D9%A3", "from=9999-12-31&to=0001-01-01", "page=999", "body=none",
    ],
)  # fmt: skip
def test_bad_filters_choose_nothing(client, query):
    assert client.get(f"/statistics/?{query}").status_code == 200
    assert client.get(f"/statistics/cases/?{query}").status_code == 200
    assert client.get(f"/statistics/contacts/?{query}").status_code == 200
    assert client.get("/statistics/cases/?measure=nothing").status_code == 404


def test_pages_ask_few_questions(client, some, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        client.get("/statistics/?from=2020-01-01")
    with django_assert_max_num_queries(34):
        client.get("/morning/")


def test_exports_hold_the_cases_and_no_people(client, some, world):
    Appeal.objects.filter(pk=some["waiting"].pk).update(place="=HYPERLINK(1)")
    query = "from=2020-01-01&to=2027-01-01"
    text = b"".join(client.get(f"/statistics/cases/?{query}&format=csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 5
    assert {len(row) for row in rows} == {17}
    assert "'=HYPERLINK(1)" in text
    assert "Заявитель" not in text
    data = b"".join(client.get(f"/statistics/cases/?{query}&format=xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=False).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in values] == [row[0] for row in rows]
    assert values[0] == rows[0]
    assert isinstance(values[1][8], dt.datetime)
    moment = timezone.localtime(some["waiting"].received_at).replace(tzinfo=None)
    assert abs(values[-1][8] - moment) < dt.timedelta(minutes=1)
    cells = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in cells


def test_spreadsheets_are_written_as_they_are_read():
    taken = []

    def rows():
        for number in range(5000):
            taken.append(number)
            yield [number, "<&>\x0b текст", None, True, 1.5]

    pieces = xlsx_pieces("имя", ["а", "б", "в", "г", "д"], rows())
    first = next(pieces)
    assert first
    assert len(taken) < 5000
    book = openpyxl.load_workbook(io.BytesIO(first + b"".join(pieces)))
    assert book.sheetnames == ["имя"]
    assert [cell.value for cell in book.active[2]] == [0, "<&> текст", None, True, 1.5]
    assert book.active.max_row == 5001
    lines = csv_lines(["а"], iter([["@x"], [None]]))
    assert next(lines) == "\ufeffа\r\n"
    assert next(lines) == "'@x\r\n"


# --- the morning ----------------------------------------------------------------------------
def test_the_morning_says_what_came_and_whose_is_late(client, some, world):
    (row, _nobody) = late_bodies(LATER)
    assert (row["body"], row["count"]) == (world.body, 1)
    page = client.get(f"/morning/?day={MONDAY:%Y-%m-%d}")
    assert page.context["came"]["appeals"] == 4
    assert page.context["groups"][0]["count"] == 3
    for bad in ("x", "9999-01-01", "0001-01-01"):
        assert client.get(f"/morning/?day={bad}").status_code == 200


def test_kept_and_broken_promises_by_body(some, world):
    promise = some["planned"].promises.get()
    services.decide_promise(promise=promise, kept=False, user=None, now=LATER)
    found = promises(LATER.date())
    assert (found["kept"], found["broken"], found["share"]) == (0, 1, 0)
    assert found["bodies"][0]["title"] == world.body.title


# --- instructions ---------------------------------------------------------------------------
def test_an_instruction_is_given_told_and_done(client, some, world, db):
    appeal = some["running"]
    due = timezone.localdate() + dt.timedelta(days=3)
    form = {"number": appeal.number, "text": "Засыпать до вечера", "due_on": due.isoformat()}
    assert client.post("/instructions/give/", form).status_code == 302
    made = Instruction.objects.get()
    assert (made.body, made.given_by) == (world.body, world.head)
    theirs = Client(headers={"accept-language": "en"})
    theirs.force_login(world.executor)
    assert "Засыпать до вечера" in theirs.get("/instructions/").content.decode()
    stranger = Client()
    stranger.force_login(world.stranger)
    assert "Засыпать" not in stranger.get("/instructions/").content.decode()
    assert stranger.post(f"/instructions/{made.pk}/done/", {"note": "x"}).status_code == 404
    assert theirs.post(f"/instructions/{made.pk}/done/", {"note": ""}).status_code == 400
    assert theirs.post(f"/instructions/{made.pk}/done/", {"note": "Засыпали"}).status_code == 302
    assert theirs.post(f"/instructions/{made.pk}/done/", {"note": "Ещё"}).status_code == 400
    made.refresh_from_db()
    assert (made.done_note, made.done_by) == ("Засыпали", world.executor)
    assert Appeal.objects.get(pk=appeal.pk).state == State.IN_PROGRESS


def test_bad_instructions_are_refused(some, world):
    appeal, today = some["running"], timezone.localdate()
    good = {"appeal": appeal, "user": world.akim, "text": "Сделать", "due_on": today}
    with pytest.raises(NotPermittedError):
        services.instruct(**good | {"user": world.operator})
    for bad in (
        {"text": " "}, {"text": "я" * 2001}, {"due_on": today - dt.timedelta(days=1)},
        {"due_on": today + dt.timedelta(days=999)}, {"appeal": some["waiting"]},
    ):  # fmt: skip
        with pytest.raises(InvalidError):
            services.instruct(**good | bad)
    made = services.instruct(**good)
    with pytest.raises(AppealError):
        services.finish_instruction(instruction=made, user=world.stranger, note="x")


def test_the_map_shows_the_same_cases(some, client):
    query = f"from={MONDAY:%Y-%m-%d}&to={MONDAY:%Y-%m-%d}&measure=received"
    road = some["running"].category.pk
    for narrower, numbers in (
        ("", {some[name].number for name in ("waiting", "running", "done", "planned")}),
        (f"&category={road}", {some["running"].number}),
        (f"&body={some['done'].executor_id}&measure=done", {some["done"].number}),
    ):
        page = client.get(f"/statistics/map/?{query}{narrower}")
        assert page.context["count"] == len(numbers)
        found = client.get(page.context["places"]).json()["features"]
        assert {one["properties"]["number"] for one in found} == numbers
        assert client.get(page.context["cases"]).context["page"].paginator.count == len(numbers)
    feature = found[0]
    lon, lat = lon_lat(some["done"].geom)
    assert feature["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-5)
    assert set(feature["properties"]) == {"number", "category", "place", "standing", "url"}
    assert client.get("/statistics/map/?measure=nonsense").status_code == 404


def test_the_map_says_when_it_does_not_show_all(some, client, monkeypatch):
    monkeypatch.setattr("appeals.statistics.places.MOST_POINTS", 2)
    query = f"from={MONDAY:%Y-%m-%d}&to={MONDAY:%Y-%m-%d}"
    assert "newest 2" in client.get(f"/statistics/map/?{query}").content.decode()
    assert len(client.get(f"/statistics/places/?{query}").json()["features"]) == 2
