"""The demo's events and the first searches: so that maps and pages have something to show."""

from collections.abc import Callable

from django.utils import timezone

from citymap.demo import DemoOptions, DemoPart, register_demo
from planning.models import HotspotRun
from planning.services.breakages import refresh_rates
from planning.services.events import refresh_events
from planning.services.queue import take_snapshot
from planning.services.reports import make_due_reports
from planning.services.routine import search_all_themes


def load(options: DemoOptions, say: Callable[[str], None]) -> None:
    """What happened becomes events; every theme is searched once."""
    say(f"events: {refresh_events(now=timezone.now())}")
    today = timezone.localdate()
    take_snapshot(as_of=today)
    if not HotspotRun.objects.exists():
        say(f"searches for hotspots: {search_all_themes(today=today)}")
    say(f"reports: {make_due_reports(now=timezone.now(), from_hour=0)}")
    say(f"segments with rates: {refresh_rates(today=today)}")


register_demo(DemoPart(name="planning events", load=load, order=95))
