"""Orders for tests, made through the services."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import GEOSGeometry, LineString, Point

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Contact, Organization, User
from citymap.geo import city_srid
from earthworks.choices import DamagedSurface, Method, OrderState, PhotoStage, WorkKind
from earthworks.models import ClaimPolicy, Order, Photo
from earthworks.services import orders, works
from earthworks.shapes import trench
from layers.choices import NetworkKind
from layers.models import NetworkSegment

ZONE = ZoneInfo("Asia/Almaty")
X, Y = 510_000.0, 6_080_000.0
JUNE_1, JUNE_20 = dt.date(2026, 6, 1), dt.date(2026, 6, 20)
AREAS = {DamagedSurface.ROAD: 20.0, DamagedSurface.LAWN: 5.0}


def local(text: str) -> dt.datetime:
    """`2026-06-01 09:00` of the city."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def body(name: str, kind: str = OrganizationKind.UTILITY, email: str = "") -> Organization:
    found, _created = Organization.objects.get_or_create(name=name, defaults={"kind": kind})
    if email:
        Contact.objects.get_or_create(organization=found, kind="email", value=email)
    return found


def police() -> Organization:
    """The police department, named in the rule for claims."""
    found = body("police", OrganizationKind.POLICE, "police@example.kz")
    ClaimPolicy.objects.update(police=found)
    return found


def official() -> User:
    user = User.objects.filter(username="works office").first()
    return user or User.objects.create_user(
        "works office", roles=[Role.WORKS.value], post="Главный специалист"
    )


def dig(x: float = 0.0, y: float = 0.0, length_m: float = 20.0, width_m: float = 1.5):
    """A trench from (x, y), metres from a corner in the city."""
    line = LineString((X + x, Y + y), (X + x + length_m, Y + y), srid=city_srid())
    return trench(line, width_m)


def draft(
    *,
    geom: GEOSGeometry | None = None,
    begins_on: dt.date = JUNE_1,
    ends_on: dt.date = JUNE_20,
    now: dt.datetime | None = None,
    dug_at: dt.datetime | None = None,
    areas_m2: dict | None = None,
    **values: Any,
) -> Order:
    values.setdefault("holder", body("holder", email="holder@example.kz"))
    return orders.draw_order(
        geom=dig() if geom is None else geom,
        begins_on=begins_on,
        ends_on=ends_on,
        areas_m2=AREAS if areas_m2 is None else areas_m2,
        values={
            "network_kind": NetworkKind.WATER,
            "work": WorkKind.REPAIR,
            "method": Method.OPEN_CUT,
            "address": "ул. Абая, 12",
            **values,
        },
        user=official(),
        dug_at=dug_at,
        now=now or local("2026-05-20 10:00"),
    )


def approving(*, now: dt.datetime | None = None, **values: Any) -> Order:
    now = now or local("2026-05-20 10:00")
    return orders.apply(order=draft(now=now, **values), user=official(), now=now)


def issued(*, now: dt.datetime | None = None, **values: Any) -> Order:
    now = now or local("2026-05-20 10:00")
    order = approving(now=now, **values)
    return orders.issue(
        order=order, user=official(), conflict_reason="a test", override_reason="a test", now=now
    )


def photo_of(order: Order, stage: str = PhotoStage.AFTER) -> Photo:
    return Photo.objects.get_or_create(
        order=order,
        stage=stage,
        sha256="0" * 64,
        defaults={
            "file": "none.jpg", "size_bytes": 1, "width_px": 1, "height_px": 1,
            "taken_at": local("2026-06-01 09:00"),
        },
    )[0]  # fmt: skip


def inspection(order: Order, remarks: str = "") -> works.Inspection:
    return works.Inspection(
        position=Point(X, Y, srid=city_srid()),
        photo=photo_of(order),
        measured_m2=AREAS,
        remarks=remarks,
    )


def brought_to(order: Order, state: OrderState, now: dt.datetime | None = None) -> Order:
    """An issued order taken further, up to `state`."""
    now = now or local("2026-06-02 10:00")
    user = official()
    path = (
        (OrderState.IN_PROGRESS, lambda o: works.start(order=o, user=user, now=now)),
        (OrderState.WORKS_DONE, lambda o: works.works_done(order=o, user=user, now=now)),
        (
            OrderState.RESTORED_INTERIM,
            lambda o: works.restore_interim(order=o, inspection=inspection(o), user=user, now=now),
        ),
        (
            OrderState.RESTORED,
            lambda o: works.accept_restoration(
                order=o, inspection=inspection(o), user=user, now=now
            ),
        ),
        (OrderState.CLOSED, lambda o: works.close(order=o, user=user, now=now)),
    )
    reached = [one for one, _take in path]
    behind = reached.index(order.state) + 1 if order.state in reached else 0
    for _one, take in path[behind : reached.index(state) + 1]:
        order = take(order)
    return order


def pipe(y: float, owner: Organization | None = None) -> NetworkSegment:
    """A gas main beside the first trench, `y` metres off."""
    line = LineString((X, Y + y), (X + 20, Y + y), srid=city_srid())
    return NetworkSegment.objects.create(
        kind=NetworkKind.GAS, owner=owner, geom=line, source="test", source_id=str(y),
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
