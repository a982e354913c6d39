"""Complaints of the few yards that some messages concern, equal to those of the whole city.

A cluster of complaints is a chain of places each within reach of the next. So what a message
changes is found by walking the chains from it: its person's other messages, the clusters of
those that count, the yards they lie in, and all clusters that touch these yards. The ground is
read square by square, each once, as far as the chains go.
"""

import datetime as dt
from collections.abc import Collection, Iterable

import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from scipy.spatial import cKDTree

from citymap.sqlfiles import load_sql
from planning.choices import Theme
from planning.hotspots.nearness import distinct, hanging_together
from planning.querysets import midnight
from planning.queue.complaints import Complaints, counted
from planning.queue.ground import NO_YARD
from planning.queueinputs import (
    COMPLAINT_DAYS,
    COMPLAINT_REACH_M,
    NEAR_YARD_M,
    complaints_said,
    yards_beside,
)
from planning.queuemessages import positions_of

# More than this is a good part of the city: then everything is computed.
MOST = 20_000
# The walk goes a hair further: what hangs together is settled by the same function for all.
_REACH_M = COMPLAINT_REACH_M + 0.001
_NEAR_M = NEAR_YARD_M + 0.01
# Side of the squares in which the ground is read.
_SQUARE_M = 50.0

Square = tuple[int, int]


class TooManyError(RuntimeError):
    """So much hangs together that the whole city is computed as fast."""


def complaints_near(events: Collection[int], *, as_of: dt.date) -> tuple[np.ndarray, Complaints]:
    """Yards (ids, ascending) that these messages concern, and their complaints as of a day.

    Raises TooManyError.
    """
    ground = _Surroundings(as_of)
    ground.learn({person for _event, person in _query("persons_of.sql", {"events": list(events)})})
    # Whoever wrote: any of their messages may count now, or no longer.
    theirs = positions_of(ground.counts)
    members = ground.hanging_on(theirs)
    ids = ground.yards_of(np.vstack([theirs, ground.places_of(members)]))
    # What hangs together with a member is a member already.
    members |= ground.hanging_on(ground.places_of(ground.beside(ids) - members))
    listed = np.array(sorted(members), dtype=np.int64)
    return ids, complaints_said(
        ids,
        day=np.array([ground.day[one] for one in listed.tolist()], dtype=np.int64),
        xy=ground.places_of(listed),
        ground=ground.outlines(),
        as_of=as_of,
    )


class _Surroundings:
    """What is known of the ground around some messages: read at need, nothing twice."""

    def __init__(self, as_of: dt.date) -> None:
        self._window = {
            "since": midnight(as_of - dt.timedelta(COMPLAINT_DAYS)),
            "until": midnight(as_of + dt.timedelta(1)),
            "theme": str(Theme.YARDS),
        }
        # By message: local day, and whether it counts, which its person's other ones decide.
        self.day: dict[int, int] = {}
        self.counts: dict[int, bool] = {}
        self._people: set[int] = set()
        self._squares: set[Square] = set()
        self._place: dict[int, tuple[float, float]] = {}
        self._shapes: dict[int, shapely.Geometry] = {}

    # --- reading ----------------------------------------------------------------------

    def learn(self, people: Iterable[int]) -> None:
        """All messages of people, and which of them count."""
        new = sorted(set(people) - self._people)
        if not new:
            return
        self._people.update(new)
        rows = _query("messages_of.sql", {"people": new, "zone": settings.TIME_ZONE} | self._window)
        if not rows:
            return
        event, person, day = np.array(rows, dtype=np.int64).T
        self.day.update(zip(event.tolist(), day.tolist(), strict=True))
        self.counts.update(zip(event.tolist(), counted(person, day, event).tolist(), strict=True))
        self._refuse_many(len(self.day))

    def _read(self, squares: Iterable[Square]) -> bool:
        """Messages and yards of squares that were not read yet; whether there were any."""
        new = sorted(set(squares) - self._squares)
        if not new:
            return False
        self._refuse_many(len(self._squares) + len(new))
        self._squares.update(new)
        corners = {
            "west": [x * _SQUARE_M for x, _y in new],
            "south": [y * _SQUARE_M for _x, y in new],
            "side_m": _SQUARE_M,
            "srid": settings.CITYMAP_SRID,
        }
        rows = _query("messages_near.sql", corners | self._window)
        self._place.update((event, (x, y)) for event, _person, x, y in rows)
        self._refuse_many(len(self._place))
        self.learn(person for _event, person, _x, _y in rows)
        for yard, shape in _query("outlines_near.sql", corners | {"near_m": _NEAR_M}):
            self._shapes[yard] = shapely.from_wkb(bytes(shape))
        return True

    def _refuse_many(self, count: int) -> None:
        if count > MOST:
            raise TooManyError("too much hangs together")

    # --- asking -----------------------------------------------------------------------

    def hanging_on(self, start: np.ndarray) -> set[int]:
        """All messages that count and hang together with one in reach of the positions."""
        # A square more on each side: most chains end there, and are read at once.
        self._read(_squares_about(start, _REACH_M + _SQUARE_M))
        while len(start):
            events = np.array([one for one in self._place if self.counts.get(one)], dtype=np.int64)
            if not len(events):
                break
            xy = self.places_of(events)
            label = hanging_together(xy, reach_m=COMPLAINT_REACH_M)
            touched = cKDTree(start).query(xy)[0] <= _REACH_M
            inside = np.isin(label, label[touched])
            if not self._read(_squares_about(xy[inside], _REACH_M)):
                return set(events[inside].tolist())
        return set()

    def places_of(self, events: Iterable[int]) -> np.ndarray:
        """Positions (n, 2) of messages that were read."""
        return np.array([self._place[int(one)] for one in events], dtype=float).reshape(-1, 2)

    def beside(self, yards: np.ndarray) -> set[int]:
        """Messages that count, in or beside yards."""
        shapes = np.array([self._shapes[one] for one in yards.tolist()], dtype=object)
        self._read(_squares_of(shapely.bounds(shapes), _NEAR_M))
        events = np.array([one for one in self._place if self.counts.get(one)], dtype=np.int64)
        _yard, which = shapely.STRtree(shapely.points(self.places_of(events))).query(
            shapes, predicate="dwithin", distance=_NEAR_M
        )
        return set(events[which].tolist())

    def yards_of(self, xy: np.ndarray) -> np.ndarray:
        """Yards (ids, ascending) in or beside which positions that were read about lie."""
        yard = np.unique(yards_beside(distinct(xy).xy, self.outlines()))
        return yard[yard != NO_YARD]

    def outlines(self) -> tuple[np.ndarray, np.ndarray]:
        """Ids and outlines of current yards of the squares."""
        ids = np.array(sorted(self._shapes), dtype=np.int64)
        return ids, np.array([self._shapes[one] for one in ids.tolist()], dtype=object)


def _squares_about(xy: np.ndarray, reach_m: float) -> set[Square]:
    """Squares that hold anything in reach of positions."""
    return _squares_of(np.hstack([xy, xy]), reach_m)


def _squares_of(boxes: np.ndarray, reach_m: float) -> set[Square]:
    """Squares that meet boxes (n, 4: west, south, east, north) or what is in reach of them."""
    grown = boxes.reshape(-1, 4) + [-reach_m, -reach_m, reach_m, reach_m]
    corners = np.unique(np.floor(grown / _SQUARE_M).astype(np.int64), axis=0)
    return {
        (x, y)
        for west, south, east, north in corners.tolist()
        for x in range(west, east + 1)
        for y in range(south, north + 1)
    }


def _query(name: str, parameters: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, name), parameters)
        return cursor.fetchall()
