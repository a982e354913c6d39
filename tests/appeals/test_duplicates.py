"""Candidates for joining: near, of a kind, alike, not long ago; found by index."""

import datetime as dt
import random

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.db import connection

from appeals.choices import State
from appeals.duplicates import _near, candidates
from appeals.likeness import text_key
from appeals.models import Appeal
from appeals.where import Where, place_of
from citymap.geo import city_srid
from layers.models import Address, Building, Street
from tests.appeals.world import DAY, HOUR, MONDAY

pytestmark = pytest.mark.django_db


def found(world, *, text="Нет отопления", code="HEAT-NONE", where=None, now=MONDAY + HOUR):
    shown = candidates(
        category=world.category(code), where=where or place_of(geom=world.at()), text=text, now=now
    )
    return [one.appeal for one in shown]


def test_the_nearer_and_the_more_alike_comes_first(world):
    far = world.register(where=place_of(geom=world.at(50)), text="Батареи еле тёплые")
    near = world.register(where=place_of(geom=world.at(10)), text="Совсем нет отопления с утра")
    assert found(world) == [near, far]


def test_too_far_another_group_ended_long_ago_and_practice_are_none(world):
    world.register(where=place_of(geom=world.at(200)))
    world.register(category=world.category("ROAD-POTHOLE"))
    world.register(practice=True)
    old = world.closed()
    assert found(world, now=MONDAY + 89 * DAY) == [old]
    assert found(world, now=MONDAY + 92 * DAY) == []


def test_a_sibling_category_counts_less(world):
    sibling = world.register(category=world.category("HEAT-WEAK"))
    same = world.register()
    assert found(world) == [same, sibling]


def test_the_same_house_counts_however_large(world):
    world.house(side_m=200)
    other_end = world.register(where=place_of(geom=world.at(195, 195)))
    assert found(world, where=place_of(geom=world.at(5, 5))) == [other_end]


def test_joined_and_withdrawn_are_not_offered(world):
    one = world.register()
    world.register(join_into=one)
    assert found(world) == [one]
    assert Appeal.objects.filter(state=State.JOINED).count() == 1


@pytest.mark.parametrize(
    "first, second",
    [
        ("Нет отопления в подъезде", "отопление отсутствует, подъезд холодный"),
        ("Яма на дороге, бьётся машина", "глубокие ямы на дорогах"),
        ("Көшеде жарық жоқ", "көшедегі жарықты қосыңыз"),
        ("Прорвало трубу, течёт вода!!!", "прорыв трубы: вода течет по улице"),
    ],
)
def test_words_are_known_by_their_beginnings(first, second):
    assert set(text_key(first).split()) & {*text_key(second).split()} or any(
        a[:4] == b[:4] for a in text_key(first).split() for b in text_key(second).split()
    )


def test_a_key_is_its_own_key_and_greetings_are_left_out():
    key = text_key("Здравствуйте! Прошу убрать СНЕГ во дворе, пожалуйста.")
    assert key == text_key("убрать снег")
    assert text_key("Здравствуйте") == ""


def crowd(world, count: int) -> None:
    """Many imported appeals around, in one statement."""
    rnd = random.Random(109)
    category = world.category()
    rows = [
        Appeal(
            number=f"109-2025-{n:06d}", year=2025, serial=n, state=State.CLOSED, outcome="done",
            category=category, channel="phone", language="ru", text=f"Заявка {n}",
            text_key=f"заявк {n}",
            geom=world.at(rnd.uniform(-9000, 9000), rnd.uniform(-3000, 3000)),
            received_at=MONDAY - 30 * DAY, registered_at=MONDAY - 30 * DAY,
            ended_at=MONDAY - dt.timedelta(days=rnd.randrange(1, 30)), source="test",
            source_id=str(n), reported_at=MONDAY,
        )
        for n in range(1, count + 1)
    ]  # fmt: skip
    Appeal.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE appeals_appeal")


def test_by_index_whatever_there_is(world):
    crowd(world, 20_000)
    house = world.house()
    line = LineString(world.at(-400).coords, world.at(400).coords, srid=city_srid())
    street = Street(pk=1, geom=MultiLineString(line, srid=city_srid()))
    for code, where in (
        ("HEAT-NONE", Where(geom=world.at())),
        ("HEAT-NONE", Where(geom=world.at(), building=house)),
        ("HEAT-BURST", Where(geom=world.at(), street=street)),
    ):
        plan = _near(world.category(code), where, MONDAY - 90 * DAY).explain()
        assert "Seq Scan on appeals_appeal " not in plan, plan
        assert "appeals_appeal_geom" in plan


def test_few_questions(world, django_assert_max_num_queries):
    world.register()
    where, category = place_of(geom=world.at()), world.category()
    with django_assert_max_num_queries(2):
        candidates(category=category, where=where, text="Нет отопления", now=MONDAY + HOUR)


# --- by street ------------------------------------------------------------------------------
@pytest.fixture
def street(world) -> Street:
    """A street of 800 m through the middle."""
    line = LineString(world.at(-400).coords, world.at(400).coords, srid=city_srid())
    return Street.objects.create(
        source="manual", source_id="abay", valid_from=dt.date(2020, 1, 1), kind="street",
        name="улица Абая", name_key="абая", geom=MultiLineString(line, srid=city_srid()),
    )  # fmt: skip


def addressed(world, street, east_m: float) -> Building:
    house = world.house(east_m, 5)
    Address.objects.create(
        source="manual", source_id=f"a{east_m}", valid_from=dt.date(2020, 1, 1), street=street,
        building=house, house_number=str(abs(int(east_m))), geom=house.geom.point_on_surface,
    )  # fmt: skip
    return house


def test_a_street_without_a_house_number_is_one_place(world, street):
    road = {"category": world.category("ROAD-POTHOLE"), "text": "Ямы на всей улице"}
    far = world.register(where=place_of(geom=world.at(300, 3)), **road)
    assert far.street == street
    ask = {"code": "ROAD-POTHOLE", "text": "Яма на дороге"}
    assert found(world, where=place_of(geom=world.at(-300, 3)), **ask) == [far]
    assert found(world, where=place_of(objects=[street]), **ask) == [far]
    assert found(world, where=place_of(geom=world.at(-300, 200)), **ask) == []


def test_of_two_houses_each_has_its_own_hole_and_a_whole_street_is_for_both(world, street):
    one, other = addressed(world, street, -300), addressed(world, street, 300)
    road = {"category": world.category("LIGHT-STREET"), "text": "Нет света на улице"}
    at_one = world.register(where=place_of(objects=[one]), **road)
    assert at_one.street == street
    ask = {"code": "LIGHT-STREET", "text": "Не горят фонари"}
    assert found(world, where=place_of(objects=[other]), **ask) == []
    assert found(world, where=place_of(objects=[street]), **ask) == [at_one]
    whole = world.register(where=place_of(objects=[street]), **road)
    assert found(world, where=place_of(objects=[other]), **ask) == [whole]


def test_what_does_not_run_along_streets_is_not_sought_on_them(world, street):
    dump = {"category": world.category("WASTE-DUMP"), "text": "Свалка"}
    world.register(where=place_of(geom=world.at(300, 3)), **dump)
    where = place_of(geom=world.at(-300, 3))
    assert found(world, where=where, code="WASTE-DUMP", text="Свалка") == []
