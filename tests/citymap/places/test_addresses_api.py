"""`/api/addresses/` on a small index of our own."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citymap.geo import city_point, city_srid
from citymap.places.models import SearchEntry, SearchHouse, SearchWord
from citymap.places.registry import FoundKind, found_kinds, register_found_kind
from citymap.places.services import EntryRow, Replaced, replace_entries
from citymap.places.words import house_key, house_ordinal

pytestmark = pytest.mark.django_db
HOUSES = ["20", "21", "21А", "21/2", "22", "210"]


def _rows():
    return [
        EntryRow(
            kind="street", object_id=1, labels={"": "Жамбыла Жабаева", "kk": "Жамбыл Жабаев"},
            subkind="avenue",
            names=["Жамбыла Жабаева", "Жамбыл Жабаев көшесі", "Ленина"],
            point=city_point(69.14, 54.87), weight=1.0, has_houses=True,
        ),
        EntryRow(
            kind="street", object_id=2, labels={"": "Жамбыла проезд"}, names=["Жамбыла проезд"],
            point=city_point(69.15, 54.87), weight=0.6, has_houses=True,
        ),
        EntryRow(
            kind="street", object_id=3, labels={"": "Северяночка СТ"}, names=["Северяночка СТ"],
            point=city_point(69.2, 54.9), weight=0.5, garden=True,
        ),
        EntryRow(
            kind="bus_stop", object_id=1, labels={"": 'Дом быта "Северный", \\ {верх}'},
            names=['Дом быта "Северный"'], point=city_point(69.16, 54.88), weight=0.25,
        ),
    ]  # fmt: skip


@pytest.fixture
def index():
    replace_entries(entries=_rows())
    SearchHouse.objects.bulk_create(
        SearchHouse(
            address_id=100 + place, street_id=1, number=number, key=house_key(number),
            ordinal=house_ordinal(house_key(number)),
            point=Point(500_000 + place, 6_080_000, srid=city_srid()),
        )
        for place, number in enumerate(HOUSES)
    )  # fmt: skip


def _get(question, **parameters):
    return Client().get("/api/addresses/", {"q": question, "lang": "ru", **parameters})


def _labels(question, **parameters):
    answer = _get(question, **parameters)
    assert answer.status_code == 200, answer.content
    return [found["label"] for found in answer.json()]


@pytest.mark.parametrize(
    "question, first",
    [
        ("Жамбыла Жабаева 21", "Жамбыла Жабаева, 21"),
        ("жамбыл 21", "Жамбыла Жабаева, 21"),
        ("zhambyla zhabaeva 21", "Жамбыла Жабаева, 21"),
        ("Jambyl Jabaev 21", "Жамбыла Жабаева, 21"),
        ("Жабаева Жамбыла, д. 21 кв 5", "Жамбыла Жабаева, 21"),
        ("Жамбыла Жабаеыа 21", "Жамбыла Жабаева, 21"),
        (";fv,skf ;f,ftdf 21", "Жамбыла Жабаева, 21"),
        ("ул. Жамбыла Жабаева 21 а", "Жамбыла Жабаева, 21А"),
        ("Жамбыла Жабаева 21 корпус 2", "Жамбыла Жабаева, 21/2"),
        ("ленина 22", "Жамбыла Жабаева, 22"),
        ("жамбы", "Жамбыла Жабаева"),
        ("проезд жамбыла", "Жамбыла проезд"),
        ("северян", "Северяночка СТ"),
        ("остановка северный", 'Дом быта "Северный", \\ {верх}'),
    ],
)
def test_the_right_answer_is_first(index, question, first):
    assert _labels(question)[0] == first


def test_the_shape_is_that_of_the_contract(index):
    (found, *_) = _get("жабаева 21", limit="1").json()
    assert set(found) == {"id", "kind", "label", "hint", "lon", "lat", "bbox"}
    assert (found["id"], found["kind"]) == (101, "address")
    west, south, east, north = found["bbox"]
    assert west < found["lon"] < east
    assert south < found["lat"] < north


@pytest.fixture
def avenue():
    yield register_found_kind(FoundKind(name="street:avenue", title="Avenue"))
    found_kinds.unregister("street:avenue")


def test_what_it_is_is_said_in_words(index, avenue):
    found = _get("жамбыла").json()
    assert [(item["label"], item["hint"]) for item in found] == [
        ("Жамбыла Жабаева", "Avenue"),
        ("Жамбыла проезд", ""),
    ]


def test_the_label_is_in_the_language_of_the_reader(index):
    assert _labels("жабаева 21", lang="kk")[0] == "Жамбыл Жабаев, 21"
    by_header = Client().get(
        "/api/addresses/", {"q": "жабаева 21"}, headers={"Accept-Language": "kk"}
    )
    assert by_header.json()[0]["label"] == "Жамбыл Жабаев, 21"


def test_a_house_that_is_not_there_is_said_so_and_its_neighbours_follow(index):
    first, second, *_ = _get("жабаева 23").json()
    assert (first["kind"], first["label"]) == ("street", "Жамбыла Жабаева")
    assert "23" in first["hint"]
    assert second["label"] == "Жамбыла Жабаева, 22"


def test_the_limit_is_kept(index):
    assert len(_labels("жамбыл 2", limit="3")) == 3


@pytest.mark.parametrize(
    "question", ["ыыыыыы", "!!!", "🙂", "'; DROP TABLE x; --", "%", "\\", "((("]
)
def test_nonsense_finds_nothing_and_breaks_nothing(index, question):
    assert _get(question).status_code == 200


def test_search_takes_few_queries(index):
    with CaptureQueriesContext(connection) as queries:
        _get("Жамбыла Жабаева 21")
    assert len(queries) <= 4


@pytest.mark.parametrize(
    "parameters, parameter",
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "а" * 10_000}, "q"),
        ({"q": "аб\0в"}, "q"),
        ({"q": "абая", "limit": "NaN"}, "limit"),
        ({"q": "абая", "limit": "0"}, "limit"),
        ({"q": "абая", "limit": "51"}, "limit"),
        ({"q": "абая", "limit": "-1"}, "limit"),
        ({"q": "абая", "limit": "1e9"}, "limit"),
        ({"q": "абая", "limit": "9" * 5000}, "limit"),
        ({"q": "абая", "limit": "٣"}, "limit"),
        ({"q": "абая", "lang": "de"}, "lang"),
    ],
)
def test_bad_parameters_are_named(parameters, parameter):
    answer = Client().get("/api/addresses/", parameters)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["parameter"] == parameter
    assert body["detail"]


def test_only_reading_is_allowed():
    answer = Client().post("/api/addresses/", {"q": "абая"})
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_second_replacement_writes_nothing(index):
    assert replace_entries(entries=_rows()) == Replaced(created=0, updated=0, deleted=0)


def test_a_replacement_writes_what_changed_and_the_vocabulary_follows(index):
    changed = [row for row in _rows() if row.object_id != 3]
    changed[1] = EntryRow(
        kind="street", object_id=2, labels={"": "Тараз"}, names=["Тараз"],
        point=city_point(69.15, 54.87), has_houses=True,
    )  # fmt: skip
    assert replace_entries(entries=changed) == Replaced(created=0, updated=1, deleted=1)
    assert not SearchWord.objects.filter(word="severianochka").exists()
    assert SearchWord.objects.get(word="taraz").entries == 1
    assert SearchEntry.objects.count() == 3


@pytest.mark.usefixtures("index", "runtime_role")
def test_the_runtime_role_can_search():
    assert _labels("жабаева 21")[0] == "Жамбыла Жабаева, 21"
