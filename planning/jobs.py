"""What planning does by itself: events are kept current, the queue is computed each day."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.jobs.registry import Sweep, register_sweep
from citymap.personal.retention import Keeper, register_keeper
from planning import eventsources  # noqa: F401  registers the rooms' sources
from planning.keeping import followers_needed_until
from planning.services.alerts import tell_overdue
from planning.services.breakages import refresh_rates
from planning.services.events import refresh_events
from planning.services.following import drop_unconfirmed
from planning.services.publicchanges import forget_changes
from planning.services.queue import take_snapshot
from planning.services.queueupdate import follow_events
from planning.services.reports import make_due_reports
from planning.services.routine import search_all_themes


def bring_events(now: dt.datetime) -> str:
    return f"events written: {refresh_events(now=now)}"


def compute_queue(now: dt.datetime) -> str:
    snapshot = take_snapshot(as_of=timezone.localdate(now))
    return f"queue of {snapshot.yards} yards as of {snapshot.as_of}"


def count_new_messages(now: dt.datetime) -> str:
    snapshot = follow_events(now=now)
    return f"queue as of {snapshot.as_of}, events up to {snapshot.seen_event}"


def end_unconfirmed(now: dt.datetime) -> str:
    return f"wishes to follow a yard that nobody confirmed: {drop_unconfirmed(now=now)}"


def forget_public_changes(now: dt.datetime) -> str:
    return f"notes of changes dropped: {forget_changes(now=now)}"


register_keeper(
    Keeper(
        name="planning.followers",
        title=_("Followers of yards"),
        needed_until=followers_needed_until,
    )
)
register_sweep(
    Sweep(
        name="planning_followers",
        title=_("Followers of yards"),
        description=_("Drops wishes to follow a yard that nobody confirmed in a week."),
        every=dt.timedelta(days=1),
        run=end_unconfirmed,
    )
)
register_sweep(
    Sweep(
        name="planning_public_changes",
        title=_("Changes of what is public"),
        description=_("Forgets old notes by which public pages of yards know that they changed."),
        every=dt.timedelta(days=1),
        run=forget_public_changes,
    )
)
register_sweep(
    Sweep(
        name="planning_events",
        title=_("Events for planning"),
        description=_("Brings what happened in every room into the events of planning."),
        every=dt.timedelta(minutes=5),
        run=bring_events,
    )
)


def search_hotspots(now: dt.datetime) -> str:
    found = search_all_themes(today=timezone.localdate(now))
    rates = refresh_rates(today=timezone.localdate(now))
    return f"searches for hotspots: {found}; segments with rates: {rates}"


register_sweep(
    Sweep(
        name="planning_hotspots",
        title=_("Search for hotspots"),
        description=_("Searches each theme's last year once a day, and rates networks."),
        every=dt.timedelta(days=1),
        run=search_hotspots,
        order=2,
    )
)


def tell_of_measures(now: dt.datetime) -> str:
    return f"overdue measures: {tell_overdue(today=timezone.localdate(now))}"


register_sweep(
    Sweep(
        name="planning_measures",
        title=_("Measures not done by their day"),
        description=_("Tells bodies and planners of measures that were not done in time."),
        every=dt.timedelta(hours=1),
        run=tell_of_measures,
        order=3,
    )
)


def make_reports(now: dt.datetime) -> str:
    return f"reports made: {make_due_reports(now=now)}"


register_sweep(
    Sweep(
        name="planning_reports",
        title=_("Reports of planning"),
        description=_("Makes the reports of day, week and quarter and owes them to their readers."),
        every=dt.timedelta(minutes=30),
        run=make_reports,
        order=4,
    )
)
register_sweep(
    Sweep(
        name="planning_queue_update",
        title=_("Queue of yards: new messages"),
        description=_("Counts what residents wrote since the queue was computed."),
        every=dt.timedelta(minutes=5),
        run=count_new_messages,
        order=1,
    )
)
register_sweep(
    Sweep(
        name="planning_queue",
        title=_("Queue of yards"),
        description=_("Computes the queue of yards; writes it when something changed."),
        every=dt.timedelta(hours=1),
        run=compute_queue,
        order=2,
    )
)
