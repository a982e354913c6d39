"""Working time: deadlines in hours and working days on a body's own calendar.

Pure functions, no database. All moments are aware datetimes; arithmetic is on instants, so a
change of the zone's offset (Asia/Almaty went from UTC+6 to UTC+5 on 2024-03-01) neither adds
nor loses an hour. Calendar days are local days in the calendar's zone.

Days off, by the Labour Code of Kazakhstan, art. 84 and 85, and the law on holidays:
- weekly days off of the body's week (5-day: Saturday and Sunday; 6-day: Sunday; 24/7: none);
- public holidays; one that falls on the week's day off moves to the next working day, but for
  7 January and the first day of Kurban Ait, which are never moved;
- days moved by a Government decree, for 5-day weeks (a weekday off, a Saturday worked).

Holidays come from the `holidays` package, corrected by overrides (a table of the city's own).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Interval = tuple[dt.datetime, dt.datetime]
Hours = tuple[tuple[dt.time, dt.time], ...]

ALL_DAY: Hours = ((dt.time.min, dt.time.min),)  # midnight to midnight
_DAY = dt.timedelta(days=1)
# Longer than any chain of days off; a calendar that never opens within it is an error.
_HORIZON_DAYS = 366


class NeverOpenError(ValueError):
    """The calendar has no working time within a year."""


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

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for day in self.week:
            ends = [moment for interval in day for moment in _minutes(interval)]
            if ends != sorted(ends) or len(set(ends)) != len(ends):
                raise ValueError(f"office hours overlap or are out of order: {day}")

    @property
    def weekly_days_off(self) -> frozenset[int]:
        return frozenset(number for number, hours in enumerate(self.week) if not hours)

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the body works on a local date."""
        if day in self.overrides:
            return self.overrides[day]
        if not self.keeps_holidays or len(self.weekly_days_off) == 7:
            return day.weekday() not in self.weekly_days_off
        worked, off = _public_days(day.year, self.weekly_days_off)
        if day in worked:
            return True
        return day.weekday() not in self.weekly_days_off and day not in off

    def hours_on(self, day: dt.date) -> Hours:
        """Office hours of a local date; a worked day off has those of the week's first workday."""
        if not self.is_working_day(day):
            return ()
        return self.week[day.weekday()] or next(hours for hours in self.week if hours)

    def intervals_on(self, day: dt.date) -> list[Interval]:
        """Open intervals of a local date as instants (UTC)."""
        return [
            (
                self._instant(day, start),
                self._instant(day + _DAY if end == dt.time.min else day, end),
            )
            for start, end in self.hours_on(day)
        ]

    def _instant(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, tzinfo=self.time_zone).astimezone(dt.UTC)

    def local_date(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.time_zone).date()


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


@lru_cache(maxsize=256)
def _public_days(
    year: int, weekly_days_off: frozenset[int]
) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Days worked and days off by law in a year, for a week with these days off."""
    calendar = holidays.country_holidays("KZ", years=[year], observed=False, language="kk")
    decrees = _decrees(calendar, year)
    public = set(calendar) - set(decrees)
    five_day = weekly_days_off == frozenset({5, 6})
    off = public | (set(decrees) if five_day else set())
    for day in sorted(public):
        if day.weekday() in weekly_days_off and not _never_moved(calendar, day):
            substitute = day + _DAY
            while substitute in off or substitute.weekday() in weekly_days_off:
                substitute += _DAY
            off.add(substitute)
    if not five_day:
        return frozenset(), frozenset(off)
    worked = calendar.weekend_workdays | set(decrees.values())
    return frozenset(worked), frozenset(off - worked)


def _decrees(calendar: holidays.HolidayBase, year: int) -> dict[dt.date, dt.date]:
    """Day off -> day worked instead, as the Government's decrees moved them in a year."""
    moves = calendar.special_public_holidays.get(year, ())
    if moves and isinstance(moves[0], int):
        moves = (moves,)
    # (month, day) off, (month, day) worked, and the latter's year where it is another one.
    return {
        dt.date(year, *move[:2]): dt.date(move[4] if len(move) > 4 else year, *move[2:4])
        for move in moves
    }


def _never_moved(calendar: holidays.HolidayBase, day: dt.date) -> bool:
    """7 January and Kurban Ait stay where they fall (Labour Code, art. 85)."""
    names = calendar.get_list(day)
    return (day.month, day.day) == (1, 7) or all("Құрбан айт" in name for name in names)


def _open_from(moment: dt.datetime, calendar: WorkCalendar) -> Iterator[Interval]:
    """Open intervals from `moment` on, the first one cut to start there; endless."""
    # In UTC: between two moments of one zone Python subtracts wall clocks, not instants.
    moment = moment.astimezone(dt.UTC)
    day = calendar.local_date(moment)
    closed_days = 0
    while True:
        intervals = [
            (max(start, moment), end) for start, end in calendar.intervals_on(day) if end > moment
        ]
        yield from intervals
        closed_days = 0 if intervals else closed_days + 1
        if closed_days > _HORIZON_DAYS:
            raise NeverOpenError("the calendar has no working time within a year")
        day += _DAY


def next_opening(moment: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
    """The first instant at or after `moment` at which the body works (UTC)."""
    return next(_open_from(moment, calendar))[0]


def next_working_day(day: dt.date, calendar: WorkCalendar) -> dt.date:
    """The first working day after a local date."""
    for number in range(1, _HORIZON_DAYS):
        if calendar.is_working_day(day + number * _DAY):
            return day + number * _DAY
    raise NeverOpenError("the calendar has no working day within a year")


def day_received(moment: dt.datetime, calendar: WorkCalendar) -> dt.date:
    """The working day that something counts as received on.

    After the cut-off, and on a day off, it is the next working day.
    """
    local = moment.astimezone(calendar.time_zone)
    late = calendar.cut_off is not None and local.time() >= calendar.cut_off
    if late or not calendar.is_working_day(local.date()):
        return next_working_day(local.date(), calendar)
    return local.date()


def closing(day: dt.date, calendar: WorkCalendar) -> dt.datetime:
    """When a working day ends for the body (UTC); raises ValueError for a day off."""
    intervals = calendar.intervals_on(day)
    if not intervals:
        raise ValueError(f"{day} is not a working day")
    return intervals[-1][1]


def add_working_days(moment: dt.datetime, days: int, calendar: WorkCalendar) -> dt.datetime:
    """The end of the `days`-th working day after the day of receipt (UTC).

    The day of receipt is not counted (Civil Code of Kazakhstan, art. 173); 0 days is its end.
    """
    if days < 0:
        raise ValueError("days must not be negative")
    day = day_received(moment, calendar)
    for _number in range(days):
        day = next_working_day(day, calendar)
    return closing(day, calendar)


def add_hours(moment: dt.datetime, hours: float) -> dt.datetime:
    """Round the clock: real elapsed hours (UTC)."""
    return moment.astimezone(dt.UTC) + dt.timedelta(hours=hours)


def add_working_time(
    moment: dt.datetime, duration: dt.timedelta, calendar: WorkCalendar
) -> dt.datetime:
    """The instant at which `duration` of the body's open time has passed since `moment` (UTC)."""
    if duration < dt.timedelta():
        raise ValueError("duration must not be negative")
    for start, end in _open_from(moment, calendar):
        if duration <= end - start:
            return start + duration
        duration -= end - start
    raise AssertionError("unreachable: _open_from is endless")


def working_time_between(
    start: dt.datetime, end: dt.datetime, calendar: WorkCalendar
) -> dt.timedelta:
    """Open time between two instants; negative when `end` is before `start`."""
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    if end < start:
        return -working_time_between(end, start, calendar)
    total = dt.timedelta()
    for opens, closes in _open_from(start, calendar):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def working_days_between(start: dt.date, end: dt.date, calendar: WorkCalendar) -> int:
    """Working days after `start` up to and with `end`; negative when `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start, calendar)
    days = (start + number * _DAY for number in range(1, (end - start).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
