"""The public pages of yards and the open data: what they say, to whom, how fast and how light."""

import csv
import datetime as dt
import io
import itertools
import json

import pytest
from django.contrib.gis.gdal import DataSource
from django.utils import timezone

from planning.choices import ChosenBy, Stage, Theme
from planning.models import Event, QueueSnapshot, YardStage
from planning.services.programmes import (
    fill_draft,
    publish_version,
    put_yard,
    revise_programme,
    start_programme,
)
from planning.services.queue import hold_yard, take_snapshot
from tests.planning.town import TODAY, make_event, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(planner):
    """Three yards; the first of the queue has complaints, the last is on hold."""
    yards = [make_yard(n, apartments=300 - 100 * n) for n in range(3)]
    for yard in yards:
        survey(yard)
    for person in range(5):
        make_event(person, yard=0, person=person)
    hold_yard(yard=yards[2], reason="Heat main first", user=planner)
    take_snapshot(as_of=TODAY)
    return yards


def test_api_is_the_contract(client, town):
    answer = client.get("/api/yards/queue/", headers={"accept-language": "en"}).json()
    assert [one["yard"] for one in answer] == [yard.pk for yard in town]
    first = answer[0]
    assert set(first) == {
        "position", "yard", "label", "apartments", "complaints", "area_m2", "score", "parts",
        "held_reason",
    }  # fmt: skip
    assert (first["position"], first["label"], first["complaints"]) == (1, "Yard 0", 5.0)
    assert [set(part) for part in first["parts"]] == [
        {"criterion", "value", "scaled", "weight", "points"}
    ] * 3
    for one in answer:
        assert sum(part["points"] for part in one["parts"]) == pytest.approx(one["score"], abs=1e-9)
    assert [one["held_reason"] for one in answer] == [None, None, "Heat main first"]


def test_api_in_parts_and_in_kazakh(client, town):
    answer = client.get("/api/yards/queue/?limit=1&offset=1", headers={"accept-language": "kk"})
    assert [(one["position"], one["label"]) for one in answer.json()] == [(2, "Аула 1")]


@pytest.mark.parametrize(
    "question", ["limit=0", "limit=x", "offset=-1", "limit=²", "limit=" + "9" * 50]
)
def test_api_refuses_nonsense(client, question):
    answer = client.get(f"/api/yards/queue/?{question}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_queue_yet(client):
    assert client.get("/api/yards/queue/").json() == []
    assert client.get("/yards/").status_code == 200
    assert client.get("/yards.csv").status_code == 200
    assert json.loads(b"".join(client.get("/yards.geojson")))["features"] == []


def test_queries_do_not_grow(client, town, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get("/yards/")
    with django_assert_max_num_queries(6):
        client.get("/api/yards/queue/")
    with django_assert_max_num_queries(13):
        client.get(f"/yards/{town[0].pk}/")
    # One more: what is ahead of it.
    with django_assert_max_num_queries(14):
        client.get(f"/yards/{town[1].pk}/")


def text_of(client, address, language="en"):
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def test_list_is_light_and_finds(client, town):
    for number in range(3, 60):
        make_yard(number)
    take_snapshot(as_of=TODAY)
    page = text_of(client, "/yards/")
    assert len(page.encode()) < 100_000
    assert "1–50 of 60" in page
    assert "Heat main first" in page
    found = text_of(client, "/yards/?q=yard+1")
    assert "Yard 1<" in found
    assert "Yard 2<" not in found
    assert "Yard 2<" in text_of(client, "/yards/?show=held")
    free = text_of(client, "/yards/?show=free")
    assert "Yard 0<" in free
    assert "Yard 2<" not in free
    assert "Yard 9<" not in free  # nobody has surveyed it


@pytest.mark.parametrize(
    "query", ["page=x", "page=-1", "page=9999", "show=zzz", "q=%00", "q=" + "a+" * 500]
)
def test_list_survives_nonsense(client, town, query):
    assert client.get(f"/yards/?{query}").status_code == 200


def test_a_page_says_why(client, town):
    page = text_of(client, f"/yards/{town[1].pk}/")
    assert "number 2 of 3" in page
    assert "One place higher" in page
    assert "version 1" in page
    assert "Heat main first" in text_of(client, f"/yards/{town[2].pk}/")


def test_a_page_says_what_is_ahead_and_when_its_turn_would_come(client, planner):
    """Of five yards before the last one is on hold, one needs nothing, one is planned, two wait."""
    make_prices()
    yards = [make_yard(n, apartments=300 - 30 * n) for n in range(6)]
    for yard in yards:
        survey(yard)
    survey(yards[1], needs_work=False)
    hold_yard(yard=yards[2], reason="Heat main first", user=planner)
    take_snapshot(as_of=TODAY)
    last = f"/yards/{yards[5].pk}/"
    page = text_of(client, last)
    assert "Ahead of it are 5 yards" in page
    assert "Of them 3 wait for their turn" in page
    assert "At the pace" not in page  # nothing was published that would tell it
    assert "No yard is ahead of it" in text_of(client, f"/yards/{yards[0].pk}/")
    version = start_programme(
        name="Yards", first_year=2100, budgets=[10**9], reason="Budget", user=planner
    )
    put_yard(version=version, yard=yards[0], year=2100, reason="Agreed", user=planner)
    publish_version(version=version, user=planner)
    make_event(0, yard=5, person=1, day=TODAY)
    take_snapshot(as_of=TODAY)
    page = text_of(client, last)
    for words in ("Must wait: 1", "Needs no work: 1", "In a programme of later years: 1",
                  "Of them 2 wait", "1 in a year, its turn would come in about 3 years",
                  "no promise"):  # fmt: skip
        assert words in page, words
    assert "Ahead of it" not in text_of(client, f"/yards/{yards[0].pk}/")
    assert "Ahead of it" not in text_of(client, f"/yards/{yards[2].pk}/")
    page = text_of(client, f"/yards/{yards[3].pk}/")
    assert "None of them waits any more: this one is the next" in page
    assert "with the next programme" in page


def test_residents_report_from_the_page_with_the_yard_filled_in(client, town, planner):
    """A flaw of any yard; "this is not done" where something was promised; the forms know both."""
    make_prices()
    flaw, not_done = (
        f'href="/report/?yard={town[0].pk}{end}"' for end in ("", "&amp;reason=not_done")
    )
    page = text_of(client, f"/yards/{town[0].pk}/")
    assert flaw in page
    assert "reason=not_done" not in page
    version = start_programme(
        name="Yards", first_year=2027, budgets=[10**9], reason="Budget", user=planner
    )
    put_yard(version=version, yard=town[0], year=2027, reason="Agreed", user=planner)
    publish_version(version=version, user=planner)
    page = text_of(client, f"/yards/{town[0].pk}/")
    assert flaw in page
    assert not_done in page
    for end in ("", "&reason=not_done"):
        form = text_of(client, f"/report/?yard={town[0].pk}{end}")
        assert "Yard 0" in form
    retired = town[1]
    retired.valid_to = TODAY
    retired.save()
    assert "/report/" not in text_of(client, f"/yards/{retired.pk}/").partition("<main")[2]


def test_the_public_sees_published_versions_alone(client, town, planner):
    make_prices()
    version = start_programme(
        name="Yards", first_year=2027, budgets=[10**9], reason="Budget", user=planner
    )
    page = f"/yards/programmes/{version.programme_id}/"
    put_yard(version=version, yard=town[0], year=2027, reason="Agreed", user=planner)
    assert client.get(page).status_code == 404
    publish_version(version=version, user=planner)
    second = revise_programme(
        programme=version.programme, budgets=[10**9], reason="Cut of the maslikhat", user=planner
    )
    put_yard(version=second, yard=town[1], year=2027, reason="A clinic", user=planner)
    for address in (page, "/yards/programmes/"):
        text = text_of(client, address)
        for words in ("Cut of the maslikhat", "A clinic", "version=2", "version 2", "Version 2"):
            assert words not in text, (address, words)
    assert client.get(f"{page}?version=2").status_code == 404
    publish_version(version=second, user=planner)
    assert "A clinic" in text_of(client, page)
    assert "A clinic" not in text_of(client, f"{page}?version=1")


def test_a_yard_without_a_place(client):
    page = text_of(client, f"/yards/{make_yard(0).pk}/")
    assert "no place in the queue" in page


@pytest.mark.parametrize("address", ["/yards/987654/", "/yards/987654.geojson", "/yards/x/"])
def test_no_such_yard(client, db, address):
    assert client.get(address).status_code == 404


def test_what_is_planned_and_done_is_public(client, town, planner):
    make_prices()
    version = start_programme(
        name="Yards of 2027", first_year=2027, budgets=[1_000_000], reason="Budget", user=planner,
        budget_source="City budget",
    )  # fmt: skip
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert "Planned for" not in text_of(client, f"/yards/{town[0].pk}/")
    publish_version(version=version, user=planner)
    YardStage.objects.create(
        programme=version.programme, yard=town[0], stage=Stage.DESIGN, reached_on=TODAY,
        made_by=planner,
    )  # fmt: skip
    page = text_of(client, f"/yards/{town[0].pk}/")
    for words in ("Planned for 2027", "1,000,000", "City budget", "Design"):
        assert words in page
    assert "In a programme of later years, 2027" in text_of(client, "/yards/?show=planned")
    assert planner.username not in page


def test_csv_opens_in_spreadsheets_and_gdal(client, town, tmp_path):
    town[0].label = "=cmd()"
    town[0].save()
    text = b"".join(client.get("/yards.csv")).decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["yard"] for row in rows] == [str(yard.pk) for yard in town]
    assert rows[0]["label"] == "'=cmd()"
    assert rows[2]["held_reason"] == "Heat main first"
    file = tmp_path / "yards.csv"
    file.write_text(text, encoding="utf-8")
    assert len(DataSource(str(file))[0]) == 3


def test_geojson_opens_in_gdal(client, town, tmp_path):
    file = tmp_path / "yards.geojson"
    file.write_bytes(b"".join(client.get("/yards.geojson")))
    layer = DataSource(str(file))[0]
    assert layer.srs.srid == 4326
    assert len(layer) == 3
    west, south, _east, _north = layer.extent.tuple
    assert 69 < west < 70
    assert 54 < south < 55.5
    assert next(iter(layer)).get("position") == 1
    one = client.get(f"/yards/{town[0].pk}.geojson").json()
    assert one["properties"]["apartments"] == 300


def test_no_page_tells_who_complained(client, town):
    """Numbers of people only, and of one complaint not even its day."""
    for address in ("/yards/", f"/yards/{town[0].pk}/", "/api/yards/queue/"):
        page = text_of(client, address)
        assert "first_complaint" not in page
        assert TODAY.isoformat() not in page


def test_one_complaint_does_not_tell_its_day(client):
    """Of a yard with a single applicant the public learns that there is one, and nothing else."""
    make_yard(0, apartments=100)
    told = []
    for person, days in ((1, 2), (77, 20)):
        Event.objects.all().delete()
        QueueSnapshot.objects.all().delete()
        make_event(0, yard=0, person=person, dx=30 + days, day=TODAY - dt.timedelta(days))
        take_snapshot(as_of=TODAY)
        answers = [client.get(a) for a in ("/api/yards/queue/", "/yards.csv", "/yards.geojson")]
        told.append([b"".join(answer).decode() for answer in answers])
    assert '"complaints": 1.0' in told[0][0]
    assert told[0] == told[1]


def test_details_are_told_of_three_people_and_not_of_two(client):
    """Different people: fifty messages of one are one, and a theme with two is not even named."""
    today = timezone.localdate()
    yards = [make_yard(number) for number in range(3)]
    number = itertools.count()

    def write(yard, theme, *people, day=today):
        for person in people:
            make_event(next(number), yard=yard, theme=theme, person=person, day=day)

    write(0, Theme.LIGHTING, 1, 2, 3)
    write(0, Theme.WATER, 1, 2)
    write(1, Theme.LIGHTING, 1, 2, *[2] * 48)
    # Nobody wrote about a breakage; long ago is not told either.
    write(1, Theme.HEAT, None, None, None)
    write(2, Theme.LIGHTING, 1, 2)
    write(2, Theme.LIGHTING, 3, day=today - dt.timedelta(400))
    pages = [text_of(client, f"/yards/{yard.pk}/") for yard in yards]
    labels = [f'<th scope="row">{theme.label}</th>' for theme in Theme]
    told = [[label for label in labels if label in page] for page in pages]
    assert told == [['<th scope="row">Lighting</th>'], [], []]
    assert ">3</td>" in pages[0].partition(labels[list(Theme).index(Theme.LIGHTING)])[2][:120]
    assert all("at least 3 different people" in page for page in pages)


def test_details_are_nowhere_but_on_the_page(client):
    """The list and open data say of a yard with three applicants what they say of one with none."""
    make_yard(0)
    take_snapshot(as_of=TODAY)
    addresses = ("/yards.csv", "/yards.geojson", "/api/yards/queue/")

    def said():
        return [b"".join(client.get(address)) for address in addresses]

    before = said()
    for person in range(3):
        make_event(person, theme=Theme.LIGHTING, person=person, day=timezone.localdate())
    assert said() == before
    assert "Lighting" not in text_of(client, "/yards/")
