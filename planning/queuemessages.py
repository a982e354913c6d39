"""What residents wrote about yards, and the yards' outlines, read from the tables as arrays.

Millions of messages come by binary COPY.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from citymap.sqlfiles import load_sql
from planning.binaryrows import read_rows, row_type
from planning.choices import Theme
from planning.querysets import midnight

_ROW = row_type(event="i8", person="i8", day="i4", x="f8", y="f8")


@dataclass(frozen=True, slots=True)
class Messages:
    """event, person, day (since 1970): int64 (n,). xy: float (n, 2), the city's CRS. Any order."""

    event: np.ndarray
    person: np.ndarray
    day: np.ndarray
    xy: np.ndarray

    def __len__(self) -> int:
        return len(self.event)

    def of(self, which: np.ndarray) -> "Messages":
        """Some of them, by index or by a mask."""
        return Messages(self.event[which], self.person[which], self.day[which], self.xy[which])


def messages_between(since: dt.date, until: dt.date) -> Messages:
    """Of a period (local days, `until` not in it)."""
    rows = read_rows(
        load_sql(__file__, "messages.sql"),
        {
            "zone": settings.TIME_ZONE,
            "theme": str(Theme.YARDS),
            "since": midnight(since),
            "until": midnight(until),
        },
        _ROW,
    )
    return Messages(
        event=rows["event"],
        person=rows["person"],
        day=rows["day"].astype(np.int64),
        xy=np.column_stack([rows["x"], rows["y"]]),
    )


def positions_of(events: Collection[int]) -> np.ndarray:
    """Positions (n, 2) of events, by id."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "positions.sql"), {"events": sorted(events)})
        return np.array(cursor.fetchall(), dtype=float).reshape(-1, 2)


def outlines() -> tuple[np.ndarray, np.ndarray]:
    """Ids and outlines of current yards, by id."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "outlines.sql"))
        rows = cursor.fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    return ids, shapely.from_wkb([bytes(row[1]) for row in rows])
