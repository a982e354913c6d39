"""The searches that are made by themselves, and what is kept of them."""

import datetime as dt

from planning.choices import Theme
from planning.models import ClusterEvent, Event, HotspotCell, HotspotRun
from planning.services.hotspots import SearchSettings, find_hotspots

DAYS = 365
# Of a theme's own searches so many keep their cells; older ones keep what clusters there were.
KEPT = 3


def search_all_themes(*, today: dt.date) -> int:
    """Search the last year of every theme in which something happened, once a day; how many."""
    since = today - dt.timedelta(DAYS)
    there = set(Event.objects.happened().between(since, today).values_list("theme", flat=True))
    made = HotspotRun.objects.filter(until=today, since=since, made_by__isnull=True)
    there -= set(made.values_list("theme", flat=True))
    themes = [theme for theme in Theme if theme in there]
    for theme in themes:
        find_hotspots(
            theme=theme, since=since, until=today, settings=SearchSettings(against_all=True)
        )
        _forget_old(theme)
    return len(themes)


def _forget_old(theme: str) -> None:
    """Clusters stay: a number that was given is never given again."""
    runs = HotspotRun.objects.filter(theme=theme, made_by__isnull=True).order_by("-id")
    old = list(runs.values_list("pk", flat=True)[KEPT:])
    HotspotCell.objects.filter(run__in=old).delete()
    ClusterEvent.objects.filter(cluster__run__in=old).delete()
