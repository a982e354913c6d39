"""What is going on at a place: incidents for all, open appeals for those who read them."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from appeals.duplicates import NEAR_M
from appeals.models import Appeal, Incident
from appeals.permissions import READ, reads_appeals
from citymap.accounts.access import AnyUser, visible
from citymap.geo import lon_lat
from citymap.places.registry import Place, PlaceContext, PlaceSection, register_section

MOST = 12


def is_resident(user: AnyUser) -> bool:
    return not user.is_authenticated


def incidents(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """Outages and accidents that concern the place now, with what callers are told."""
    building = place.building["id"] if place.building else None
    found = Incident.objects.lasting().at_place(place.shape, building).select_related("body")
    kazakh = (get_language() or "").startswith("kk")
    return [
        {
            "kind": "incident",
            "id": one.pk,
            "title": one.title,
            "subtitle": one.script_kk if kazakh else one.script_ru,
            "facts": [
                {"label": gettext("Since"), "value": _when(one.started_at)},
                *(
                    [{"label": gettext("Expected until"), "value": _when(one.expected_end_at)}]
                    if one.expected_end_at
                    else []
                ),
                *([{"label": gettext("Who"), "value": str(one.body.title)}] if one.body else []),
            ],
        }
        for one in found.order_by("-started_at", "-pk")[:MOST]
    ]


def open_appeals(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """Open appeals at the place that the reader may see, nearest first; nobody's data."""
    found = (
        visible(Appeal.objects.real().open(), context.user, READ)
        .near(place.shape, NEAR_M)
        .select_related("category", "executor")
        .order_by("distance", "-pk")[:MOST]
    )
    now = timezone.now()
    return [_item(appeal, now) for appeal in found]


def way_to_report(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """Residents report a problem here; staff have their console."""
    lon, lat = lon_lat(place.shape.centroid)
    return [
        {
            "kind": "report",
            "title": gettext("Report a problem here"),
            "subtitle": gettext("Place, words, photos: a number and a code come back."),
            "url": f"{reverse('portal:report')}?lon={lon:.6f}&lat={lat:.6f}",
        }
    ]


def _item(appeal: Appeal, now: dt.datetime) -> dict[str, Any]:
    lon, lat = lon_lat(appeal.geom.centroid)
    late = appeal.is_overdue(now)
    facts = [{"label": gettext("State"), "value": str(appeal.get_state_display())}]
    if appeal.executor:
        facts.append({"label": gettext("Executor"), "value": appeal.executor.title})
    if appeal.due_at:
        label = gettext("Overdue since") if late else gettext("Due")
        facts.append({"label": label, "value": _when(appeal.due_at)})
    return {
        "kind": "appeal",
        "id": appeal.pk,
        "title": appeal.category.name,
        "subtitle": f"№ {appeal.number}",
        "distance_m": round(appeal.distance.m, 1),
        "lon": lon,
        "lat": lat,
        "facts": facts,
    }


def _when(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


register_section(
    PlaceSection(name="incidents", title=_("Outages and accidents"), items=incidents, order=5)
)
register_section(
    PlaceSection(
        name="report",
        title=_("Something wrong here?"),
        items=way_to_report,
        may_see=is_resident,
        order=900,
    )
)
register_section(
    PlaceSection(
        name="appeals",
        title=_("Open appeals"),
        items=open_appeals,
        empty=_("No open appeals here"),
        may_see=reads_appeals,
        order=25,
    )
)
