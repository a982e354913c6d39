"""Kazakhstan's days off by law, for a week with given days off. Pure.

- Public holidays (law on holidays; Labour Code, art. 84): off in every week. One that falls on
  a weekly day off moves to the next working day, but for 7 January and the first day of Kurban
  Ait, which are days off of their own and never moved (Labour Code, art. 84, para. 5).
- Days moved by decree (Labour Code, art. 85, para. 3: by the Government, since 2024 by the
  Ministry of Labour): a day off is given up for another. That concerns a week only where the
  day given up is off: 4 May 2024, a Saturday, was a working day of six-day weeks, so they
  worked on 8 May too; 5 January 2025, a Sunday, was off in both kinds.

Dates come from the `holidays` package; a table beside the tests holds what it says of
2020-2030, so that a new release that changes a day is noticed.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import holidays

_DAY = dt.timedelta(days=1)
_KURBAN_AIT = "Құрбан айт"
_ESTIMATED = "(бағаланған)"


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A public holiday: its name in Kazakh; whether its date is only computed as yet; whether
    it moves when it falls on a weekly day off."""

    name: str
    is_estimated: bool
    moves: bool


@dataclass(frozen=True, kw_only=True)
class LegalDays:
    """What the law makes of a year in one kind of week.

    holidays: the public holidays, where they fall.
    substitutes: day off -> the holiday that fell on a weekly day off.
    moved_off: day off by decree -> the day given up for it (perhaps of the year before).
    moved_on: day worked by decree -> the day off instead (perhaps of the year after).
    """

    holidays: Mapping[dt.date, Holiday]
    substitutes: Mapping[dt.date, dt.date]
    moved_off: Mapping[dt.date, dt.date]
    moved_on: Mapping[dt.date, dt.date]

    def is_worked(self, day: dt.date) -> bool | None:
        """Whether a day is worked against the week's rule; None where the week decides."""
        if day in self.moved_on:
            return True
        if day in self.holidays or day in self.substitutes or day in self.moved_off:
            return False
        return None


@lru_cache(maxsize=256)
def legal_days(year: int, weekly_days_off: frozenset[int]) -> LegalDays:
    """The law's days of a year for a week with these days off (0 is Monday)."""
    public = public_holidays(year)
    substitutes = _substitutes(public, weekly_days_off)
    moves = _decrees(year) | _decrees(year + 1)
    given_up = {
        worked: off
        for off, worked in moves.items()
        if worked.weekday() in weekly_days_off or worked in substitutes
    }
    return LegalDays(
        holidays=public,
        substitutes=substitutes,
        moved_off={off: worked for worked, off in given_up.items() if off.year == year},
        moved_on={worked: off for worked, off in given_up.items() if worked.year == year},
    )


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[dt.date, Holiday]:
    """The public holidays of a year, on the days where they fall."""
    calendar = _package(year)
    decrees = _decrees(year)
    return {
        day: _holiday(day, calendar.get_list(day)) for day in sorted(calendar) if day not in decrees
    }


def _holiday(day: dt.date, names: list[str]) -> Holiday:
    # Kurban Ait may fall on another holiday, which then keeps its own rule.
    others = [name for name in names if not name.startswith(_KURBAN_AIT)]
    name = (others or names)[0]
    return Holiday(
        name=name.removesuffix(_ESTIMATED).strip(),
        is_estimated=name.endswith(_ESTIMATED),
        moves=bool(others) and (day.month, day.day) != (1, 7),
    )


def _substitutes(
    public: Mapping[dt.date, Holiday], weekly_days_off: frozenset[int]
) -> dict[dt.date, dt.date]:
    """The working days that are off because a holiday fell on a weekly day off."""
    found: dict[dt.date, dt.date] = {}
    for day, holiday in public.items():
        if not holiday.moves or day.weekday() not in weekly_days_off:
            continue
        substitute = day + _DAY
        while (
            substitute in public or substitute in found or substitute.weekday() in weekly_days_off
        ):
            substitute += _DAY
        found[substitute] = day
    return found


def _decrees(year: int) -> dict[dt.date, dt.date]:
    """Day off of a year -> the day given up for it, as decrees moved them."""
    moves = _package(year).special_public_holidays.get(year, ())
    if moves and isinstance(moves[0], int):
        moves = (moves,)
    # (month, day) off, (month, day) worked, and the latter's year where it is another one.
    return {
        dt.date(year, *move[:2]): dt.date(move[4] if len(move) > 4 else year, *move[2:4])
        for move in moves
    }


@lru_cache(maxsize=64)
def _package(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("KZ", years=[year], observed=False, language="kk")
