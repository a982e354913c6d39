"""The searches that are made by themselves, and what is kept of them."""

import datetime as dt

from django.db.models import Min
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from planning.choices import Theme
from planning.hotspots.seasons import SPRING
from planning.models import ClusterEvent, Event, HotspotCell, HotspotRun
from planning.services.hotspots import MAX_DAYS, SearchSettings, find_hotspots

DAYS = 365
# Of a theme's own searches so many keep their cells; older ones keep what clusters there were.
KEPT = 3


def search_all_themes(*, today: dt.date) -> int:
    """Search the last year of every theme in which something happened, once a day; how many.

    Zones of flooding are drawn from all past springs, also when the last one was dry.
    """
    since = today - dt.timedelta(DAYS)
    there = set(Event.objects.happened().between(since, today).values_list("theme", flat=True))
    made = HotspotRun.objects.filter(until=today, since=since, made_by__isnull=True)
    springs = _first_spring(today)
    if springs is not None:
        there.add(Theme.FLOODING)
    there -= set(made.values_list("theme", flat=True))
    themes = [theme for theme in Theme if theme in there]
    for theme in themes:
        flooding = theme == Theme.FLOODING
        find_hotspots(
            theme=theme,
            since=since,
            until=today,
            settings=SearchSettings(against_all=True, springs_since=springs if flooding else None),
        )
        _forget_old(theme)
    return len(themes)


def _first_spring(today: dt.date) -> dt.date | None:
    """1 January of the first year in whose spring something was flooded, ten years back at most."""
    zone = timezone.get_default_timezone()
    flooded = (
        Event.objects.happened()
        .about(Theme.FLOODING)
        .between(today - dt.timedelta(MAX_DAYS), today)
        .annotate(month=ExtractMonth("occurred_at", tzinfo=zone))
        .filter(month__in=SPRING)
    )
    first = flooded.aggregate(first=Min("occurred_at"))["first"]
    return timezone.localdate(first).replace(month=1, day=1) if first else None


def _forget_old(theme: str) -> None:
    """Clusters stay: a number that was given is never given again."""
    runs = HotspotRun.objects.filter(theme=theme, made_by__isnull=True).order_by("-id")
    old = list(runs.values_list("pk", flat=True)[KEPT:])
    HotspotCell.objects.filter(run__in=old).delete()
    ClusterEvent.objects.filter(cluster__run__in=old).delete()
