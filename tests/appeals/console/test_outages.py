"""Incident mode, the exchange's calls, and the knowledge base's pages."""

import datetime as dt
import json
import uuid

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client
from django.utils import timezone

from appeals.models import Contact, Incident, KnowledgeArticle
from citymap.accounts.choices import Role, TokenScope
from citymap.accounts.models import User
from citymap.accounts.services.tokens import make_token
from citymap.geo import city_srid, lon_lat
from citymap.personal.services import save_person
from layers.models import NetworkSegment

pytestmark = pytest.mark.django_db


def outline(world, kind: str = "Polygon") -> str:
    lon, lat = lon_lat(world.at())
    if kind == "Point":
        return json.dumps({"type": "Point", "coordinates": [lon, lat]})
    d = 0.002
    ring = [[lon - d, lat - d], [lon + d, lat - d], [lon + d, lat + d], [lon - d, lat - d]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def form(world, **changes) -> dict[str, str]:
    return {
        "outline": outline(world), "title": "Порыв на Абая", "category": "HEAT-BURST",
        "script_ru": "Тепло дадут к вечеру.", "script_kk": "Жылу кешке беріледі.",
    } | changes  # fmt: skip


def test_an_outage_is_drawn_offered_and_ended(desk, world, client):
    house = world.house(east_m=60, north_m=-100)
    assert client.post("/desk/outages/new/", form(world)).status_code == 302
    incident = Incident.objects.get()
    assert [row.building for row in incident.served.all()] == [house]
    checked = desk.post("check", **desk.appeal(category=""))
    assert "Тепло дадут" in checked.content.decode() or "Жылу" in checked.content.decode()
    desk.post("register", **desk.appeal(category="HEAT-BURST", incident=incident.pk))
    assert "1 appeal" in client.get("/desk/outages/").content.decode()
    address = f"/desk/outages/{incident.pk}/end/"
    client.post(address, {"version": incident.version + 7})
    assert Incident.objects.get().ended_at is None
    client.post(address, {"version": incident.version})
    assert Incident.objects.get().ended_at
    assert "Порыв" not in desk.post("check", **desk.appeal(category="")).content.decode()


def test_an_outage_of_a_network_segment(desk, world, client):
    start = world.at(-50)
    NetworkSegment.objects.create(
        source="manual", source_id=uuid.uuid4().hex, valid_from=dt.date(2020, 1, 1), kind="heat",
        geom=LineString((start.x, start.y + 5), (start.x + 100, start.y + 5), srid=city_srid()),
        owner=world.body,
    )  # fmt: skip
    house = world.house()
    wrong = form(world, outline=outline(world, "Point"), network="water")
    assert client.post("/desk/outages/new/", wrong).status_code == 400
    right = form(world, outline=outline(world, "Point"), network="heat")
    assert client.post("/desk/outages/new/", right).status_code == 302
    incident = Incident.objects.get()
    assert incident.body == world.body
    assert house in [row.building for row in incident.served.all()]


@pytest.mark.parametrize(
    "wrong",
    [
        {"outline": ""}, {"outline": "{"}, {"outline": '{"type":"Polygon","coordinates":[]}'},
        {"outline": '{"type":"LineString","coordinates":[[69.1,54.8],[69.2,54.9]]}'},
        {"outline": '{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}'},
        {"title": ""}, {"script_kk": ""}, {"category": "HEAT"},
        {"expected_end_at": "2001-01-01T00:00"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_outage_says_why(desk, world, client, wrong):
    assert client.post("/desk/outages/new/", form(world, **wrong)).status_code == 400
    assert not Incident.objects.exists()


# --- the exchange -------------------------------------------------------------------------
def ring(client, body, token: str = "", **extra):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(
        "/api/calls/", text, content_type="application/json", headers=headers, **extra
    )


def test_a_call_rings_once_and_is_shown(desk, settings, client):
    settings.CITYMAP_EXCHANGE_TOKEN = "secret-of-the-exchange"
    person = save_person(name="Ахметова Дана", phones=["+77015554433"])
    body = {"call_id": "pbx-17", "phone": "8 701 555 44 33", "language": "kk",
            "started_at": timezone.now().isoformat()}  # fmt: skip
    stranger = type(client)()
    first = ring(stranger, body, "secret-of-the-exchange")
    assert (first.status_code, first.json()["new"]) == (201, True)
    again = ring(stranger, body, "secret-of-the-exchange")
    assert (again.status_code, again.json()["contact"]) == (200, first.json()["contact"])
    contact = Contact.objects.get()
    assert (contact.caller, contact.language, contact.operator) == (person, "kk", None)
    waiting = desk.client.get("/desk/contacts/waiting/").content.decode()
    assert f"/desk/contacts/{contact.pk}/take/" in waiting
    assert "7015554433" not in waiting.replace(" ", "")
    taken = desk.post("take", contact.pk).content.decode()
    assert "Ахметова Дана" in taken


def test_a_session_may_ring_but_with_its_token_against_forgery(desk, world):
    assert ring(desk.client, {"call_id": "own-1"}).status_code == 201
    strict = type(desk.client)(enforce_csrf_checks=True)
    strict.force_login(world.operator)
    assert ring(strict, {"call_id": "own-2"}).status_code == 403


@pytest.mark.parametrize(
    "token, set_to, status",
    [("wrong", "right", 401), ("", "right", 401), ("anything", "", 401), ("right", "right", 201)],
)
def test_the_exchange_is_known_by_its_token(db, settings, client, token, set_to, status):
    settings.CITYMAP_EXCHANGE_TOKEN = set_to
    assert ring(client, {"call_id": "x"}, token).status_code == status


@pytest.mark.parametrize(
    "role, scope, status",
    [
        (Role.OPERATOR, TokenScope.WRITE, 201), (Role.OPERATOR, TokenScope.READ, 403),
        (Role.EXECUTOR, TokenScope.WRITE, 403),
    ],
)  # fmt: skip
def test_a_token_of_the_api_rings_by_right(db, settings, role, scope, status):
    settings.CITYMAP_EXCHANGE_TOKEN = "right"
    user = User.objects.create_user("program", roles=[role])
    _token, secret = make_token(user=user, name="exchange", scope=scope, days=30)
    strict = Client(enforce_csrf_checks=True)
    assert ring(strict, {"call_id": "by-token"}, secret).status_code == status
    assert Contact.objects.count() == (status == 201)
    assert ring(strict, {"call_id": "wrong"}, secret[:-1] + "~").status_code == 401


@pytest.mark.parametrize(
    "body, status",
    [
        ("", 400), ("[]", 400), ("{", 400), ("[" * 4000, 400), ({}, 400), ({"call_id": ""}, 400),
        ({"call_id": 7}, 400), ({"call_id": "x" * 101}, 400), ({"call_id": "desk:1"}, 400),
        ({"call_id": "a", "phone": "12"}, 400), ({"call_id": "a", "phone": None}, 400),
        ({"call_id": "a", "language": "xx"}, 400), ({"call_id": "a", "started_at": "soon"}, 400),
        ({"call_id": "a", "started_at": "2999-01-01T00:00:00Z"}, 400),
        ({"call_id": "a", "started_at": "1850-01-01T00:00:00Z"}, 400),
        ({"call_id": "a", "started_at": "2026-01-01T00:00:00"}, 400),
        ({"call_id": "a\0b"}, 400), ({"call_id": "a", "sql": "drop"}, 400), ("x" * 9000, 413),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_no_call_says_why(db, settings, client, body, status):
    settings.CITYMAP_EXCHANGE_TOKEN = "right"
    response = ring(client, body, "right")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert not Contact.objects.exists()


# --- articles -----------------------------------------------------------------------------
TEXT = {
    "title_ru": "Замена счётчика воды", "title_kk": "Су есептегішін ауыстыру",
    "steps_ru": "Подайте заявку.", "steps_kk": "Өтінім беріңіз.",
}  # fmt: skip


def test_an_article_is_written_in_versions(desk, world, client):
    data = TEXT | {"code": "water-meter"}
    assert client.post("/desk/knowledge/new/", data).status_code == 302
    assert client.post("/desk/knowledge/new/", data).status_code == 400
    article = KnowledgeArticle.objects.get()
    address = f"/desk/knowledge/{article.code}/"
    edit = TEXT | {"seen": 1, "phone": "109"}
    assert client.post(address, edit | {"steps_kk": ""}).status_code == 400
    assert client.post(address, edit).status_code == 302
    assert client.post(address, edit).status_code == 409
    article.refresh_from_db()
    assert (article.current.number, article.current.phone) == (2, "109")
    assert article.versions.count() == 2
    assert client.get(address).content.decode().count("timeline-entry") >= 2
    for asked in ("счётчик", "есептегіш", "замена"):
        found = client.get("/desk/knowledge/", {"q": asked}).content.decode()
        assert "/desk/knowledge/water-meter/" in found
