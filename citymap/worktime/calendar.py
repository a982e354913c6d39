"""When a body works: its week, its holidays, the days moved for it."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

from citymap.worktime.law import legal_days

Interval = tuple[dt.datetime, dt.datetime]
Hours = tuple[tuple[dt.time, dt.time], ...]

ALL_DAY: Hours = ((dt.time.min, dt.time.min),)  # midnight to midnight
FIRST_YEAR, LAST_YEAR = 1990, 2150
_DAY = dt.timedelta(days=1)
_NONE = dt.timedelta()


class OutOfRangeError(ValueError):
    """A moment or its deadline lies outside the years that calendars cover."""


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """When a body works.

    week: office hours by weekday, Monday first; an empty tuple is a day off. Intervals of a day
        do not overlap and are in order; `(00:00, 00:00)` is the whole day.
    cut_off: what comes in at or after this local time counts as come in on the next working day.
    keeps_holidays: False for round-the-clock services.
    overrides: local date -> whether it is worked; wins over everything else.
    """

    week: tuple[Hours, ...]
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Almaty"))
    cut_off: dt.time | None = None
    keeps_holidays: bool = True
    overrides: Mapping[dt.date, bool] = field(default_factory=dict)
    _years: dict[int, "YearOfWork"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for day in self.week:
            ends = [moment for interval in day for moment in _minutes(interval)]
            if ends != sorted(ends) or len(set(ends)) != len(ends):
                raise ValueError(f"office hours overlap or are out of order: {day}")

    @cached_property
    def weekly_days_off(self) -> frozenset[int]:
        return frozenset(number for number, hours in enumerate(self.week) if not hours)

    @cached_property
    def usual_hours(self) -> Hours:
        """The hours of the week's first workday: those of a day off that is worked."""
        return next((hours for hours in self.week if hours), ())

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the body works on a local date."""
        if not self.usual_hours:
            return False
        worked = self.overrides.get(day)
        if worked is None and self.keeps_holidays:
            worked = legal_days(day.year, self.weekly_days_off).is_worked(day)
        return day.weekday() not in self.weekly_days_off if worked is None else worked

    def hours_on(self, day: dt.date) -> Hours:
        """Office hours of a local date; a worked day off has the usual ones."""
        if not self.is_working_day(day):
            return ()
        return self.week[day.weekday()] or self.usual_hours

    def intervals_on(self, day: dt.date) -> list[Interval]:
        """Open intervals of a local date as instants (UTC)."""
        intervals = [
            (
                self._instant(day, start),
                self._instant(day + _DAY if end == dt.time.min else day, end),
            )
            for start, end in self.hours_on(day)
        ]
        # Hours that a zone change skipped are no hours.
        return [(start, end) for start, end in intervals if start < end]

    def year(self, number: int) -> "YearOfWork":
        """The working time of a local year; worked out once. Raises OutOfRangeError."""
        if number not in self._years:
            if not FIRST_YEAR <= number <= LAST_YEAR:
                raise OutOfRangeError(f"calendars cover {FIRST_YEAR} to {LAST_YEAR}")
            self._years[number] = YearOfWork(self, number)
        return self._years[number]

    def local_date(self, moment: dt.datetime) -> dt.date:
        """The local calendar day of an instant."""
        return moment.astimezone(self.time_zone).date()

    def _instant(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, tzinfo=self.time_zone).astimezone(dt.UTC)


class YearOfWork:
    """A year of a calendar laid out for searching: working days, open intervals and their sums.

    Deadlines are then found by bisection: a year on costs as little as a day.
    """

    def __init__(self, calendar: WorkCalendar, number: int) -> None:
        first = dt.date(number, 1, 1)
        length = (dt.date(number + 1, 1, 1) - first).days
        self.days: list[dt.date] = []
        self.opens: list[dt.datetime] = []
        self.closes: list[dt.datetime] = []
        for day in (first + offset * _DAY for offset in range(length)):
            if calendar.is_working_day(day):
                self.days.append(day)
                for start, end in calendar.intervals_on(day):
                    self.opens.append(start)
                    self.closes.append(end)
        lengths = (end - start for start, end in zip(self.opens, self.closes, strict=True))
        # worked[i]: open time before interval i; worked[-1]: of the whole year.
        self.worked = list(accumulate(lengths, initial=_NONE))

    @property
    def total(self) -> dt.timedelta:
        """The open time of the year."""
        return self.worked[-1]

    def interval_at(self, moment: dt.datetime) -> int:
        """The number of the first interval that ends after `moment`; their count when none does."""
        number = bisect_left(self.closes, moment)
        return number + (number < len(self.closes) and self.closes[number] == moment)

    def worked_until(self, moment: dt.datetime) -> dt.timedelta:
        """Open time of the year before `moment`."""
        number = self.interval_at(moment)
        if number == len(self.opens):
            return self.total
        return self.worked[number] + max(_NONE, moment - self.opens[number])


def _minutes(interval: tuple[dt.time, dt.time]) -> tuple[int, int]:
    start, end = (time.hour * 60 + time.minute for time in interval)
    return start, end or 24 * 60


def five_day_week(start: dt.time = dt.time(9), end: dt.time = dt.time(18, 30)) -> tuple[Hours, ...]:
    """Monday to Friday with a lunch break 13:00-14:30, as state bodies in Kazakhstan keep it."""
    day = ((start, dt.time(13)), (dt.time(14, 30), end))
    return (day,) * 5 + ((), ())


def six_day_week(start: dt.time = dt.time(9), end: dt.time = dt.time(18)) -> tuple[Hours, ...]:
    """Monday to Saturday without a break."""
    return (((start, end),),) * 6 + ((),)


ROUND_THE_CLOCK = WorkCalendar(week=(ALL_DAY,) * 7, keeps_holidays=False)
