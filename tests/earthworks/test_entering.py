"""Orders as they are drawn and entered: snapping, proposals, people and bodies."""

import datetime as dt
import json

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client

from citymap.accounts.bin import checksum
from citymap.accounts.choices import Role
from citymap.accounts.models import Organization
from citymap.geo import city_srid, lon_lat, to_wgs84
from citymap.personal.models import Person
from earthworks.choices import OrderState
from earthworks.models import Order
from earthworks.services import orders
from earthworks.snapping import snap
from layers.choices import RoadClass
from layers.models import Road
from tests.earthworks.test_pages import form, signed_in
from tests.earthworks.world import (
    X,
    Y,
    body,
    dig,
    draft,
    issued,
    official,
    pipe,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "media")]
BIN, OTHER_BIN, IIN = "990540000015", "970140000021", "900101300014"


@pytest.fixture
def office() -> Client:
    return signed_in(Role.WORKS, post="head of office")


def valid(number: str) -> str:
    """A number of twelve digits whose last is right."""
    return number[:11] + str(checksum(number[:11]))


def test_a_point_snaps_to_the_nearest_object_and_to_nothing_far_away():
    pipe(4)
    line = LineString((X, Y - 3), (X + 20, Y - 3), srid=city_srid())
    Road.objects.create(
        road_class=RoadClass.PRIMARY, kind="primary", name="Абая", geom=line, source="test",
        source_id="1", valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    found = snap(Point(X + 5, Y, srid=city_srid()), 10)
    assert (found.kind, found.title, round(found.y - Y, 6)) == ("road", "Абая", -3)
    assert snap(Point(X + 5, Y + 1, srid=city_srid()), 10).kind == "network"
    assert snap(Point(X + 5, Y, srid=city_srid()), 2) is None


def test_the_map_snaps_and_proposes(office):
    pipe(0.5, body("gas"))
    issued(geom=dig(y=3), holder=body("another"))
    lon, lat = lon_lat(Point(X + 5, Y, srid=city_srid()))
    assert office.get("/works/snap/", {"lon": lon, "lat": lat, "m": 3}).json()["kind"] == "network"
    assert office.get("/works/snap/", {"lon": lon, "lat": lat, "m": 0.1}).status_code == 204
    asked = {"outline": form()["outline"], "width_m": "1.5", "begins_on": "2026-06-01"}
    answer = office.post("/works/propose/", asked, content_type="application/json").json()
    assert answer["area_m2"] == pytest.approx(30, rel=0.05)
    assert sum(answer["areas"].values()) == pytest.approx(answer["area_m2"], abs=0.5)
    assert [one["check"] for one in answer["conflicts"]] == ["order", "network"]
    assert not Order.objects.filter(state=OrderState.DRAFT).exists()


def test_drilling_damages_only_its_pits(office):
    asked = {"outline": form()["outline"], "width_m": "1.5", "method": "directional_drilling"}
    answer = office.post("/works/propose/", asked, content_type="application/json").json()
    assert answer["area_m2"] == pytest.approx(30, rel=0.05)
    assert sum(answer["areas"].values()) == pytest.approx(2 * 2 * 1.5, rel=0.05)
    office.post("/works/new/", form(method="directional_drilling"))
    assert sum(Order.objects.get().areas_m2.values()) == pytest.approx(6, rel=0.05)


def test_a_pasted_feature_is_its_geometry(office):
    geometry = json.loads(form()["outline"])
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]}
    areas = set()
    for pasted in (geometry, feature, collection):
        asked = {"outline": json.dumps(pasted), "width_m": "1.5"}
        answer = office.post("/works/propose/", asked, content_type="application/json").json()
        areas.add(answer["area_m2"])
    assert len(areas) == 1
    two = {"outline": json.dumps(collection | {"features": [feature] * 2}), "width_m": "1.5"}
    assert office.post("/works/propose/", two, content_type="application/json").status_code == 422


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{}", 400), (b'{"outline": 5}', 422), (b"[" * 5000, 400),
        (b'{"outline": "POLYGON((0 0,1 1,1 0,0 1,0 0))"}', 422), (b"x" * 400_000, 400),
    ],
)  # fmt: skip
def test_bad_proposals_are_refused(office, asked, status):
    answer = office.post("/works/propose/", asked, content_type="application/json")
    assert answer.status_code == status


def test_everything_is_entered_and_corrected(office):
    values = form(
        holder="", holder_person_name="Иванов Иван", holder_person_iin=valid(IIN),
        contractor_bin=valid(BIN), contractor_name="ТОО «Новый»",
        contractor_person_name="Петров Пётр", contractor_person_phone="8 701 123 45 67",
        amount_kzt="1500000.50", budget_source="Местный бюджет", contract_number="17-К",
        requirements=["fencing", "traffic"], requirements_note="ночью", more_addresses="a\n\nb",
    )  # fmt: skip
    office.post("/works/new/", values)
    order = Order.objects.get()
    assert order.holder is None
    assert order.holder_person is not None
    assert order.contractor.bin == valid(BIN)
    assert order.contractor_person is not None
    assert order.more_addresses == ["a", "b"]
    assert order.requirements == ["fencing", "traffic"]
    # People stay when their fields stay empty; the same BIN finds the same body.
    values = form(
        holder="", contractor_bin=valid(BIN), address="ул. Новая, 1", area_road="3", area_lawn="",
    )  # fmt: skip
    assert office.get(f"/works/orders/{order.pk}/correct/").status_code == 200
    answer = office.post(f"/works/orders/{order.pk}/correct/", values)
    assert answer.status_code == 302, answer.context["form"].errors
    again = Order.objects.get()
    assert (again.address, again.area_road_m2, again.area_lawn_m2) == ("ул. Новая, 1", 3, 0)
    assert again.contractor_person_id == order.contractor_person_id
    assert Organization.objects.filter(bin=valid(BIN)).count() == 1
    orders.apply(order=again, user=official())
    orders.refuse(order=again, reason="no", user=official())
    assert office.get(f"/works/orders/{order.pk}/correct/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"contractor_bin": "123"}, {"contractor_bin": "111111111111", "contractor_name": "x"},
        {"holder": "", "holder_person_name": "x", "holder_person_iin": "111111111111"},
        {"holder": ""}, {"holder_person_name": "two holders"}, {"contractor_bin": valid(OTHER_BIN)},
        {"amount_kzt": "-1"}, {"requirements": ["dance"]}, {"begins_on": ""},
        {"contractor_person_iin": "900101300010"}, {"contractor_person_phone": "12"},
    ],
)  # fmt: skip
def test_wrong_numbers_and_people_save_nothing(office, values):
    people, bodies = Person.objects.count(), Organization.objects.count()
    sent = form(**values)
    bodies = Organization.objects.count()
    assert office.post("/works/new/", sent).status_code == 400
    assert not Order.objects.exists()
    assert (Person.objects.count(), Organization.objects.count()) == (people, bodies)


def test_the_draft_on_the_map_is_the_outline_that_was_drawn(office):
    order = draft()
    page = office.get(f"/works/orders/{order.pk}/correct/").content.decode()
    assert json.loads(to_wgs84(order.geom).json)["type"] == "MultiPolygon"
    assert "MultiPolygon" in page
