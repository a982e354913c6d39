"""An appeal is written at the desk: checked before, saved whole or not at all."""

import datetime as dt
import json
import zlib

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from appeals import services
from appeals.choices import State
from appeals.codes import code_of
from appeals.models import Appeal, Incident, Photo
from citymap.geo import city_srid, lon_lat
from citymap.personal.models import Person
from citymap.personal.services import reveal
from layers.models import Street
from tests.appeals.world import photo_file

pytestmark = pytest.mark.django_db
PHONE = "8 701 555 44 33"


def upload(content: bytes, name: str = "p.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def test_a_whole_appeal(desk, rule, world):
    contact = desk.begun(PHONE)
    response = desk.post(
        "register",
        **desk.appeal(contact, name="Ахметова Дана", address="кв. 5"),
        photos=[upload(photo_file().read())],
    )
    assert response.status_code == 200, response.content
    appeal = Appeal.objects.get()
    assert appeal.number in response.content.decode()
    assert (appeal.state, appeal.executor, appeal.route) == (
        State.ASSIGNED, world.body, rule.reason_ru,
    )  # fmt: skip
    contact.refresh_from_db()
    assert (contact.kind, contact.appeal) == ("appeal", appeal)
    person = appeal.applicants.get().person
    assert person == contact.caller
    values = reveal(person=person, fields=["name", "address"], user=None, why="a test")
    assert values == {"name": "Ахметова Дана", "address": "кв. 5"}
    assert Photo.objects.get().appeal == appeal
    assert appeal.place == "улица Абая, 1"


def test_the_same_form_twice_is_one_appeal(desk):
    data = desk.appeal(name="Ахметова Дана")
    assert [desk.post("register", **data).status_code for _turn in range(2)] == [200, 200]
    assert Appeal.objects.count() == Person.objects.count() == 1


def test_no_rule_leads_to_the_tray_visibly(desk):
    assert "tray" in desk.post("register", **desk.appeal()).content.decode()
    assert Appeal.objects.get().state == State.REGISTERED


def bomb() -> bytes:
    """A PNG of 20,000 by 20,000 points in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    size = (20_000).to_bytes(4, "big")
    packed = zlib.compress(b"\0" * 20_001 * 400, 9)
    head = chunk(b"IHDR", size + size + b"\x08\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


REFUSED = {
    "no place": ({"lon": "", "lat": ""}, {}),
    "outside the city": ({"lon": "10.0", "lat": "50.0"}, {}),
    "off the earth": ({"lon": "1e9", "lat": "nan"}, {}),
    "half a place": ({"lat": "x"}, {}),
    "a drawn nothing": ({"outline": '{"type": "Point"}'}, {}),
    "a drawn bow-tie": (
        {"outline": '{"type":"Polygon","coordinates":[[[69.1,54.8],[69.2,54.9],[69.2,54.8],'
                    '[69.1,54.9],[69.1,54.8]]]}'}, {}
    ),
    "no text": ({"text": "  "}, {}),
    "text of 1 MB": ({"text": "я" * 500_000}, {}),
    "a group": ({"category": "HEAT"}, {}),
    "no such category": ({"category": "x" * 60}, {}),
    "in the future": ({"received_at": "2999-01-01T00:00"}, {}),
    "in antiquity": ({"received_at": "1850-01-01T00:00"}, {}),
    "no date": ({"received_at": "yesterday"}, {}),
    "no telephone": ({"phone": "12"}, {}),
    "joined to nothing": ({"join_into": "109-2026-999999"}, {}),
    "an outage that is over": ({"incident": "999999"}, {}),
    "an unknown regime": ({"regime": "martial"}, {}),
    "no key": ({"key": ""}, {}),
    "40 MB photo": ({}, {"photos": lambda: upload(b"\xff\xd8" + b"\0" * (40 * 2**20))}),
    "a script as photo": ({}, {"photos": lambda: upload(b"<?php system('id');", "x.php.jpg")}),
    "a page as photo": ({}, {"photos": lambda: upload(b"<svg onload='alert(1)'/>", "x.svg")}),
    "a bomb": ({}, {"photos": lambda: upload(bomb())}),
    "an empty photo": ({}, {"photos": lambda: upload(b"")}),
}  # fmt: skip


@pytest.mark.parametrize("wrong, files", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_leaves_nothing(desk, wrong, files):
    contact = desk.begun()
    people = Person.objects.count()
    data = desk.appeal(contact, name="Ахметова Дана") | wrong
    response = desk.post("register", **data, **{name: make() for name, make in files.items()})
    assert response.status_code == 400
    assert response.json()["detail"]
    assert not Appeal.objects.exists()
    assert not Photo.objects.exists()
    assert Person.objects.count() == people
    contact.refresh_from_db()
    assert contact.kind == ""


def check(desk, **more) -> str:
    response = desk.post("check", **(desk.appeal() | more))
    assert response.status_code == 200
    return response.content.decode()


def test_body_and_deadline_are_shown_with_their_reasons(desk, rule, world):
    page = check(desk)
    assert str(world.body.title) in page
    assert rule.reason_ru in page
    assert "24 hours" in page
    assert "not verified by a lawyer" in page
    rule.delete()
    assert "Coordinators" in check(desk)


def test_duplicates_are_shown_and_joined_with_one_request(desk, world):
    first = world.register(now=timezone.now())
    page = check(desk)
    assert first.number in page
    assert first.number in check(desk, category="")
    contact = desk.begun(PHONE)
    response = desk.post("register", **desk.appeal(contact, join_into=first.number))
    assert response.status_code == 200, response.content
    twin = Appeal.objects.exclude(pk=first.pk).get()
    assert (twin.state, twin.joined_into) == (State.JOINED, first)
    assert twin.applicants.get().person == contact.caller


def test_danger_has_a_script_and_the_call_can_be_passed_on_first(desk):
    assert "Danger: read this out" in check(desk, category="HOUSE-STUCK")
    contact = desk.begun(PHONE)
    desk.post("transfer", contact.pk, service="112", dispatcher="Ли")
    response = desk.post("register", **desk.appeal(contact))
    assert response.status_code == 200
    contact.refresh_from_db()
    assert contact.kind == "transfer"
    assert Appeal.objects.get().applicants.get().person == contact.caller


def test_a_caller_inside_an_outage_is_offered_it(desk, world):
    incident = services.open_incident(
        user=world.operator, title="Порыв на Абая", category=world.category("HEAT-BURST"),
        script_ru="Тепло дадут к вечеру.", script_kk="Жылу кешке беріледі.",
        area=world.at().buffer(100),
    )  # fmt: skip
    assert "Порыв на Абая" in check(desk, category="")
    response = desk.post(
        "register", **desk.appeal(category="HEAT-BURST", incident=incident.pk, text="Порыв")
    )
    assert response.status_code == 200
    assert Incident.objects.get().appeals.count() == 1


def test_a_drawn_shape_is_a_place(desk, world):
    lon, lat = float(desk.appeal()["lon"]), float(desk.appeal()["lat"])
    ring = [[lon, lat], [lon + 0.001, lat], [lon, lat + 0.001], [lon, lat]]
    outline = json.dumps({"type": "Polygon", "coordinates": [ring]})
    assert desk.post("register", **desk.appeal(outline=outline)).status_code == 200
    assert Appeal.objects.get().geom.geom_type == "Polygon"


def test_a_chosen_object_is_the_place(desk, world):
    house = world.house()
    page = check(desk, category="")
    assert f'data-object="building:{house.pk}"' in page
    assert desk.post("register", **desk.appeal(object=f"building:{house.pk}")).status_code == 200
    appeal = Appeal.objects.get()
    assert (appeal.building, appeal.objects_meant.get().target) == (house, house)
    for wrong in ("building:0", "user:1", "lamp", "yard:x", "building:" + "9" * 30):
        assert desk.post("register", **desk.appeal(object=wrong)).status_code == 400


def test_several_objects_are_one_place(desk, world):
    first, second = world.house(), world.house(east_m=100)
    names = f"building:{first.pk},building:{second.pk}"
    page = check(desk, category="", object=names)
    assert page.count('aria-pressed="true"') >= 1
    assert desk.post("register", **desk.appeal(object=names)).status_code == 200
    appeal = Appeal.objects.get()
    assert {one.target for one in appeal.objects_meant.all()} == {first, second}
    assert appeal.geom.intersects(first.geom)
    assert appeal.geom.intersects(second.geom)
    too_many = ",".join(f"building:{first.pk}" for _turn in range(51))
    for wrong in (f"{names},", ",", f"{names},lamp:0", too_many):
        assert desk.post("register", **desk.appeal(object=wrong)).status_code == 400


def test_a_drawn_line_lies_on_its_street(desk, world):
    line = LineString(world.at(-200).coords, world.at(200).coords, srid=city_srid())
    street = Street.objects.create(
        source="manual", source_id="abay", valid_from=dt.date(2020, 1, 1), kind="street",
        name="улица Абая", name_key="абая", geom=MultiLineString(line, srid=city_srid()),
    )  # fmt: skip
    ends = [lon_lat(world.at(east, 4)) for east in (-100, 100)]
    outline = json.dumps({"type": "LineString", "coordinates": ends})
    data = desk.appeal(outline=outline, label="", category="ROAD-POTHOLE")
    assert f'data-object="street:{street.pk}"' in check(desk, outline=outline, category="")
    assert desk.post("register", **data).status_code == 200
    appeal = Appeal.objects.get()
    assert appeal.geom.geom_type == "LineString"
    assert (appeal.street, appeal.place) == (street, "улица Абая")


def test_the_operator_reads_the_code_out(desk, world, client):
    told = desk.post("register", **desk.appeal(desk.begun(PHONE))).content.decode()
    appeal = Appeal.objects.get()
    code = code_of(appeal)
    assert code in told
    assert code in client.get(f"/desk/appeals/{appeal.number}/").content.decode()
    assert code in desk.begin(PHONE).content.decode()
    client.force_login(world.analyst)
    assert code not in client.get(f"/desk/appeals/{appeal.number}/").content.decode()


def test_received_earlier_counts_from_there(desk):
    earlier = timezone.localtime() - dt.timedelta(days=2)
    data = desk.appeal(channel="letter", received_at=f"{earlier:%Y-%m-%dT%H:%M}")
    assert desk.post("register", **data).status_code == 200
    appeal = Appeal.objects.get()
    assert appeal.received_at < appeal.registered_at - dt.timedelta(days=1)


def test_photos_are_for_those_who_read_the_appeal(desk, world, client):
    appeal = world.assigned()
    (photo,) = services.add_photos(
        appeal=appeal, photos=services.cleaned([photo_file()]), kind="problem", user=None
    )
    address = f"/desk/photos/{photo.file_key}/small/"
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert client.get(address.replace("small", "secret")).status_code == 404
    client.force_login(world.stranger)
    assert client.get(address).status_code == 404
