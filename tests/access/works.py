"""Orders, claims, repairs and photos that stand in the addresses of the matrix."""

import datetime as dt

from django.contrib.gis.geos import LineString, Point

from citymap.geo import city_srid
from earthworks.choices import (
    DocumentKind,
    Method,
    OrderState,
    PhotoStage,
    RepairKind,
    WorkKind,
)
from earthworks.first_rows import fill_empty_tables
from earthworks.models import Order, RepairPlan, RepairWork, SavedFilter
from earthworks.services import claims, orders, works
from earthworks.services.guarantees import report_failure
from earthworks.services.photos import add_document, add_photo
from earthworks.shapes import trench
from layers.choices import NetworkKind
from tests.access.world import World, X, Y, thing
from tests.earthworks.pictures import picture

NOW = dt.datetime(2026, 5, 20, 5, 0, tzinfo=dt.UTC)


def draft(world: World) -> Order:
    """A draft of the body, in the area; its deadline passes on 21 June 2026."""
    fill_empty_tables(sender=None)
    line = LineString((X + 100, Y + 100), (X + 120, Y + 100), srid=city_srid())
    return orders.draw_order(
        geom=trench(line, 1.5), begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 20),
        areas_m2={}, user=world.users["works"], now=NOW,
        values={
            "holder": world.body, "network_kind": NetworkKind.WATER, "work": WorkKind.REPAIR,
            "method": Method.OPEN_CUT,
        },
    )  # fmt: skip


def brought_to(world: World, state: OrderState) -> Order:
    user = world.users["works"]
    order = orders.apply(order=draft(world), user=user, now=NOW)
    order = orders.issue(
        order=order, user=user, conflict_reason="matrix", override_reason="matrix", now=NOW
    )
    later = NOW + dt.timedelta(days=20)
    if state != OrderState.ISSUED:
        order = works.start(order=order, user=user, now=later)
        order = works.works_done(order=order, user=user, now=later)
    return order


@thing("works_draft")
def works_draft(world: World) -> int:
    return draft(world).pk


@thing("works_number")
def works_number(world: World) -> str:
    return brought_to(world, OrderState.ISSUED).number


@thing("works_done")
def works_done(world: World) -> int:
    return brought_to(world, OrderState.WORKS_DONE).pk


@thing("works_claim")
def works_claim(world: World) -> int:
    order = brought_to(world, OrderState.ISSUED)
    claims.sweep(now=dt.datetime(2026, 6, 21, tzinfo=dt.UTC))
    return order.claims.to_holder().get().pk


@thing("works_photo")
def works_photo(world: World) -> int:
    return add_photo(
        order=draft(world), stage=PhotoStage.BEFORE, content=picture(), user=world.users["works"]
    ).pk


@thing("works_repair")
def works_repair(world: World) -> int:
    day = dt.date(2026, 6, 1)
    return RepairWork.objects.create(
        kind=RepairKind.ROAD, title="matrix", organization=world.body, begins_on=day, ends_on=day,
        first_ends_on=day, geom=Point(X + 100, Y + 100, srid=city_srid()),
    ).pk  # fmt: skip


@thing("works_approval")
def works_approval(world: World) -> int:
    order = orders.apply(
        order=draft(world), bodies=[world.body], user=world.users["works"], now=NOW
    )
    return order.approvals.get().pk


@thing("works_document")
def works_document(world: World) -> int:
    return add_document(
        order=draft(world), kind=DocumentKind.ACT, title="matrix", content=b"%PDF-1.4 matrix",
        user=world.users["works"],
    ).pk  # fmt: skip


@thing("works_case")
def works_case(world: World) -> int:
    """A failure under guarantee of the body, in the area."""
    order = brought_to(world, OrderState.WORKS_DONE)
    later = NOW + dt.timedelta(days=21)
    user = world.users["works"]
    photo = add_photo(order=order, stage=PhotoStage.AFTER, content=picture(), user=user)
    found = works.Inspection(position=order.geom.centroid, photo=photo, measured_m2={})
    order = works.accept_restoration(order=order, inspection=found, user=user, now=later)
    return report_failure(
        order=order, position=order.geom.centroid, ground="matrix", user=user, now=later
    ).pk


@thing("works_plan")
def works_plan(world: World) -> int:
    return RepairPlan.objects.create(
        organization=world.body, year=2026, kind=RepairKind.ROAD, title="matrix"
    ).pk


@thing("works_filter")
def works_filter(world: World) -> int:
    return SavedFilter.objects.create(user=world.users["works"], name="matrix").pk


@thing("works_contractor")
def works_contractor(world: World) -> int:
    draft(world)
    return world.body.pk
