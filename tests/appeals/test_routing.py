"""Whom appeals go to: rules in order, dated, with reasons."""

import datetime as dt

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import translation

from appeals import services
from appeals.choices import Responsibility, State
from appeals.models import Appeal, RoutingRule
from appeals.routing import dry_run, find_route, rules_on, told_reason
from appeals.where import place_of
from citymap.geo import city_srid
from layers.choices import ManagerForm, NetworkKind, TerritoryKind
from layers.models import BuildingManager, Manhole, Territory
from tests.appeals.world import MONDAY

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


def make_rule(position: int, *, body=None, who=Responsibility.FIXED, **values) -> RoutingRule:
    return RoutingRule.objects.create(
        **{
            "position": position, "body": body, "responsibility": who,
            "reason_ru": f"правило {position}", "reason_kk": f"{position}-ереже",
            "valid_from": dt.date(2020, 1, 1),
        } | values
    )  # fmt: skip


def route(world, code="HEAT-NONE", *, where=None, day=TODAY):
    found = find_route(
        category=world.category(code), where=where or place_of(geom=world.at(5, 5)), day=day
    )
    return found and (found.body, found.reason)


def manhole(world, east_m: float, owner, kind=NetworkKind.WATER) -> Manhole:
    return Manhole.objects.create(
        source="manual", source_id=f"m{east_m}{kind}", valid_from=dt.date(2020, 1, 1),
        network_kind=kind, owner=owner, geom=world.at(east_m),
    )  # fmt: skip


def test_the_first_rule_that_finds_a_body_decides(world):
    make_rule(20, body=world.other_body)
    make_rule(10, body=world.body, category=world.category("HEAT"))
    assert route(world) == (world.body, "правило 10")
    assert route(world, "ROAD-POTHOLE") == (world.other_body, "правило 20")


def test_no_rule_leaves_it_in_the_tray(world):
    make_rule(10, body=world.body, category=world.category("ROAD"))
    appeal = world.register()
    assert (appeal.state, appeal.executor) == (State.REGISTERED, None)
    assert appeal in Appeal.objects.tray()


def test_a_leaf_of_its_own_and_days_of_force(world):
    make_rule(10, body=world.body, category=world.category("HEAT-NONE"), valid_to=TODAY)
    make_rule(20, body=world.other_body)
    assert route(world)[0] == world.other_body
    assert route(world, day=TODAY - dt.timedelta(days=1))[0] == world.body


def test_territory(world):
    square = Polygon.from_bbox((world.origin.x, world.origin.y, world.origin.x + 100,
                                world.origin.y + 100))  # fmt: skip
    district = Territory.objects.create(
        source="manual", source_id="t", valid_from=dt.date(2020, 1, 1), name="Район",
        kind=TerritoryKind.DISTRICT, geom=MultiPolygon(square, srid=city_srid()),
    )  # fmt: skip
    make_rule(10, body=world.body, territory=district)
    make_rule(20, body=world.other_body)
    assert route(world)[0] == world.body
    assert route(world, where=place_of(geom=world.at(500, 500)))[0] == world.other_body


def test_the_manager_of_the_house(world):
    house = world.house()
    make_rule(10, who=Responsibility.HOUSE_MANAGER)
    make_rule(20, body=world.other_body)
    assert route(world, "HOUSE-ROOF")[0] == world.other_body
    BuildingManager.objects.create(
        building=house, organization=world.body, form=ManagerForm.values[0],
        valid_from=dt.date(2025, 1, 1),
    )  # fmt: skip
    assert route(world, "HOUSE-ROOF")[0] == world.body


def test_the_owner_of_the_nearest_manhole_or_of_the_chosen_one(world):
    make_rule(10, who=Responsibility.MANHOLE_OWNER, network=NetworkKind.WATER)
    near = manhole(world, 10, world.body)
    far = manhole(world, 40, world.other_body)
    manhole(world, 6, world.other_body, NetworkKind.GAS)
    assert route(world, "MANHOLE-OPEN")[0] == near.owner
    assert route(world, "MANHOLE-OPEN", where=place_of(objects=[far]))[0] == far.owner
    assert route(world, "MANHOLE-OPEN", where=place_of(geom=world.at(500))) is None


def test_a_body_that_is_no_more_is_passed_over(world):
    world.body.valid_to = TODAY
    world.body.save()
    make_rule(10, body=world.body)
    make_rule(20, body=world.other_body)
    assert route(world)[0] == world.other_body


def test_the_reason_is_kept_with_the_appeal(world):
    make_rule(10, body=world.body)
    appeal = world.register()
    assert (appeal.state, appeal.executor, appeal.route) == ("assigned", world.body, "правило 10")


@pytest.mark.parametrize(
    "kept, told",
    [
        ("правило 1", "1-ереже"), ("1-ереже", "1-ереже"), ("chosen by hand", "қолмен таңдалған"),
        ("returned by ГКП «Су», № 1", "қайтарған ұйым: ГКП «Су», № 1"), ("", ""),
        ("слова человека", "слова человека"),
    ],
)  # fmt: skip
def test_the_reason_is_told_in_the_readers_language(world, kept, told):
    make_rule(1, body=world.body)
    with translation.override("kk"):
        assert told_reason(Appeal(route=kept)) == told


def test_what_people_choose_is_kept_for_all_readers(world):
    with translation.override("ru"):
        appeal = world.assigned()
    assert world.fresh(appeal).route == "chosen by hand"


def test_the_tray_is_asked_again(world):
    appeal = world.register()
    make_rule(10, body=world.body)
    again = services.route(appeal=appeal, user=world.coordinator, now=MONDAY)
    assert again.state == State.ASSIGNED


def test_a_dry_run_says_what_would_differ_and_changes_nothing(world):
    make_rule(10, body=world.body)
    kept, moved = world.register(), world.register(category=world.category("ROAD-POTHOLE"))
    make_rule(5, body=world.other_body, category=world.category("ROAD"))
    found = list(dry_run(rules=rules_on(TODAY), appeals=Appeal.objects.order_by("pk")))
    assert [(one.appeal, one.before, one.after) for one in found] == [
        (moved, world.body, world.other_body)
    ]
    assert world.fresh(kept).version == kept.version
