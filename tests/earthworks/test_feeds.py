"""Exports and feeds, read by programs that are not ours."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client
from icalendar import Calendar
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from citymap.geo import lon_lat
from earthworks.choices import OrderState
from tests.earthworks.world import approving, brought_to, dig, draft, issued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


@pytest.fixture
def orders():
    draft(geom=dig(y=900))
    brought_to(issued(geom=dig(y=600)), OrderState.CLOSED)
    return [
        approving(geom=dig(y=300), address="=cmd|' /C calc'!A0"),
        issued(address='Абая, 12; "Қала", корпус\n2'),
    ]


def fetched(form: str, **asked) -> str:
    response = Client().get(f"/works/feed.{form}", asked)
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_geojson(orders):
    found = json.loads(fetched("geojson"))
    assert {one["properties"]["number"] for one in found["features"]} == {o.number for o in orders}
    west = found["features"][0]["geometry"]["coordinates"][0][0][0]
    assert 69 < west[0] < 70
    assert 54 < west[1] < 55


def test_csv_holds_no_formula(orders):
    rows = list(csv.DictReader(io.StringIO(fetched("csv"))))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def of_geojson(kind: str, least: int) -> dict:
    """The schema of a geometry that the official one refers to (geojson.org)."""
    position = {"type": "array", "minItems": 2, "items": {"type": "number"}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"https://geojson.org/schema/{kind}.json",
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"const": kind},
            "coordinates": {"type": "array", "minItems": least, "items": position},
        },
    }


@pytest.fixture
def schemas(settings) -> Path:
    """The official WZDx 4.2 schemas, beside the real data."""
    folder = Path(settings.CITYMAP_REAL_DATA).parent / "schemas" / "wzdx" / "4.2"
    if not (folder / "WorkZoneFeed.json").is_file():
        pytest.skip(f"the official WZDx schemas are not at {folder}")
    return folder


def test_wzdx_is_valid_by_the_official_schema(orders, schemas):
    documents = [json.loads(path.read_text()) for path in sorted(schemas.glob("*.json"))]
    documents += [of_geojson("LineString", 2), of_geojson("MultiPoint", 1)]
    registry = Registry().with_resources(
        [(one["$id"], Resource.from_contents(one)) for one in documents]
    )
    schema = json.loads((schemas / "WorkZoneFeed.json").read_text())
    found = json.loads(fetched("wzdx"))
    assert len(found["features"]) == 2
    errors = list(Draft7Validator(schema, registry=registry).iter_errors(found))
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def test_ical_by_an_independent_library(orders):
    text = fetched("ics")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events = Calendar.from_ical(text).walk("VEVENT")
    assert len(events) == 2
    event = next(one for one in events if orders[1].number in one["UID"])
    assert 'Абая, 12; "Қала", корпус' in event["SUMMARY"]
    assert (event["DTEND"].dt - event["DTSTART"].dt).days == 20


def test_atom_parses(orders):
    root = ElementTree.fromstring(fetched("atom"))
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 2


def test_near_a_point(orders):
    lon, lat = lon_lat(orders[1].geom.centroid)
    assert len(json.loads(fetched("geojson", lon=lon, lat=lat, m=50))["features"]) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"lon": "x", "lat": "54.9"}, {"lon": "69.1"}, {"lon": "nan", "lat": "54.9"},
        {"lon": "10", "lat": "10"}, {"lon": "69.15", "lat": "54.87", "m": "1e9"},
        {"lon": "69.15", "lat": "54.87", "m": "nan"},
    ],
)  # fmt: skip
def test_bad_questions(asked):
    response = Client().get("/works/feed.geojson", asked)
    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")


def test_unknown_format():
    assert Client().get("/works/feed.exe").status_code == 404
