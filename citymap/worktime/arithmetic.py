"""Adding, counting, opening: arithmetic on a calendar's working time. Pure.

Moments are aware datetimes and answers are in UTC. Sums are of instants, so a change of the
zone's offset (Asia/Almaty went from UTC+6 to UTC+5 on 2024-03-01) neither adds nor loses time.
"""

import datetime as dt
from bisect import bisect_left, bisect_right

from citymap.worktime.calendar import WorkCalendar

_NONE = dt.timedelta()
# Working time that touches for longer than this has no closing time worth telling.
_ALWAYS_OPEN = dt.timedelta(days=14)


class NeverOpenError(ValueError):
    """The calendar has no working time."""


def next_opening(moment: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
    """The first instant at or after `moment` at which the body works. Raises NeverOpenError."""
    return add_working_time(moment, _NONE, calendar)


def is_open(moment: dt.datetime, calendar: WorkCalendar) -> bool:
    """Whether the body works at an instant; at closing time it does no more."""
    year, number = _interval(_utc(moment), calendar)
    work = calendar.year(year)
    return number < len(work.opens) and work.opens[number] <= moment


def closes_at(moment: dt.datetime, calendar: WorkCalendar) -> dt.datetime | None:
    """When a body that works at `moment` closes next; None when it stays open for weeks.

    Hours that touch (a night shift over midnight) are one. ValueError when it is closed.
    """
    if not is_open(moment, calendar):
        raise ValueError("closed at this moment")
    moment = _utc(moment)
    end = moment
    while end - moment <= _ALWAYS_OPEN:
        year, number = _interval(end, calendar)
        work = calendar.year(year)
        if number == len(work.opens) or work.opens[number] > end:
            return end
        end = work.closes[number]
    return None


def next_working_day(day: dt.date, calendar: WorkCalendar) -> dt.date:
    """The first working day after a local date. Raises NeverOpenError."""
    return _working_day_after(day, 1, calendar)


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
    """When a working day ends for the body; ValueError for a day off."""
    intervals = calendar.intervals_on(day)
    if not intervals:
        raise ValueError(f"{day} is not a working day")
    return intervals[-1][1]


def add_working_days(moment: dt.datetime, days: int, calendar: WorkCalendar) -> dt.datetime:
    """The end of the `days`-th working day after the day of receipt.

    The day of receipt is not counted (Civil Code of Kazakhstan, art. 173); 0 days is its end.
    """
    if days < 0:
        raise ValueError("days must not be negative")
    return closing(_working_day_after(day_received(moment, calendar), days, calendar), calendar)


def add_hours(moment: dt.datetime, hours: float) -> dt.datetime:
    """Round the clock: real elapsed hours."""
    return _utc(moment) + dt.timedelta(hours=hours)


def add_working_time(
    moment: dt.datetime, duration: dt.timedelta, calendar: WorkCalendar
) -> dt.datetime:
    """The instant at which `duration` of the body's open time has passed since `moment`.

    No time at all is the next opening. Raises NeverOpenError, OutOfRangeError.
    """
    if duration < _NONE:
        raise ValueError("duration must not be negative")
    _require_work(calendar)
    moment = _utc(moment)
    year, number = _interval(moment, calendar)
    left = duration + calendar.year(year).worked_until(moment)
    while True:
        work = calendar.year(year)
        # The first interval from `number` on by whose end enough time has passed.
        number = bisect_left(work.worked, left, lo=number + 1) - 1
        if number < len(work.opens):
            return work.opens[number] + (left - work.worked[number])
        left, year, number = left - work.total, year + 1, 0


def working_time_between(
    start: dt.datetime, end: dt.datetime, calendar: WorkCalendar
) -> dt.timedelta:
    """Open time between two instants; negative when `end` is before `start`."""
    start, end = _utc(start), _utc(end)
    if end < start:
        return -working_time_between(end, start, calendar)
    first, last = (calendar.local_date(moment).year for moment in (start, end))
    between = sum((calendar.year(year).total for year in range(first, last)), _NONE)
    return (
        between + calendar.year(last).worked_until(end) - calendar.year(first).worked_until(start)
    )


def working_days_between(start: dt.date, end: dt.date, calendar: WorkCalendar) -> int:
    """Working days after `start` up to and with `end`; negative when `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start, calendar)
    between = sum(len(calendar.year(year).days) for year in range(start.year, end.year))
    return (
        between
        + bisect_right(calendar.year(end.year).days, end)
        - bisect_right(calendar.year(start.year).days, start)
    )


def _working_day_after(day: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """The `days`-th working day after a local date; the date itself for none."""
    if not days:
        return day
    _require_work(calendar)
    year = day.year
    place = bisect_right(calendar.year(year).days, day) + days - 1
    while place >= len(calendar.year(year).days):
        place -= len(calendar.year(year).days)
        year += 1
    return calendar.year(year).days[place]


def _interval(moment: dt.datetime, calendar: WorkCalendar) -> tuple[int, int]:
    """The local year of a moment, and its first interval that ends after the moment."""
    year = calendar.local_date(moment).year
    return year, calendar.year(year).interval_at(moment)


def _require_work(calendar: WorkCalendar) -> None:
    # Overrides are finite, so a week with hours opens again; one without never does.
    if not calendar.usual_hours:
        raise NeverOpenError("the calendar has no working time")


def _utc(moment: dt.datetime) -> dt.datetime:
    # Between two moments of one zone Python subtracts wall clocks, not instants.
    return moment.astimezone(dt.UTC)
