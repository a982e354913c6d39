"""Keeping the read model of events current."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence

from django.contrib.gis.geos import Point
from django.db import transaction

from citymap.geo import city_srid
from planning.models import Event, EventSourceState
from planning.services.errors import PlanningRefusedError
from planning.sources import EventSource, SourceEvent, sources

_BATCH = 5000
_UPDATED = ["theme", "occurred_at", "weight", "person", "geom"]


def refresh_events(*, now: dt.datetime) -> int:
    """Bring what changed in every source; returns how many events were written or removed."""
    return sum(refresh_source(source=source, now=now) for source in sources)


@transaction.atomic
def refresh_source(*, source: EventSource, now: dt.datetime) -> int:
    """Bring what changed in one source, in portions, and note how far it was read."""
    EventSourceState.objects.get_or_create(source=source.name, defaults={"refreshed_at": now})
    state = EventSourceState.objects.select_for_update().get(source=source.name)
    written = 0
    while True:
        found, mark = source.changed(state.mark)
        count = put_events(source=source.name, events=found)
        written += count
        if mark == state.mark:
            break
        state.mark = mark
    state.refreshed_at = now
    state.save()
    return written


@transaction.atomic
def put_events(*, source: str, events: Iterable[SourceEvent]) -> int:
    """Write events of a source: new ones are added, known ones changed, gone ones removed.

    Of several with one id the last counts. Raises PlanningRefusedError for an event without a
    time, a place or a sane weight; nothing is written then.
    """
    latest = {event.id: event for event in events}
    for event in latest.values():
        _check(event)
    gone = [event.id for event in latest.values() if event.gone]
    kept = [_row(source, event) for event in latest.values() if not event.gone]
    if gone:
        Event.objects.filter(source=source, source_id__in=gone).delete()
    _upsert(kept)
    return len(latest)


def _upsert(rows: Sequence[Event]) -> None:
    # In one order, so that two writers never wait for each other in a circle.
    Event.objects.bulk_create(
        sorted(rows, key=lambda row: row.source_id),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["source", "source_id"],
        update_fields=_UPDATED,
    )


def _check(event: SourceEvent) -> None:
    if event.gone:
        return
    if event.when is None or event.when.tzinfo is None:
        raise PlanningRefusedError(f"event {event.id}: no time, or one without a zone")
    if not (math.isfinite(event.x) and math.isfinite(event.y)):
        raise PlanningRefusedError(f"event {event.id}: no place")
    if not 0 < event.weight <= 1000:
        raise PlanningRefusedError(f"event {event.id}: a weight is above 0 and at most 1000")


def _row(source: str, event: SourceEvent) -> Event:
    return Event(
        source=source,
        source_id=event.id,
        theme=event.theme,
        occurred_at=event.when,
        weight=event.weight,
        person=event.person,
        geom=Point(event.x, event.y, srid=city_srid()),
    )
