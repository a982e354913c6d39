"""Reasons not to dig, against shapely by brute force."""

import datetime as dt

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiLineString, Point
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citymap.geo import city_srid, lon_lat
from earthworks.choices import OrderState, RepairKind
from earthworks.conflict_registry import Conflict, ConflictCheck, Dig, checks, conflicts_of
from earthworks.conflict_registry import register_check as register
from earthworks.conflicts import JOINT_M, NETWORK_M, owners_to_ask
from earthworks.models import Order, RepairWork
from earthworks.shapes import trench
from layers.choices import NetworkKind, RoadClass
from layers.models import BusRoute, NetworkSegment, SnowplowRoute
from tests.earthworks.world import (
    JUNE_1,
    JUNE_20,
    X,
    Y,
    approving,
    body,
    brought_to,
    dig,
    issued,
    local,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
JUNE = (JUNE_1, JUNE_20)


def asked(geom=None, period=JUNE, **values) -> Dig:
    return Dig(geom=geom or dig(), begins_on=period[0], ends_on=period[1], **values)


def found(question: Dig) -> list[tuple[str, int]]:
    return [(one.check, one.id) for one in conflicts_of(question)]


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in points], srid=city_srid())


def segment(geom: LineString, owner=None, **values) -> NetworkSegment:
    return NetworkSegment.objects.create(
        kind=NetworkKind.GAS, owner=owner, geom=geom, source="test",
        source_id=str(NetworkSegment.objects.count()), valid_from=dt.date(2020, 1, 1), **values,
    )  # fmt: skip


def repair(geom: GEOSGeometry, begins_on=JUNE_1, ends_on=JUNE_20) -> RepairWork:
    return RepairWork.objects.create(
        kind=RepairKind.ROAD, title="repair", organization=body("roads"), geom=geom,
        begins_on=begins_on, ends_on=ends_on, first_ends_on=ends_on,
    )  # fmt: skip


def test_an_order_does_not_conflict_with_itself():
    order = issued()
    assert found(asked(order_id=order.pk)) == []
    assert found(asked()) == [("order", order.pk)]


def test_periods_and_states_count():
    order = issued()
    after = (dt.date(2026, 6, 21), dt.date(2026, 6, 30))
    assert found(asked(period=after)) == []
    assert found(asked(period=(JUNE_20, JUNE_20))) == [("order", order.pk)]
    brought_to(order, OrderState.CLOSED)
    # Closed, it is a guarantee now.
    assert found(asked(period=after)) == [("guarantee", order.pk)]
    assert found(asked(period=(dt.date(2031, 6, 2), dt.date(2031, 6, 3)))) == []


def test_an_applied_order_conflicts_and_a_draft_does_not():
    order = approving()
    assert found(asked()) == [("order", order.pk)]


def test_a_winter_order_conflicts_until_the_ground_is_whole():
    order = issued(
        dug_at=local("2026-11-03 03:00"), now=local("2026-11-03 09:00"),
        begins_on=dt.date(2026, 11, 3), ends_on=dt.date(2026, 11, 20),
    )  # fmt: skip
    assert found(asked(period=(dt.date(2027, 5, 15), dt.date(2027, 5, 20)))) == [
        ("order", order.pk)
    ]
    assert found(asked(period=(dt.date(2027, 5, 16), dt.date(2027, 5, 20)))) == []


def test_networks_of_others_make_the_approval_list():
    gas, own = body("gas"), body("holder")
    near = segment(line((0, 5.7), (20, 5.7)), gas)  # 4.95 m from the trench's side
    segment(line((0, 5.8), (20, 5.8)), gas)
    segment(line((0, 1), (20, 1)), own)
    conflicts = conflicts_of(asked(holder_id=own.pk))
    assert [one.id for one in conflicts] == [near.pk]
    assert conflicts[0].distance_m == pytest.approx(5.0, abs=0.06)
    assert not conflicts[0].needs_reason
    assert owners_to_ask(conflicts) == {gas.pk}


def test_retired_networks_are_no_reason():
    segment(line((0, 0), (20, 0)), valid_to=dt.date(2025, 1, 1))
    assert found(asked()) == []


def test_routes_that_are_crossed():
    common = {"source": "test", "source_id": "1", "valid_from": dt.date(2020, 1, 1)}
    bus = BusRoute.objects.create(number="17", geom=line((10, -50), (10, 50)), **common)
    plough = SnowplowRoute.objects.create(
        name="centre", street_class=RoadClass.PRIMARY, **common,
        geom=MultiLineString(line((5, -50), (5, 50)), srid=city_srid()),
    )  # fmt: skip
    conflicts = conflicts_of(asked())
    assert [(one.check, one.id) for one in conflicts] == [("bus", bus.pk), ("snowplow", plough.pk)]
    assert {one.overlap_m for one in conflicts} == {1.5}
    # A route is long: one looks where it is crossed.
    for one, x in zip(conflicts, (10, 5), strict=True):
        assert one.at == pytest.approx(lon_lat(Point(X + x, Y, srid=city_srid())), abs=2e-5)


def test_only_what_is_near_is_read(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert found(asked()) == []
    near = segment(line((0, 1), (20, 1)), body("gas"))
    with django_assert_num_queries(2):
        assert found(asked()) == [("network", near.pk)]


def test_another_app_adds_a_reason():
    def yards(question: Dig) -> list[Conflict]:
        return [Conflict(check="programme", id=1, title="yard in the programme")]

    register(ConflictCheck(name="programme", title="Programme", find=yards, order=5))
    try:
        assert found(asked()) == [("programme", 1)]
    finally:
        checks.unregister("programme")


# --- against brute force ------------------------------------------------------------------
metres = st.integers(0, 120).map(lambda number: number / 2)
days = st.integers(0, 60).map(lambda number: JUNE_1 + dt.timedelta(days=number))
trenches = st.tuples(metres, metres, metres, metres, st.sampled_from([0.5, 1.5, 6.0])).filter(
    lambda t: (t[0], t[1]) != (t[2], t[3])
)
periods = st.tuples(days, days).map(sorted)


def outline(numbers: tuple[float, ...]):
    x, y, to_x, to_y, width = numbers
    return trench(line((x, y), (to_x, to_y)), width)


def flat(geom: GEOSGeometry) -> shapely.Geometry:
    return shapely.from_wkb(bytes(geom.wkb))


@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    digs=st.lists(st.tuples(trenches, periods), min_size=1, max_size=4),
    repairs=st.lists(st.tuples(trenches, periods), max_size=3),
    pipes=st.lists(trenches, max_size=4),
    question=st.tuples(trenches, periods),
)
def test_against_shapely(digs, repairs, pipes, question):
    with transaction.atomic():
        compare(digs, repairs, pipes, question)
        transaction.set_rollback(True)


def compare(digs, repairs, pipes, question) -> None:
    """Make what is drawn, ask, and ask shapely about every row."""
    for numbers, (begins_on, ends_on) in digs:
        approving(geom=outline(numbers), begins_on=begins_on, ends_on=ends_on)
    for numbers, (begins_on, ends_on) in repairs:
        repair(outline(numbers), begins_on, ends_on)
    for x, y, to_x, to_y, _width in pipes:
        segment(line((x, y), (to_x, to_y)))
    asks = asked(outline(question[0]), question[1])
    shape = flat(asks.geom)
    wanted = set()
    for check, model, reach in (
        ("order", Order, JOINT_M),
        ("repair", RepairWork, JOINT_M),
        ("network", NetworkSegment, NETWORK_M),
    ):
        for row in model.objects.all():
            meets = model is NetworkSegment or (
                row.begins_on <= asks.ends_on and row.ends_on >= asks.begins_on
            )
            if meets and flat(row.geom).distance(shape) <= reach:
                wanted.add((check, row.pk))
    answers = [one for one in conflicts_of(asks) if one.check in ("order", "repair", "network")]
    assert {(one.check, one.id) for one in answers} == wanted
    for one in answers:
        other = flat(one.geom)
        shared = shapely.intersection(other, shape)
        assert one.distance_m == pytest.approx(other.distance(shape), abs=0.06)
        assert one.overlap_m2 + one.overlap_m == pytest.approx(
            shared.length if one.check == "network" else shared.area, abs=0.06
        )
