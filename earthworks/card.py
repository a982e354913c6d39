"""The section `works` of the place card: orders and repairs near a place, in two queries.

Everybody sees body, dates, state and reason; nobody sees names of people here.
"""

import datetime as dt
import json
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.measure import Distance
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization
from citymap.geo import lon_lat
from citymap.places.registry import Place, PlaceContext
from citymap.sqlfiles import load_sql
from earthworks.choices import GuaranteeState, OrderState, RepairState
from earthworks.facts import answer_of, public_body
from earthworks.models import GuaranteeCase, Order, Outage, RepairPlan, RepairWork
from earthworks.workflow import OPEN_GROUND

NEAR_M = 60.0
AT_MOST = 8
# What was restored is told of for so long, so that a resident sees that it was done.
RECENT = dt.timedelta(days=60)
# What the answer needs of an order, and no more: a card reads many and is asked for often.
_READ = (
    "kind", "state", "year", "serial", "geom", "begins_on", "until_on", "due_on", "duty", "basis",
    "final_on", "extensions_count", "restored_interim_at", "restored_at", "ended_at",
    "guarantee_until",
    *(
        f"{who}__{name}"
        for who in ("holder", "contractor")
        for name in ("name", "name_ru", "name_kk", "name_en")
    ),
)  # fmt: skip


def works(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """Orders and repairs within 60 m that concern the day asked about, what is open first."""
    items = [*_outages_and_repairs(place, context), *_orders(place, context)]
    items.sort(key=lambda item: (item["order"], item["distance_m"], item["id"]))
    for item in items:
        del item["order"]
    return items[:AT_MOST]


def _orders(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    day = context.date
    rows = (
        Order.objects.public()
        .near(place.shape, NEAR_M)
        .filter(
            Q(state__in=sorted(OPEN_GROUND))
            | Q(state__in=[OrderState.APPLIED, OrderState.APPROVING])
            | Q(
                state__in=[OrderState.RESTORED, OrderState.CLOSED],
                restored_at__date__gte=day - RECENT,
            )
            # Ground that sank under guarantee is a work to come, however long ago it was restored.
            | Q(pk__in=GuaranteeCase.objects.filter(state=GuaranteeState.OPEN).values("order"))
        )
        .explained()
        .only(*_READ)
        .order_by("distance", "pk")[:AT_MOST]
    )
    return [_order_item(row, day) for row in rows]


def _order_item(order: Order, day: dt.date) -> dict[str, Any]:
    found = answer_of(order, day)
    lon, lat = lon_lat(order.geom.point_on_surface)
    if found.overdue_days:
        rank = 0
    elif order.state in OPEN_GROUND:
        rank = 1
    else:
        rank = 2 if order.state != OrderState.CLOSED else 3
    return {
        "kind": "order",
        "id": order.pk,
        "number": order.number,
        "state": order.state,
        "title": found.sentence,
        "subtitle": order.get_state_display(),
        "from": order.begins_on.isoformat(),
        "until": found.until.isoformat() if found.until else None,
        "basis": found.basis,
        "next_step": found.next_step,
        "overdue_days": found.overdue_days,
        "organization": public_body(order),
        "distance_m": round(order.distance.m),
        "lon": lon,
        "lat": lat,
        "order": rank,
    }


def _outages_and_repairs(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """What is cut off in the building asked about, on the day or later; repairs near. One query."""
    zone = timezone.get_default_timezone()
    parameters = {
        "shape": place.shape.hexewkb.decode("ascii"),
        "building": place.building["id"] if place.building else None,
        "start": dt.datetime.combine(context.date, dt.time.min, tzinfo=zone),
        "recent": context.date - RECENT,
        "cancelled": RepairState.CANCELLED,
        "near_m": NEAR_M,
        "most": AT_MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "works_near.sql"), parameters)
        rows = cursor.fetchall()
    items = []
    for what, distance, point, facts in rows:
        known = json.loads(facts)
        if what == "outage":
            items.append(_outage_item(_outage(known), place))
        else:
            items.append(_repair_item(_repair(known, point, distance), context.date))
    return items


def _outage(known: dict[str, Any]) -> Outage:
    order = work = None
    if known["order"]:
        holder, contractor = _body(known["holder"]), _body(known["contractor"])
        order = Order(**known["order"], holder=holder, contractor=contractor)
    if known["work"]:
        work = RepairWork(**known["work"], organization=_body(known["organization"]))
    return Outage(
        pk=known["id"],
        kind=known["kind"],
        starts_at=dt.datetime.fromisoformat(known["starts_at"]),
        ends_at=dt.datetime.fromisoformat(known["ends_at"]),
        order=order,
        work=work,
    )


def _repair(known: dict[str, Any], point: str, distance: float) -> RepairWork:
    begins, ends, done = (
        dt.date.fromisoformat(known[name]) if known[name] else None
        for name in ("begins_on", "ends_on", "done_on")
    )
    repair = RepairWork(
        pk=known["id"],
        state=known["state"],
        title=known["title"],
        begins_on=begins,
        ends_on=ends,
        done_on=done,
        plan=RepairPlan(**known["plan"]) if known["plan"] else None,
        organization=_body(known["organization"]),
        geom=GEOSGeometry(point),
    )
    repair.distance = Distance(m=distance)
    return repair


def _body(known: dict[str, Any] | None) -> Organization | None:
    return Organization(**known) if known else None


def _outage_item(outage: Outage, place: Place) -> dict[str, Any]:
    lon, lat = lon_lat(place.point)
    starts, ends = (timezone.localtime(one) for one in (outage.starts_at, outage.ends_at))
    when = f"{date_format(starts, 'DATETIME_FORMAT')} – {date_format(ends, 'DATETIME_FORMAT')}"
    body = public_body(outage.order) if outage.order_id else outage.work.organization.title
    return {
        "kind": "outage",
        "id": outage.pk,
        "number": outage.order.number if outage.order_id else "",
        "state": outage.kind,
        "title": _("%(what)s is cut off: %(when)s")
        % {"what": outage.get_kind_display(), "when": when},
        "subtitle": _("Outage"),
        "from": starts.date().isoformat(),
        "until": ends.date().isoformat(),
        "basis": str(outage.order or outage.work),
        "overdue_days": 0,
        "organization": body,
        "distance_m": 0,
        "lon": lon,
        "lat": lat,
        "order": 0,
    }


def _repair_item(repair: RepairWork, day: dt.date) -> dict[str, Any]:
    lon, lat = lon_lat(repair.geom.point_on_surface)
    overdue = max(0, (day - repair.ends_on).days) if repair.done_on is None else 0
    return {
        "kind": "repair",
        "id": repair.pk,
        "number": "",
        "state": repair.state,
        "title": repair.title,
        "subtitle": repair.get_state_display(),
        "from": repair.begins_on.isoformat(),
        "until": None if overdue else (repair.done_on or repair.ends_on).isoformat(),
        "basis": repair.plan.title if repair.plan_id else _("plan of the organisation"),
        "overdue_days": overdue,
        "organization": repair.organization.title,
        "distance_m": round(repair.distance.m),
        "lon": lon,
        "lat": lat,
        "order": 0 if overdue else 1 if repair.state == RepairState.RUNNING else 2,
    }
