"""Reasons not to dig that this app knows: other digs, guarantees, networks, routes."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import FloatField, Func, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citymap.geo import GeometryField
from earthworks.conflict_registry import Conflict, ConflictCheck, Dig, register_check
from earthworks.models import Order, RepairWork
from layers.models import BusRoute, NetworkSegment, SnowplowRoute

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


def _measured(queryset: QuerySet, dig: Dig, *, shared: type[Func]) -> QuerySet:
    """Rows with `metres` from the dig and `shared`, m2 or m of them within it; nearest first."""
    outline = Value(dig.geom, output_field=GeometryField())
    return queryset.annotate(
        metres=Metres("geom", outline), shared=shared("geom", outline)
    ).order_by("metres", "pk")[:AT_MOST]


def order_conflicts(dig: Dig) -> list[Conflict]:
    """Other live orders near the dig in its period."""
    others = (
        Order.objects.live()
        .filter(geom__dwithin=(dig.geom, JOINT_M))
        .during(dig.begins_on, dig.ends_on)
        .exclude(pk=dig.order_id)
        .select_related("holder")
    )
    return [
        Conflict(
            check="order",
            id=row.pk,
            title=_("Order No. %(number)s") % {"number": row.number},
            detail=f"{row.holder or _('a citizen')}, {_period(row.begins_on, row.until_on)}",
            distance_m=round(row.metres, 1),
            overlap_m2=round(row.shared, 1),
            suggestion=_("Dig together: one opening, one restoration."),
            url=reverse("works:order", args=[row.pk]),
            body_id=row.holder_id,
            geom=row.geom,
        )
        for row in _measured(others, dig, shared=SharedArea)
    ]


def repair_conflicts(dig: Dig) -> list[Conflict]:
    """Repairs near the dig in its period."""
    repairs = (
        RepairWork.objects.live()
        .filter(geom__dwithin=(dig.geom, JOINT_M))
        .during(dig.begins_on, dig.ends_on)
        .select_related("organization")
    )
    return [
        Conflict(
            check="repair",
            id=row.pk,
            title=row.title,
            detail=f"{row.organization}, {_period(row.begins_on, row.ends_on)}",
            distance_m=round(row.metres, 1),
            overlap_m2=round(row.shared, 1),
            suggestion=_("Agree on the order of works: dig first, pave after."),
            url=reverse("works:repair", args=[row.pk]),
            body_id=row.organization_id,
            geom=row.geom,
        )
        for row in _measured(repairs, dig, shared=SharedArea)
    ]


def guarantee_conflicts(dig: Dig) -> list[Conflict]:
    """Restorations under guarantee that the dig would open again."""
    restored = (
        Order.objects.guaranteed_on(dig.begins_on)
        .touching(dig.geom)
        .exclude(pk=dig.order_id)
        .select_related("contractor", "holder")
    )
    return [
        Conflict(
            check="guarantee",
            id=row.pk,
            title=_("Restoration under guarantee until %(day)s")
            % {"day": f"{row.guarantee_until:%d.%m.%Y}"},
            detail=f"{row.number}, {row.contractor or row.holder or _('a citizen')}",
            overlap_m2=round(row.shared, 1),
            suggestion=_("The guarantee ends where it is dug: say who answers for it then."),
            url=reverse("works:order", args=[row.pk]),
            body_id=row.contractor_id,
            geom=row.geom,
        )
        for row in _measured(restored, dig, shared=SharedArea)
    ]


def network_conflicts(dig: Dig) -> list[Conflict]:
    """Networks of other owners within 5 m: their owners are asked for approval."""
    segments = (
        NetworkSegment.objects.current()
        .filter(geom__dwithin=(dig.geom, NETWORK_M))
        .select_related("owner")
    )
    if dig.holder_id:
        segments = segments.exclude(owner_id=dig.holder_id)
    return [
        Conflict(
            check="network",
            id=row.pk,
            title=row.get_kind_display(),
            detail=str(row.owner or row.owner_name or _("owner not known")),
            distance_m=round(row.metres, 1),
            overlap_m=round(row.shared, 1),
            needs_reason=False,
            suggestion=_("Ask the owner for approval."),
            body_id=row.owner_id,
            geom=row.geom,
        )
        for row in _measured(segments, dig, shared=SharedLength)
    ]


def route_conflicts(dig: Dig) -> list[Conflict]:
    """Bus routes that the dig crosses."""
    routes = BusRoute.objects.current().touching(dig.geom).select_related("carrier")
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
        )
        for row in _measured(routes, dig, shared=SharedLength)
    ]


def snowplow_conflicts(dig: Dig) -> list[Conflict]:
    """Snow clearing routes that the dig crosses."""
    routes = SnowplowRoute.objects.current().touching(dig.geom).select_related("organization")
    return [
        Conflict(
            check="snowplow",
            id=row.pk,
            title=row.name,
            detail=str(row.organization or ""),
            overlap_m=round(row.shared, 1),
            needs_reason=False,
            suggestion=_("Tell who clears the snow: a trench and a plough do not agree."),
            body_id=row.organization_id,
            geom=row.geom,
        )
        for row in _measured(routes, dig, shared=SharedLength)
    ]


for _number, (_name, _title, _find) in enumerate(
    (
        ("order", gettext_lazy("Other orders"), order_conflicts),
        ("repair", gettext_lazy("Repair works"), repair_conflicts),
        ("guarantee", gettext_lazy("Restorations under guarantee"), guarantee_conflicts),
        ("network", gettext_lazy("Networks of others"), network_conflicts),
        ("bus", gettext_lazy("Bus routes"), route_conflicts),
        ("snowplow", gettext_lazy("Snow clearing routes"), snowplow_conflicts),
    )
):
    register_check(ConflictCheck(name=_name, title=_title, find=_find, order=10 * _number))


def owners_to_ask(conflicts: Iterable[Conflict]) -> set[int]:
    """The bodies whose networks lie near: they make the approval list."""
    return {one.body_id for one in conflicts if one.check == "network" and one.body_id}
