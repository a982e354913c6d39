"""An order through its life, and everything that it refuses."""

import datetime as dt

import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Point, Polygon
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from citymap.geo import city_srid, lon_lat
from citymap.personal.services import save_person
from earthworks.choices import ApprovalKind, DeadlineBasis, Decision, Duty, OrderState
from earthworks.deadlines import DeadlineError
from earthworks.errors import BadDigError, BlockedError, ConflictsError, WorksError, WrongStateError
from earthworks.models import Deadline, Extension, Order
from earthworks.services import orders, works
from earthworks.shapes import parsed, trench
from earthworks.workflow import TRANSITIONS, pairs
from tests.earthworks.world import (
    JUNE_20,
    X,
    Y,
    approving,
    body,
    brought_to,
    dig,
    draft,
    inspection,
    issued,
    local,
    official,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def test_from_drawing_to_closing():
    order = draft()
    assert order.number == ""
    assert order.due_at is None
    order = orders.apply(order=order, bodies=[body("gas")], user=official())
    assert order.number.endswith("-00001")
    (line,) = order.approvals.all()
    assert line.due_at > line.asked_at
    with pytest.raises(BlockedError):
        orders.issue(order=order, user=official())
    orders.answer_approval(approval=line, decision=Decision.AGREED, user=official())
    order = orders.issue(order=order, user=official(), now=local("2026-05-25 10:00"))
    assert (order.due_on, order.duty, order.basis) == (
        JUNE_20,
        Duty.PERMANENT,
        DeadlineBasis.PERMIT,
    )
    assert order.due_at == local("2026-06-21 00:00")
    order = brought_to(order, OrderState.RESTORED)
    assert order.due_at is None
    assert order.guarantee_until == dt.date(2031, 6, 1)
    order = brought_to(order, OrderState.CLOSED)
    assert Deadline.objects.get(order=order).version == 1
    assert Order.objects.get(pk=order.pk).state == OrderState.CLOSED


def test_numbers_have_no_gaps_when_something_fails():
    first = approving()
    broken = draft()
    with transaction.atomic():
        orders.apply(order=broken, user=official(), now=local("2026-05-20 10:00"))
        transaction.set_rollback(True)
    second = approving()
    assert (second.year, second.serial) == (first.year, first.serial + 1)
    assert approving(now=local("2027-01-01 00:00")).number == "2027-00001"
    assert approving(now=local("2026-12-31 23:59")).year == 2026


def test_emergency_has_papers_then_interim_then_spring():
    order = draft(
        dug_at=local("2026-11-03 03:00"), now=local("2026-11-03 09:00"),
        begins_on=dt.date(2026, 11, 3), ends_on=dt.date(2026, 11, 20),
    )  # fmt: skip
    assert (order.duty, order.due_on) == (Duty.PAPERS, dt.date(2026, 11, 6))
    order = orders.apply(
        order=order, bodies=[body("gas")], user=official(), now=local("2026-11-04 09:00")
    )
    assert order.due_at is None
    order = orders.issue(order=order, user=official(), now=local("2026-11-05 09:00"))
    assert order.state == OrderState.IN_PROGRESS
    assert order.started_at == local("2026-11-03 03:00")
    assert (order.duty, order.due_on, order.final_on) == (
        Duty.INTERIM, dt.date(2026, 11, 20), dt.date(2027, 5, 15),
    )  # fmt: skip
    order = brought_to(order, OrderState.RESTORED_INTERIM, local("2026-11-18 09:00"))
    assert (order.duty, order.due_on, order.basis) == (
        Duty.PERMANENT, dt.date(2027, 5, 15), DeadlineBasis.SEASON,
    )  # fmt: skip
    assert [row.version for row in order.deadlines.all()] == [1, 2, 3]


def test_an_emergency_is_neither_refused_nor_cancelled():
    now = local("2026-06-01 09:00")
    order = approving(dug_at=local("2026-06-01 03:00"), now=now)
    with pytest.raises(WorksError):
        orders.refuse(order=order, reason="no", user=official())
    order = orders.issue(order=order, user=official(), now=now)
    with pytest.raises(WorksError):
        works.cancel(order=order, reason="no", user=official(), now=now)


def test_planned_digging_is_blocked_in_winter_but_drilling_is_not():
    winter = {"begins_on": dt.date(2026, 11, 1), "ends_on": dt.date(2026, 11, 20)}
    with pytest.raises(BlockedError) as refused:
        orders.issue(order=approving(**winter), user=official(), override_reason="please")
    assert not refused.value.may_override
    order = orders.issue(
        order=approving(**winter, areas_m2={}), user=official(), conflict_reason="-"
    )
    assert (order.duty, order.due_on) == (Duty.PERMANENT, dt.date(2026, 11, 20))


def test_a_holder_with_overdue_orders_needs_a_reason():
    issued(geom=dig(y=500))
    late = local("2026-07-01 09:00")
    new = approving(begins_on=dt.date(2026, 7, 5), ends_on=dt.date(2026, 7, 20), now=late)
    with pytest.raises(BlockedError) as refused:
        orders.issue(order=new, user=official(), now=late)
    assert refused.value.may_override
    order = orders.issue(order=new, user=official(), override_reason="burst main", now=late)
    assert order.override_reason == "burst main"


def test_issuing_over_a_conflict_needs_a_reason():
    issued()
    second = approving(holder=body("another"))
    with pytest.raises(ConflictsError) as refused:
        orders.issue(order=second, user=official(), now=local("2026-05-25 10:00"))
    assert [one.check for one in refused.value.conflicts] == ["order"]
    order = orders.issue(
        order=second, user=official(), conflict_reason="joint dig", now=local("2026-05-25 10:00")
    )
    assert order.conflict_reason == "joint dig"


def test_a_refused_approval_stops_the_issue():
    order = orders.apply(order=draft(), bodies={body("gas"): ApprovalKind.NETWORK}, user=official())
    with pytest.raises(WorksError):
        orders.answer_approval(
            approval=order.approvals.get(), decision=Decision.REFUSED, user=official()
        )
    orders.answer_approval(
        approval=order.approvals.get(),
        decision=Decision.REFUSED,
        conditions="0.4 m",
        user=official(),
    )
    with pytest.raises(BlockedError):
        orders.issue(order=order, user=official(), conflict_reason="x", override_reason="x")
    order = orders.refuse(order=order, reason="gas main", user=official())
    assert order.end_reason == "gas main"


def test_extensions_are_counted_and_the_first_deadline_stays():
    order = brought_to(issued(), OrderState.IN_PROGRESS)
    for number, day in enumerate((dt.date(2026, 7, 10), dt.date(2026, 8, 10)), start=1):
        works.extend(
            order=order,
            new_until=day,
            reason="rain",
            user=official(),
            now=local("2026-06-10 10:00"),
        )
        assert Extension.objects.filter(order=order).count() == number
    order.refresh_from_db()
    assert (order.ends_on, order.until_on, order.due_on) == (
        JUNE_20, dt.date(2026, 8, 10), dt.date(2026, 8, 10),
    )  # fmt: skip
    assert [row.on for row in order.deadlines.all()] == [
        JUNE_20, dt.date(2026, 7, 10), dt.date(2026, 8, 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "until, reason",
    [
        (JUNE_20, "rain"),
        (dt.date(2026, 6, 10), "rain"),
        (dt.date(2026, 7, 10), "  "),
        (dt.date(2040, 7, 10), "rain"),
    ],
)
def test_extensions_that_are_none(until, reason):
    order = issued()
    with pytest.raises(WorksError):
        works.extend(
            order=order,
            new_until=until,
            reason=reason,
            user=official(),
            now=local("2026-06-10 10:00"),
        )
    order.refresh_from_db()
    assert order.until_on == JUNE_20


def test_an_extension_to_a_day_that_has_passed_is_refused():
    with pytest.raises(WorksError):
        works.extend(
            order=issued(), new_until=dt.date(2026, 6, 25), reason="rain", user=official(),
            now=local("2026-06-26 00:00"),
        )  # fmt: skip


def test_a_rejected_restoration_changes_nothing_but_the_record():
    order = brought_to(issued(), OrderState.WORKS_DONE)
    with pytest.raises(WorksError):
        works.reject_restoration(
            order=order, duty=Duty.PERMANENT, inspection=inspection(order), user=official()
        )
    works.reject_restoration(
        order=order, duty=Duty.PERMANENT, inspection=inspection(order, "sunk"), user=official()
    )
    order.refresh_from_db()
    assert (order.state, order.due_on) == (OrderState.WORKS_DONE, JUNE_20)
    assert order.acceptances.get().accepted is False


def test_digging_before_the_permit_begins():
    with pytest.raises(WorksError):
        works.start(order=issued(), user=official(), now=local("2026-05-31 23:59"))


def test_a_form_submitted_twice_makes_one_order():
    key = "6f1c5e62-6d3f-4f5e-9d0a-1f6f1f6f1f6f"
    first = draft()
    Order.objects.filter(pk=first.pk).update(request_key=key)
    again = orders.draw_order(
        geom=dig(), begins_on=JUNE_20, ends_on=JUNE_20, areas_m2={}, values={}, user=None,
        request_key=key,
    )  # fmt: skip
    assert again.pk == first.pk


def test_a_citizen_holds_an_order():
    person = save_person(name="Иванов Иван", user=None)
    order = issued(holder=None, holder_person=person)
    assert order.holder is None


@pytest.mark.parametrize(
    "change, error",
    [
        ({"ends_on": dt.date(2026, 5, 31)}, DeadlineError),
        ({"ends_on": dt.date(2036, 5, 31)}, DeadlineError),
        ({"holder": None}, ValidationError),
        ({"network_kind": "steam"}, ValidationError),
        ({"amount_kzt": "-1"}, ValidationError),
        ({"state": "closed"}, WorksError),
        ({"areas_m2": {"road": -5}}, ValidationError),
        ({"dug_at": local("2030-01-01 00:00")}, WorksError),
    ],
)
def test_bad_values_save_nothing(change, error):
    with pytest.raises(error):
        draft(**change)
    assert not Order.objects.exists()


def ring(*points) -> Polygon:
    return Polygon([(X + x, Y + y) for x, y in (*points, points[0])], srid=city_srid())


def circle(points: int) -> Polygon:
    found = LineString((X, Y), (X, Y + 1), srid=city_srid()).buffer(10, quadsegs=points // 4)
    assert found.num_coords > points
    return found


@pytest.mark.parametrize(
    "geom",
    [
        ring((0, 0), (10, 10), (10, 0), (0, 10)),
        ring((0, 0), (0, 900_000), (900_000, 0)),
        ring((0, 0), (0.01, 0), (0, 0.01)),
        Polygon([(0, 0), (0, 5), (5, 0), (0, 0)], srid=city_srid()),
        circle(1000),
        MultiPolygon(srid=city_srid()),
        LineString((X, Y), (X + 1, Y), srid=city_srid()),
        Polygon([(69.1, 54.8), (69.2, 54.8), (69.1, 54.9), (69.1, 54.8)], srid=4326),
    ],
)
def test_bad_outlines(geom):
    with pytest.raises(BadDigError):
        draft(geom=geom)


def test_a_crossing_outline_is_told_where_it_crosses():
    bow = Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9), (X, Y)], srid=city_srid())
    lon, lat = lon_lat(Point(X + 4.5, Y + 4.5, srid=city_srid()))
    with pytest.raises(BadDigError) as caught:
        draft(geom=bow)
    assert str(caught.value).endswith(f": {lat:.5f}, {lon:.5f}")
    assert "intersection" not in str(caught.value)


@pytest.mark.parametrize(
    "line, width",
    [
        (LineString((X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9), srid=city_srid()), 1.0),
        (LineString((X, Y), (X, Y), srid=city_srid()), 1.0),
        (LineString((X, Y), (X + 9, Y), srid=city_srid()), 0.0),
        (LineString((X, Y), (X + 9, Y), srid=city_srid()), float("nan")),
        (LineString((0, 0), (9, 0), srid=city_srid()), 1.0),
    ],
)
def test_bad_trenches(line, width):
    with pytest.raises(BadDigError):
        trench(line, width)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "{}", '{"type": "Point"}', "POINT(1", "x" * 300_000]
)
def test_what_is_no_outline(text):
    with pytest.raises(BadDigError):
        parsed(text)


def test_a_trench_has_its_width():
    geom = trench(LineString((X, Y), (X + 20, Y), srid=city_srid()), 1.5)
    assert geom.area == pytest.approx(30.0)


def test_raw_sql_reaches_no_illegal_state():
    order = brought_to(issued(), OrderState.IN_PROGRESS)
    allowed = {new for old, new in pairs(TRANSITIONS) if old == order.state}
    for state in set(OrderState.values) - allowed - {order.state}:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE earthworks_order SET state = %s WHERE id = %s", [state, order.pk]
            )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM earthworks_order WHERE id = %s", [order.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state=OrderState.CLOSED)
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.create(
            state=OrderState.CLOSED, geom=GEOSGeometry(order.geom.wkt, srid=city_srid()),
            begins_on=JUNE_20, ends_on=JUNE_20, until_on=JUNE_20, holder=order.holder,
            network_kind="water", work="repair", method="open_cut",
        )  # fmt: skip


def test_deadlines_and_extensions_are_never_edited():
    order = issued()
    works.extend(
        order=order, new_until=dt.date(2026, 7, 1), reason="rain", user=official(),
        now=local("2026-06-10 10:00"),
    )  # fmt: skip
    for rows in (Deadline.objects.filter(order=order), Extension.objects.filter(order=order)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(version=9)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_steps_out_of_order_are_refused_with_words():
    order = issued()
    with pytest.raises(WrongStateError):
        works.close(order=order, user=official())
    with pytest.raises(WrongStateError):
        works.works_done(order=order, user=official())


def test_a_photo_of_another_order_accepts_nothing():
    order = brought_to(issued(), OrderState.WORKS_DONE)
    other = issued(geom=dig(y=300))
    with pytest.raises(WorksError):
        works.accept_restoration(order=order, inspection=inspection(other), user=official())
    order.refresh_from_db()
    assert order.state == OrderState.WORKS_DONE
