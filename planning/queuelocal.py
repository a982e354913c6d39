"""Complaints of the few yards that some messages concern, equal to those of the whole city.

A cluster of complaints is a chain of places each within reach of the next. So what a message
changes is found by walking the chains from it: its person's other messages, the clusters of
those that count, the yards they lie in, and all clusters that touch these yards.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection

from citymap.sqlfiles import load_sql
from planning.choices import Theme
from planning.querysets import midnight
from planning.queue.complaints import Complaints, counted
from planning.queue.ground import NO_YARD, distinct
from planning.queueinputs import (
    COMPLAINT_DAYS,
    COMPLAINT_REACH_M,
    NEAR_YARD_M,
    complaints_said,
    day_number,
    yards_beside,
)
from planning.queuemessages import outlines, positions_of

# More than this is a good part of the city: then everything is computed.
MOST = 20_000
# The walk goes a hair further: what hangs together is settled by the same function for all.
_REACH_M = COMPLAINT_REACH_M + 0.001


class TooManyError(RuntimeError):
    """So much hangs together that the whole city is computed as fast."""


@dataclass(slots=True)
class _Known:
    """Messages by id: person, day, whether they count; filled person by person."""

    as_of: dt.date
    since: dt.date
    day: dict[int, int]
    person: dict[int, int]
    counts: dict[int, bool]
    people: set[int]

    def learn(self, people: Collection[int]) -> None:
        """All messages of people, and which of them count."""
        new = sorted(set(people) - self.people)
        if not new:
            return
        self.people.update(new)
        rows = _query(
            "messages_of.sql",
            {"people": new, "since": midnight(self.since), "zone": settings.TIME_ZONE}
            | _until(self.as_of),
        )
        if not rows:
            return
        table = np.array([(event, person, day_number(day)) for event, person, day in rows])
        keep = counted(table[:, 1], table[:, 2], table[:, 0])
        for (event, person, day), counts in zip(table.tolist(), keep.tolist(), strict=True):
            self.person[event], self.day[event], self.counts[event] = person, day, counts
        if len(self.day) > MOST:
            raise TooManyError(f"{len(self.day)} messages hang together")


def complaints_near(events: Collection[int], *, as_of: dt.date) -> tuple[np.ndarray, Complaints]:
    """Yards (ids, ascending) that these messages concern, and their complaints as of a day.

    Raises TooManyError.
    """
    known = _Known(as_of, as_of - dt.timedelta(COMPLAINT_DAYS), {}, {}, {}, set())
    known.learn({person for _event, person in _query("persons_of.sql", {"events": list(events)})})
    # Whoever wrote: any of their messages may count now, or no longer.
    theirs = sorted(known.day)
    yards = _yards_of(theirs)
    members = _clusters_of(set(theirs), known)
    yards |= _yards_of(sorted(members))
    near = _query(
        "messages_near_yards.sql",
        {"yards": sorted(yards), "near_m": NEAR_YARD_M, "since": midnight(known.since)}
        | _until(as_of),
    )
    known.learn({person for _event, person in near})
    members |= _clusters_of({event for event, _person in near if known.counts.get(event)}, known)
    ids = np.array(sorted(yards), dtype=np.int64)
    return ids, _complaints(ids, sorted(members), known)


def _complaints(yards: np.ndarray, members: list[int], known: _Known) -> Complaints:
    xy = positions_of(members)
    return complaints_said(
        yards,
        day=np.array([known.day[one] for one in members], dtype=np.int64),
        xy=xy,
        ground=outlines(xy, near_m=NEAR_YARD_M),
        as_of=known.as_of,
    )


def _clusters_of(start: set[int], known: _Known) -> set[int]:
    """All that count and hang together with `start`, of which some may not count (any more)."""
    found, edge = set(start), set(start)
    while edge:
        rows = _query(
            "messages_near.sql",
            {"events": sorted(edge), "reach_m": _REACH_M, "since": midnight(known.since)}
            | _until(known.as_of),
        )
        known.learn({person for _event, person in rows})
        edge = {event for event, _person in rows if known.counts.get(event)} - found
        found |= edge
    return {event for event in found if known.counts.get(event)}


def _yards_of(events: list[int]) -> set[int]:
    """Yards in or beside which messages lie."""
    if not events:
        return set()
    xy = distinct(positions_of(events)).xy
    yard = yards_beside(xy, outlines(xy, near_m=NEAR_YARD_M))
    return set(yard[yard != NO_YARD].tolist())


def _until(as_of: dt.date) -> dict:
    return {"until": midnight(as_of + dt.timedelta(1)), "theme": str(Theme.YARDS)}


def _query(name: str, parameters: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, name), parameters)
        return cursor.fetchall()
