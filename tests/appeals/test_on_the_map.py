"""Appeals on the place card and in tiles: for those who may see them."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from appeals.models import Incident
from appeals.permissions import reads_appeals
from appeals.places import incidents, open_appeals
from appeals.tiles import open_appeals as drawn
from appeals.where import place_of
from citymap.accounts.choices import Role
from citymap.places.registry import Place, PlaceContext
from citymap.tiles.registry import layers

pytestmark = pytest.mark.django_db


def here(world) -> Place:
    return Place(point=world.at(), shape=world.at())


def asked_by(user) -> PlaceContext:
    return PlaceContext(user=user, date=timezone.localdate())


def test_open_appeals_for_those_who_may(world):
    now = timezone.now()
    appeal = world.register(now=now)
    world.register(where=place_of(geom=world.at(500)), now=now)
    (item,) = open_appeals(here(world), asked_by(world.operator))
    assert (item["id"], item["subtitle"]) == (appeal.pk, f"№ {appeal.number}")
    assert "Нет отопления" not in str(item["facts"])
    assert open_appeals(here(world), asked_by(AnonymousUser())) == []
    assert open_appeals(here(world), asked_by(world.executor)) == []


def test_an_incident_is_everybodys_business(world):
    area = world.at().buffer(100)
    Incident.objects.create(
        title="Отключение тепла", category=world.category(), body=world.body,
        script_ru="Восстановят к вечеру", script_kk="Кешке қалпына келтіріледі", geom=area,
        started_at=timezone.now(),
    )  # fmt: skip
    (item,) = incidents(here(world), asked_by(AnonymousUser()))
    assert item["title"] == "Отключение тепла"
    Incident.objects.update(ended_at=timezone.now())
    assert incidents(here(world), asked_by(AnonymousUser())) == []


def test_how_an_appeal_stands_is_by_the_clock(world):
    now = timezone.now()
    world.register(now=now)
    late = world.register(now=now - dt.timedelta(days=3))
    standing = dict(drawn().values_list("pk", "standing"))
    assert standing[late.pk] == "overdue"
    assert sorted(standing.values()) == ["overdue", "running"]


def test_tiles_are_for_those_who_read_and_show_each_their_own(world):
    may = {role for role, user in world.users.items() if reads_appeals(user)}
    assert may == set(Role) - {Role.ADMIN}
    assert not reads_appeals(AnonymousUser())
    appeal = world.assigned()
    layer = layers.get("appeal")
    assert [one.pk for one in layer.seen_by(world.executor).queryset()] == [appeal.pk]
    assert not layer.seen_by(world.stranger).queryset().exists()
