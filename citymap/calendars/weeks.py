"""A week's office hours as JSON and back. Pure.

The JSON is seven lists, Monday first, of pairs `["09:00", "18:30"]`; an empty list is a day
off, `["00:00", "24:00"]` the whole day. The database holds the same rule (`calendars_is_week`).
"""

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _

from citymap.worktime import Hours, WorkCalendar

Week = tuple[Hours, ...]

MIDNIGHT = "24:00"
MAX_INTERVALS_PER_DAY = 12
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


class MalformedWeekError(ValueError):
    """The office hours cannot be read; the message says which."""


def parse_week(value: Any) -> Week:
    """Office hours from JSON. Raises MalformedWeekError, also for a week that never opens."""
    if not isinstance(value, list) or len(value) != 7:
        raise MalformedWeekError(_("Office hours are a list of seven days, Monday first."))
    week = tuple(_parse_day(day) for day in value)
    try:
        WorkCalendar(week=week)
    except ValueError as error:
        raise MalformedWeekError(_("Office hours overlap or are out of order.")) from error
    if not any(week):
        raise MalformedWeekError(_("At least one day of the week must be worked."))
    return week


def week_as_json(week: Week) -> list[list[list[str]]]:
    """Office hours as `parse_week` reads them."""
    return [
        [
            [f"{start:%H:%M}", MIDNIGHT if end == dt.time.min else f"{end:%H:%M}"]
            for start, end in day
        ]
        for day in week
    ]


def _parse_day(value: Any) -> Hours:
    if not isinstance(value, list) or len(value) > MAX_INTERVALS_PER_DAY:
        raise MalformedWeekError(_("Office hours of a day are a list of pairs of times."))
    return tuple(_parse_interval(pair) for pair in value)


def _parse_interval(value: Any) -> tuple[dt.time, dt.time]:
    if not isinstance(value, list) or len(value) != 2:
        raise MalformedWeekError(_("Office hours of a day are a list of pairs of times."))
    start, end = value
    return _parse_time(start), dt.time.min if end == MIDNIGHT else _parse_time(end, is_end=True)


def _parse_time(value: Any, *, is_end: bool = False) -> dt.time:
    # The end of a day is written 24:00, so that hours read in order.
    if not isinstance(value, str) or not _TIME.fullmatch(value) or (is_end and value == "00:00"):
        raise MalformedWeekError(_("“%(value)s” is no time such as 09:00.") % {"value": value})
    return dt.time.fromisoformat(value)
