"""Deadlines and office hours in words, in the active language. Pure."""

import datetime as dt
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citymap.worktime.arithmetic import closes_at, is_open, next_opening, working_days_between
from citymap.worktime.calendar import WorkCalendar

_INSTANT = dt.timedelta(microseconds=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class DeadlineState:
    """How a deadline stands: `working_days` left, or passed since when it is overdue.

    Days are those after today (or after the day it fell due), so 0 is still or already today.
    """

    due: dt.datetime
    is_overdue: bool
    working_days: int


def deadline_state(due: dt.datetime, *, now: dt.datetime, calendar: WorkCalendar) -> DeadlineState:
    """How a deadline stands at `now`; at the very moment it falls due it is still kept."""
    today, last = calendar.local_date(now), calendar.local_date(due - _INSTANT)
    is_overdue = now > due
    days = working_days_between(last, today, calendar)
    return DeadlineState(due=due, is_overdue=is_overdue, working_days=abs(days))


def deadline_text(due: dt.datetime, *, now: dt.datetime, calendar: WorkCalendar) -> str:
    """`by 15 May, 18:30: 3 working days left`, `overdue by 2 working days`, ..."""
    state = deadline_state(due, now=now, calendar=calendar)
    day, time = _written(due, calendar)
    if state.is_overdue and state.working_days:
        text = ngettext(
            "overdue by %(days)d working day",
            "overdue by %(days)d working days",
            state.working_days,
        )
    elif state.is_overdue:
        text = _("overdue since %(date)s, %(time)s")
    elif day == calendar.local_date(now):
        text = _("today by %(time)s")
    else:
        text = ngettext(
            "by %(date)s, %(time)s: %(days)d working day left",
            "by %(date)s, %(time)s: %(days)d working days left",
            state.working_days,
        )
    return text % {"date": _day_text(day), "time": time, "days": state.working_days}


def opening_text(moment: dt.datetime, calendar: WorkCalendar) -> str:
    """`open until 18:30`, `closed, opens tomorrow at 09:00`, `round the clock`."""
    today = calendar.local_date(moment)
    if is_open(moment, calendar):
        closes = closes_at(moment, calendar)
        if closes is None:
            return _("round the clock")
        day, time = _written(closes, calendar)
        text = _("open until %(time)s") if day == today else _("open until %(date)s, %(time)s")
        return text % {"date": _day_text(day), "time": time}
    opens = next_opening(moment, calendar).astimezone(calendar.time_zone)
    if opens.date() == today:
        text = _("closed, opens today at %(time)s")
    elif opens.date() == today + _DAY:
        text = _("closed, opens tomorrow at %(time)s")
    else:
        text = _("closed, opens on %(date)s at %(time)s")
    return text % {"date": _day_text(opens.date()), "time": _time_text(opens.time())}


def _written(moment: dt.datetime, calendar: WorkCalendar) -> tuple[dt.date, str]:
    """The local day and time of an end: midnight is 24:00 of the day that ends."""
    local = moment.astimezone(calendar.time_zone)
    if local.time() == dt.time.min:
        return local.date() - _DAY, "24:00"
    return local.date(), _time_text(local.time())


def _day_text(day: dt.date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")


def _time_text(time: dt.time) -> str:
    return formats.time_format(time, "TIME_FORMAT")
