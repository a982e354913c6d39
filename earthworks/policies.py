"""Periods and addressees as dated rows: what applied on which day. Pure.

The rows come from the tables of `models/policies.py`, each with its citation and whether a lawyer
has confirmed it. Nothing here holds a period of its own.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Dated(Protocol):
    @property
    def valid_from(self) -> dt.date: ...


P = TypeVar("P", bound=Dated)


@dataclass(frozen=True, kw_only=True)
class Season:
    """When asphalt and greenery cannot be restored, and by when they must be afterwards.

    closed_from, open_from, permanent_by: (month, day); the first closed day, the first open day,
    the last day for permanent restoration. The closed season runs over New Year.
    planned_blocked: whether planned digging is refused in the closed season.
    """

    valid_from: dt.date
    closed_from: tuple[int, int]
    open_from: tuple[int, int]
    permanent_by: tuple[int, int]
    planned_blocked: bool = True

    def __post_init__(self) -> None:
        if not self.open_from <= self.permanent_by < self.closed_from:
            raise ValueError("a season opens, permanent restoration falls due, the season closes")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Terms of orders.

    emergency_days: calendar days after the dig within which the papers must follow.
    guarantee_years: on restoration.
    guarantee_days: working days within which a failure under guarantee is mended.
    permit_moves: whether a permit whose last day is a day off runs to the next working day. Terms
        counted in days always do.
    """

    valid_from: dt.date
    emergency_days: int = 3
    guarantee_years: int = 5
    guarantee_days: int = 10
    permit_moves: bool = False


@dataclass(frozen=True, kw_only=True)
class ClaimRule:
    """When notices of the second step follow the claim: `police_after` the deadline."""

    valid_from: dt.date
    police_after: dt.timedelta = dt.timedelta(0)


def in_force(rows: Sequence[P], day: dt.date) -> P | None:
    """The newest row that is in force on `day`; None before the first."""
    return max(
        (row for row in rows if row.valid_from <= day), key=lambda row: row.valid_from, default=None
    )


@dataclass(frozen=True, kw_only=True)
class ClosedSeason:
    """One winter: first and last closed day, and the day by which the ground is whole again."""

    first: dt.date
    last: dt.date
    permanent_by: dt.date
    planned_blocked: bool

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def touches(self, begins_on: dt.date, ends_on: dt.date) -> bool:
        return begins_on <= self.last and ends_on >= self.first


def season_of(rows: Sequence[Season], autumn: int) -> ClosedSeason | None:
    """The closed season that begins in the year `autumn`, by the rule in force on its first day."""
    starts = {row: dt.date(autumn, *row.closed_from) for row in rows}
    row = max(
        (row for row, start in starts.items() if row.valid_from <= start),
        key=lambda row: row.valid_from,
        default=None,
    )
    if row is None:
        return None
    return ClosedSeason(
        first=starts[row],
        last=dt.date(autumn + 1, *row.open_from) - dt.timedelta(days=1),
        permanent_by=dt.date(autumn + 1, *row.permanent_by),
        planned_blocked=row.planned_blocked,
    )


def seasons_touching(
    rows: Sequence[Season], begins_on: dt.date, ends_on: dt.date
) -> list[ClosedSeason]:
    """The closed seasons that share a day with the period, earliest first."""
    years = range(begins_on.year - 1, ends_on.year + 1)
    found = (season_of(rows, year) for year in years)
    return [season for season in found if season and season.touches(begins_on, ends_on)]
