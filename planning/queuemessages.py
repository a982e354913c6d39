"""What residents wrote about yards, and the yards' outlines, read from the tables as arrays.

Millions of messages come by binary COPY: rows of one length that numpy reads as they are.
"""

import datetime as dt
import io
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from citymap.sqlfiles import load_sql
from planning.choices import Theme
from planning.querysets import midnight

# What PostgreSQL writes before the first row, after each value's length, and at the end.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROW = np.dtype(
    [
        ("columns", ">i2"),
        ("event_bytes", ">i4"), ("event", ">i8"),
        ("person_bytes", ">i4"), ("person", ">i8"),
        ("day_bytes", ">i4"), ("day", ">i4"),
        ("x_bytes", ">i4"), ("x", ">f8"),
        ("y_bytes", ">i4"), ("y", ">f8"),
    ]
)  # fmt: skip


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
    with connection.cursor() as cursor:
        statement = cursor.mogrify(
            load_sql(__file__, "messages.sql"),
            {
                "zone": settings.TIME_ZONE,
                "theme": str(Theme.YARDS),
                "since": midnight(since),
                "until": midnight(until),
            },
        ).decode()
        received = io.BytesIO()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT binary)", received)
    data = received.getbuffer()[_HEADER_BYTES:-_TRAILER_BYTES]
    rows = np.frombuffer(data, dtype=_ROW)
    return Messages(
        event=rows["event"].astype(np.int64),
        person=rows["person"].astype(np.int64),
        day=rows["day"].astype(np.int64),
        xy=np.column_stack([rows["x"].astype(float), rows["y"].astype(float)]),
    )


def positions_of(events: Collection[int]) -> np.ndarray:
    """Positions (n, 2) of events, by id."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "positions.sql"), {"events": sorted(events)})
        return np.array(cursor.fetchall(), dtype=float).reshape(-1, 2)


def outlines(near: np.ndarray | None = None, *, near_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Ids and outlines of current yards; of those only that lie within `near_m` of positions."""
    with connection.cursor() as cursor:
        if near is None:
            cursor.execute(load_sql(__file__, "outlines.sql"))
        else:
            cursor.execute(
                load_sql(__file__, "outlines_near.sql"),
                {
                    "x": near[:, 0].tolist(),
                    "y": near[:, 1].tolist(),
                    "srid": settings.CITYMAP_SRID,
                    # A hair more: what is just in reach is decided here, in one way.
                    "near_m": near_m + 0.01,
                },
            )
        rows = cursor.fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    return ids, shapely.from_wkb([bytes(row[1]) for row in rows])
