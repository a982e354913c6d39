"""A year of a calendar as people read it: twelve months, and why a day is what it is. Pure."""

import calendar as months
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils import formats
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from citymap.calendars.holiday_names import holiday_name
from citymap.calendars.models import DayOverride
from citymap.worktime import WorkCalendar
from citymap.worktime.law import LegalDays, legal_days


class Kind(Enum):
    """What a day is; the value names its look."""

    WORKED = "worked"
    DAY_OFF = "day-off"
    HOLIDAY = "holiday"
    SUBSTITUTE = "substitute"
    MOVED_OFF = "moved-off"
    MOVED_ON = "moved-on"

    @property
    def is_special(self) -> bool:
        """Whether the week alone does not explain it."""
        return self not in (Kind.WORKED, Kind.DAY_OFF)


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day: what it is, in words where the week does not say so, and on whose word."""

    date: dt.date
    kind: Kind
    title: str = ""
    is_estimated: bool = False
    override: DayOverride | None = None


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month as weeks of days, Monday first; None before the first and after the last."""

    first: dt.date
    weeks: list[list[Day | None]]

    @property
    def working_days(self) -> int:
        days = (day for week in self.weeks for day in week if day)
        return sum(day.kind in (Kind.WORKED, Kind.MOVED_ON) for day in days)


@dataclass(frozen=True, kw_only=True)
class YearBook:
    """A year: its months, its special days, its sums."""

    year: int
    months: list[Month]
    working_hours: float

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)

    @property
    def days_off(self) -> int:
        return 365 + months.isleap(self.year) - self.working_days

    @property
    def weekdays(self) -> list[dict[str, str]]:
        """Names of the days of the week, Monday first."""
        return [{"full": WEEKDAYS[n], "short": WEEKDAYS_ABBR[n]} for n in range(7)]

    @property
    def special_days(self) -> list[Day]:
        return [
            day
            for month in self.months
            for week in month.weeks
            for day in week
            if day and (day.kind.is_special or day.override)
        ]


def year_book(
    calendar: WorkCalendar, year: int, overrides: Mapping[dt.date, DayOverride]
) -> YearBook:
    """The year of a calendar; `overrides` are the rows behind the calendar's own ones.

    Raises OutOfRangeError for a year that calendars do not cover.
    """
    hours = calendar.year(year).total.total_seconds() / 3600
    law = (
        legal_days(year, calendar.weekly_days_off)
        if calendar.keeps_holidays
        else LegalDays(holidays={}, substitutes={}, moved_off={}, moved_on={})
    )
    return YearBook(
        year=year,
        working_hours=hours,
        months=[
            Month(
                first=dt.date(year, number, 1),
                weeks=[
                    [
                        _day(day, calendar, law, overrides.get(day))
                        if day.month == number
                        else None
                        for day in week
                    ]
                    for week in months.Calendar().monthdatescalendar(year, number)
                ],
            )
            for number in range(1, 13)
        ],
    )


def _day(day: dt.date, calendar: WorkCalendar, law: LegalDays, override: DayOverride | None) -> Day:
    kind, title, is_estimated = _by_law(day, calendar, law)
    worked = kind in (Kind.WORKED, Kind.MOVED_ON)
    if override is not None:
        if worked != override.worked:
            kind = Kind.MOVED_ON if override.worked else Kind.MOVED_OFF
        # The row names what it moves; a holiday keeps its own name.
        if kind not in (Kind.HOLIDAY, Kind.SUBSTITUTE):
            title = override.title
        is_estimated = is_estimated and not override.verified
    return Day(date=day, kind=kind, title=title, is_estimated=is_estimated, override=override)


def _by_law(day: dt.date, calendar: WorkCalendar, law: LegalDays) -> tuple[Kind, str, bool]:
    """What the week and the law make of a day."""
    if day in law.moved_on:
        return Kind.MOVED_ON, _("Worked for %(day)s") % {"day": _written(law.moved_on[day])}, False
    if holiday := law.holidays.get(day):
        return Kind.HOLIDAY, holiday_name(holiday.name), holiday.is_estimated
    if day in law.substitutes:
        title = _("Day off for %(day)s, a holiday on a day off")
        return Kind.SUBSTITUTE, title % {"day": _written(law.substitutes[day])}, False
    if day in law.moved_off:
        title = _("Day off moved from %(day)s")
        return Kind.MOVED_OFF, title % {"day": _written(law.moved_off[day])}, False
    off = day.weekday() in calendar.weekly_days_off
    return (Kind.DAY_OFF if off else Kind.WORKED), "", False


def _written(day: dt.date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")
