"""Reasons not to dig that this app knows: other digs, guarantees, networks, routes."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import FloatField, Func, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citymap.accounts.models import Organization
from citymap.geo import GeometryField
from earthworks.conflict_registry import Conflict, ConflictCheck, Dig, register_check
from earthworks.models import Order, RepairWork
from earthworks.querysets import OrderQuerySet, RepairQuerySet
from layers.models import BusRoute, NetworkSegment, SnowplowRoute
from layers.querysets import CityObjectQuerySet

NETWORK_M = 5.0
# Digs this near to each other at the same time could be one dig.
JOINT_M = 10.0
AT_MOST = 50


def _period(begins_on: dt.date, ends_on: dt.date) -> str:
    return f"{begins_on:%d.%m.%Y} – {ends_on:%d.%m.%Y}"


class Metres(Func):
    """Distance between two geometries of the city's CRS, m."""

    function = "ST_Distance"
    output_field = FloatField()


class SharedArea(Func):
    """Area that two geometries share, m2."""

    template = "ST_Area(ST_Intersection(%(expressions)s))"
    output_field = FloatField()


class SharedLength(Func):
    """Length of a line within a geometry, m."""

    template = "ST_Length(ST_Intersection(%(expressions)s))"
    output_field = FloatField()


def _measured(rows: QuerySet, dig: Dig, wanted: Iterable[str], **measures: type[Func]) -> QuerySet:
    """What is `wanted` of rows, with their `measures` towards the dig; the first by measure."""
    outline = Value(dig.geom, output_field=GeometryField())
    return (
        rows.only("geom", *wanted)
        .annotate(**{name: measure("geom", outline) for name, measure in measures.items()})
        .order_by(*(["metres"] if "metres" in measures else []), "pk")[:AT_MOST]
    )


def _named(body: str) -> list[str]:
    """The fields by which a body is called."""
    return [f"{body}__{field}" for field in ("name", "name_ru", "name_kk", "name_en")]


def _called(body: Organization | None, otherwise: str) -> str:
    """A body's name in the active language."""
    return body.title if body else otherwise


def orders_near(dig: Dig) -> OrderQuerySet:
    """Other live orders near the dig in its period."""
    near = Order.objects.live().filter(geom__dwithin=(dig.geom, JOINT_M))
    return near.during(dig.begins_on, dig.ends_on).exclude(pk=dig.order_id)


def order_conflicts(dig: Dig) -> list[Conflict]:
    """Orders with which the dig could be one."""
    rows = _measured(
        orders_near(dig).select_related("holder"), dig,
        ["year", "serial", "begins_on", "until_on", *_named("holder")],
        metres=Metres, shared=SharedArea,
    )  # fmt: skip
    return [
        Conflict(
            check="order",
            id=row.pk,
            title=_("Order No. %(number)s") % {"number": row.number},
            detail=f"{_called(row.holder, _('a citizen'))}, {_period(row.begins_on, row.until_on)}",
            distance_m=round(row.metres, 1),
            overlap_m2=round(row.shared, 1),
            suggestion=_("Dig together: one opening, one restoration."),
            url=reverse("works:order", args=[row.pk]),
            body_id=row.holder_id,
            geom=row.geom,
        )
        for row in rows
    ]


def repairs_near(dig: Dig) -> RepairQuerySet:
    """Repairs near the dig in its period."""
    near = RepairWork.objects.live().filter(geom__dwithin=(dig.geom, JOINT_M))
    return near.during(dig.begins_on, dig.ends_on)


def repair_conflicts(dig: Dig) -> list[Conflict]:
    """Repairs with which the dig has to agree."""
    rows = _measured(
        repairs_near(dig).select_related("organization"), dig,
        ["title", "begins_on", "ends_on", *_named("organization")],
        metres=Metres, shared=SharedArea,
    )  # fmt: skip
    return [
        Conflict(
            check="repair",
            id=row.pk,
            title=row.title,
            detail=f"{row.organization.title}, {_period(row.begins_on, row.ends_on)}",
            distance_m=round(row.metres, 1),
            overlap_m2=round(row.shared, 1),
            suggestion=_("Agree on the order of works: dig first, pave after."),
            url=reverse("works:repair", args=[row.pk]),
            body_id=row.organization_id,
            geom=row.geom,
        )
        for row in rows
    ]


def guarantees_touched(dig: Dig) -> OrderQuerySet:
    """Restorations under guarantee that the dig would open again."""
    guaranteed = Order.objects.guaranteed_on(dig.begins_on)
    return guaranteed.touching(dig.geom).exclude(pk=dig.order_id)


def guarantee_conflicts(dig: Dig) -> list[Conflict]:
    """Guarantees that end where the dig opens the ground."""
    rows = _measured(
        guarantees_touched(dig).select_related("contractor", "holder"), dig,
        ["year", "serial", "guarantee_until", *_named("contractor"), *_named("holder")],
        shared=SharedArea,
    )  # fmt: skip
    return [
        Conflict(
            check="guarantee",
            id=row.pk,
            title=_("Restoration under guarantee until %(day)s")
            % {"day": f"{row.guarantee_until:%d.%m.%Y}"},
            detail=f"{row.number}, {_called(row.contractor or row.holder, _('a citizen'))}",
            overlap_m2=round(row.shared, 1),
            suggestion=_("The guarantee ends where it is dug: say who answers for it then."),
            url=reverse("works:order", args=[row.pk]),
            body_id=row.contractor_id,
            geom=row.geom,
        )
        for row in rows
    ]


def networks_near(dig: Dig) -> CityObjectQuerySet:
    """Networks of other owners within 5 m."""
    near = NetworkSegment.objects.current().filter(geom__dwithin=(dig.geom, NETWORK_M))
    return near.exclude(owner_id=dig.holder_id) if dig.holder_id else near


def network_conflicts(dig: Dig) -> list[Conflict]:
    """Networks whose owners are asked for approval."""
    rows = _measured(
        networks_near(dig).select_related("owner"), dig, ["kind", "owner_name", *_named("owner")],
        metres=Metres, shared=SharedLength,
    )  # fmt: skip
    return [
        Conflict(
            check="network",
            id=row.pk,
            title=row.get_kind_display(),
            detail=_called(row.owner, row.owner_name or _("owner not known")),
            distance_m=round(row.metres, 1),
            overlap_m=round(row.shared, 1),
            needs_reason=False,
            suggestion=_("Ask the owner for approval."),
            body_id=row.owner_id,
            geom=row.geom,
        )
        for row in rows
    ]


def routes_crossed(dig: Dig) -> CityObjectQuerySet:
    """Bus routes that the dig crosses."""
    return BusRoute.objects.current().touching(dig.geom)


def route_conflicts(dig: Dig) -> list[Conflict]:
    """Bus routes that need a detour."""
    rows = _measured(
        routes_crossed(dig), dig, ["number", "name", "carrier_id"], shared=SharedLength
    )
    return [
        Conflict(
            check="bus",
            id=row.pk,
            title=_("Bus route %(number)s") % {"number": row.number},
            detail=row.name,
            overlap_m=round(row.shared, 1),
            needs_reason=False,
            suggestion=_("Tell the carrier, plan a detour."),
            body_id=row.carrier_id,
            geom=row.geom,
            place=row.geom.intersection(dig.geom),
        )
        for row in rows
    ]


def ploughs_crossed(dig: Dig) -> CityObjectQuerySet:
    """Snow clearing routes that the dig crosses."""
    return SnowplowRoute.objects.current().touching(dig.geom)


def snowplow_conflicts(dig: Dig) -> list[Conflict]:
    """Snow clearing routes whose ploughs need to know."""
    rows = _measured(
        ploughs_crossed(dig).select_related("organization"), dig,
        ["name", *_named("organization")], shared=SharedLength,
    )  # fmt: skip
    return [
        Conflict(
            check="snowplow",
            id=row.pk,
            title=row.name,
            detail=_called(row.organization, ""),
            overlap_m=round(row.shared, 1),
            needs_reason=False,
            suggestion=_("Tell who clears the snow: a trench and a plough do not agree."),
            body_id=row.organization_id,
            geom=row.geom,
            place=row.geom.intersection(dig.geom),
        )
        for row in rows
    ]


for _number, (_name, _title, _rows, _find) in enumerate(
    (
        ("order", gettext_lazy("Other orders"), orders_near, order_conflicts),
        ("repair", gettext_lazy("Repair works"), repairs_near, repair_conflicts),
        (
            "guarantee",
            gettext_lazy("Restorations under guarantee"),
            guarantees_touched,
            guarantee_conflicts,
        ),
        ("network", gettext_lazy("Networks of others"), networks_near, network_conflicts),
        ("bus", gettext_lazy("Bus routes"), routes_crossed, route_conflicts),
        ("snowplow", gettext_lazy("Snow clearing routes"), ploughs_crossed, snowplow_conflicts),
    )
):
    register_check(
        ConflictCheck(name=_name, title=_title, near=_rows, find=_find, order=10 * _number)
    )


def owners_to_ask(conflicts: Iterable[Conflict]) -> set[int]:
    """The bodies whose networks lie near: they make the approval list."""
    return {one.body_id for one in conflicts if one.check == "network" and one.body_id}
