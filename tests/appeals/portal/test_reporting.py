"""A resident reports a problem: kept whole or refused with a reason, joined, limited."""

import datetime as dt
import io

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import PhotoKind, State
from appeals.codes import code_of
from appeals.models import Appeal, Contact
from appeals.where import place_of
from citymap.geo import city_srid, lon_lat
from citymap.personal.models import Person
from earthworks.first_rows import fill_empty_tables
from earthworks.models import Order
from earthworks.services import orders
from earthworks.shapes import trench
from layers.models import Yard
from tests.appeals.portal.acting import PHONE, filled, opened, reported
from tests.appeals.world import photo_file


def test_a_report_becomes_an_appeal_with_number_and_code(client, world):
    appeal = reported(
        client, world, name="Айгүл", phone=PHONE, consent="on",
        photos=[photo_file(), photo_file((300, 300))],
    )  # fmt: skip
    assert (appeal.channel, appeal.registered_by, appeal.language) == ("portal", None, "en")
    assert appeal.photos.filter(kind=PhotoKind.PROBLEM, added_by=None).count() == 2
    assert appeal.due_at > timezone.now()
    contact = Contact.objects.get(appeal=appeal)
    assert (contact.kind, contact.operator, contact.anonymous) == ("appeal", None, False)
    assert contact.caller == appeal.people.get()
    page = client.get(f"/report/{appeal.number}/").content.decode()
    assert appeal.number in page
    assert code_of(appeal) in page
    # Nobody else reads the code there.
    other = Client().get(f"/report/{appeal.number}/")
    assert other.url == f"/track/{appeal.number}/"


def test_the_same_form_twice_is_one_appeal(client, world):
    form = filled(world)
    first, second = client.post("/report/", form), client.post("/report/", form)
    assert Appeal.objects.count() == 1
    assert first.status_code == 302
    assert second.url == first.url


def test_without_consent_nothing_personal_is_kept(client, world):
    answer = client.post("/report/", filled(world, name="Айгүл", phone=PHONE))
    assert answer.status_code == 400
    assert not Person.objects.exists()
    assert not Appeal.objects.exists()
    appeal = reported(client, world)
    assert not appeal.applicants.exists()
    assert Contact.objects.get().anonymous


def script(name: str) -> io.BytesIO:
    file = io.BytesIO(b"<script>alert(1)</script>" * 40)
    file.name = name
    return file


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lon": "", "lat": ""}, "Say where"),
        ({"lon": "71.4", "lat": "51.1"}, "outside the city"),
        ({"lon": "nan", "lat": "x"}, "not right"),
        ({"text": ""}, "Say what is wrong"),
        ({"text": "я" * 1_000_000}, "10000"),
        ({"category": ""}, "Choose what it is about"),
        ({"category": "999999999"}, "not right"),
        ({"phone": "12", "consent": "on"}, "not right"),
        ({"name": "Айгүл", "consent": "on"}, "Leave a telephone"),
        ({"website": "http://spam.example"}, "not filled in by a person"),
        ({"photos": [script("photo.jpg")]}, "Only JPEG"),
        ({"photos": [photo_file((20, 20)) for _ in range(6)]}, "At most 5"),
        ({"key": "x"}, "not right"),
    ],
)
def test_bad_reports_are_refused_with_a_reason(client, world, values, words):
    answer = client.post("/report/", filled(world, **values))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Appeal.objects.exists()
    assert not Contact.objects.exists()
    assert not Person.objects.exists()


def test_csrf_is_asked_for(world):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report/", filled(world)).status_code == 403
    assert not Appeal.objects.exists()


def test_a_duplicate_is_shown_without_its_words_and_joined(client, world):
    first = world.register(category=world.category("ROAD-POTHOLE"), text="Яма, звоните Айгүл")
    first = services.assign(appeal=first, body=world.body, user=world.operator)
    piece = client.post("/report/duplicates/", filled(world)).content.decode()
    assert first.number in piece
    assert "Айгүл" not in piece
    asked = client.post("/report/", filled(world))
    assert asked.status_code == 409
    assert first.number in asked.content.decode()
    assert Appeal.objects.count() == 1
    mine = reported(client, world, join=first.number, phone=PHONE, consent="on")
    assert (mine.state, mine.joined_into) == (State.JOINED, first)
    other = reported(client, world, join="new")
    assert other.joined_into is None
    opened(client, mine)
    page = client.get(f"/track/{mine.number}/").content.decode()
    assert "joined to an earlier one" in page
    assert str(world.body.title) in page


def test_only_what_is_like_it_can_be_joined(client, world):
    far = world.register(where=place_of(geom=world.at(3000)))
    answer = client.post("/report/", filled(world, join=far.number))
    assert answer.status_code == 302
    assert Appeal.objects.exclude(pk=far.pk).get().joined_into is None


def test_reports_from_one_address_are_limited(client, world, settings):
    for number in range(12):
        place = place_of(geom=world.at(100.0 * number))
        lon, lat = lon_lat(place.geom)
        reported(client, world, lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    answer = client.post("/report/", filled(world, join="new"))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 60
    assert Appeal.objects.count() == 12


def test_a_link_from_a_yard_fills_in_the_yard(client, world):
    square = world.house(side_m=60)
    yard = Yard.objects.create(
        source="manual", source_id="y1", valid_from=dt.date(2020, 1, 1), geom=square.geom[0],
        label="Абая, 12",
    )  # fmt: skip
    page = client.get(f"/report/?yard={yard.pk}").content.decode()
    undone = client.get(
        f"/report/?yard={yard.pk}&reason=not_done", headers={"accept-language": "en"}
    )
    assert undone.context["form"]["text"].value().startswith("The works in this yard")
    odd = client.get(f"/report/?yard={yard.pk}&reason=<b>x")
    assert not odd.context["form"]["text"].value()
    assert "Абая, 12" in page
    appeal = reported(client, world, lon="", lat="", yard=yard.pk)
    assert appeal.yard == yard
    assert appeal.objects_meant.get().yard == yard
    for bad in ("0", "x", "9" * 30, "-1"):
        assert client.get(f"/report/?yard={bad}").status_code == 404


def test_a_link_from_an_order_fills_in_the_order(client, world, public_order):
    order = public_order
    page = client.get(f"/report/?order={order.number}").content.decode()
    assert order.number in page
    appeal = reported(client, world, lon="", lat="", order=order.number)
    assert appeal.order == order
    assert list(order.appeals.all()) == [appeal]
    for bad in ("2026-99999", "x", "٣" * 12):
        assert client.get(f"/report/?order={bad}").status_code == 404


@pytest.fixture
def public_order(world) -> Order:
    """An order that was applied for."""
    fill_empty_tables(sender=None)
    start = world.at(500, 500)
    line = LineString((start.x, start.y), (start.x + 20, start.y), srid=city_srid())
    order = orders.draw_order(
        geom=trench(line, 1.5), begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 20),
        areas_m2={}, user=world.works, now=dt.datetime(2026, 5, 20, 5, tzinfo=dt.UTC),
        values={
            "holder": world.body, "network_kind": "water", "work": "repair", "method": "open_cut",
        },
    )  # fmt: skip
    return orders.apply(
        order=order, user=world.works, now=dt.datetime(2026, 5, 20, 6, tzinfo=dt.UTC)
    )
