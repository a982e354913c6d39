"""The registry of reasons not to dig: apps offer theirs in `conflicts.py`.

register_check(ConflictCheck(name="programme", title=_("Yard in the programme"), find=yards))

Most digs meet few things: a check that says what is `near` takes part in one statement that asks
for all of them at once, and reads its rows only where there are some.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet, TextField, Value

from citymap.geo import lon_lat
from citymap.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Dig:
    """What is to be dug, where (city CRS) and when. order_id: left out of what is compared."""

    geom: GEOSGeometry
    begins_on: dt.date
    ends_on: dt.date
    order_id: int | None = None
    holder_id: int | None = None
    network_kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One reason not to dig here then.

    check: name of the check; id: of the thing met; distance_m: 0 where they touch; overlap_m2 or
    overlap_m: what is shared; needs_reason: issuing over it needs a written reason (what only
    asks for an approval or a notice does not). body: who is to be asked.
    """

    check: str
    id: int
    title: str
    detail: str = ""
    distance_m: float = 0.0
    overlap_m2: float = 0.0
    overlap_m: float = 0.0
    needs_reason: bool = True
    suggestion: str = ""
    url: str = ""
    body_id: int | None = None
    geom: GEOSGeometry | None = field(default=None, compare=False, repr=False)
    # Where it meets the dig, of things that are long.
    place: GEOSGeometry | None = field(default=None, compare=False, repr=False)

    @property
    def at(self) -> tuple[float, float] | None:
        """Where to look on the map, `(lon, lat)`."""
        place = self.place or self.geom
        return lon_lat(place.point_on_surface) if place else None


@dataclass(frozen=True, kw_only=True)
class ConflictCheck:
    """find(dig): conflicts of one sort, nearest first, by one query with an index.

    near(dig): rows without which there are none; None: `find` is asked every time.
    """

    name: str
    title: Any
    find: Callable[[Dig], list[Conflict]]
    near: Callable[[Dig], QuerySet] | None = None
    order: int = 0


checks: Registry[ConflictCheck] = Registry("conflict check")


def register_check(check: ConflictCheck) -> ConflictCheck:
    return checks.register(check)


def conflicts_of(dig: Dig) -> list[Conflict]:
    """Every reason not to dig, of every app, in the order of the checks."""
    near = _filled({check.name: check.near(dig) for check in checks if check.near})
    return [
        conflict
        for check in checks
        if check.near is None or check.name in near
        for conflict in check.find(dig)
    ]


def _filled(near: dict[str, QuerySet]) -> set[str]:
    """Names of the querysets that have rows, by one statement."""
    asked = [
        rows.order_by().values_list(Value(name, output_field=TextField()))[:1]
        for name, rows in near.items()
    ]
    return {name for (name,) in asked[0].union(*asked[1:], all=True)} if asked else set()
