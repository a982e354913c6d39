"""A week's office hours as JSON, as text that people type, and in words. Pure.

The JSON is seven lists, Monday first, of pairs `["09:00", "18:30"]`; an empty list is a day
off, `["00:00", "24:00"]` the whole day. The database holds the same rule (`calendars_is_week`).
People type `09:00-13:00, 14:30-18:30`; nothing is a day off.
"""

import datetime as dt
import re
from itertools import groupby
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from citymap.worktime import ALL_DAY, Hours, WorkCalendar

Week = tuple[Hours, ...]

MIDNIGHT = "24:00"
MAX_INTERVALS_PER_DAY = 12
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_TYPED = re.compile(r"(\d?\d)[:.](\d\d)\s*[-–—]\s*(\d?\d)[:.](\d\d)", re.ASCII)
_BETWEEN = re.compile(r"[\s,;]+")


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
    return [[[f"{start:%H:%M}", _end_text(end)] for start, end in day] for day in week]


def hours_from_text(text: str) -> list[list[str]]:
    """A day of the JSON from what somebody typed. Raises MalformedWeekError.

    >>> hours_from_text("9:00-13:00, 14.30–18.30")
    [['09:00', '13:00'], ['14:30', '18:30']]
    """
    found = []

    def keep(match: re.Match) -> str:
        found.append([f"{int(match[1]):02}:{match[2]}", f"{int(match[3]):02}:{match[4]}"])
        return ""

    rest = _TYPED.sub(keep, text)
    if _BETWEEN.sub("", rest):
        raise MalformedWeekError(
            _("“%(value)s” are no hours such as 09:00-13:00, 14:30-18:30.")
            % {"value": text.strip()[:60]}
        )
    return found


def hours_as_text(day: Any) -> str:
    """A day of the JSON as people type it."""
    return ", ".join(f"{start}-{end}" for start, end in day)


def describe_week(week: Week) -> list[tuple[str, str]]:
    """Days and hours in the active language: `[("Mon–Fri", "09:00–18:30"), ("Sat, Sun", …)]`."""
    lines = []
    for hours, numbers in groupby(range(7), key=lambda number: week[number]):
        numbers = list(numbers)
        first, last = (capfirst(str(WEEKDAYS_ABBR[n])) for n in (numbers[0], numbers[-1]))
        days = first if len(numbers) == 1 else f"{first}–{last}"
        lines.append((days, describe_hours(hours)))
    return lines


def describe_hours(hours: Hours) -> str:
    """Hours of one day in words."""
    if not hours:
        return _("day off")
    if hours == ALL_DAY:
        return _("round the clock")
    return ", ".join(f"{start:%H:%M}–{_end_text(end)}" for start, end in hours)


def _end_text(end: dt.time) -> str:
    return MIDNIGHT if end == dt.time.min else f"{end:%H:%M}"


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
        raise MalformedWeekError(
            _("“%(value)s” is no time such as 09:00.") % {"value": str(value)[:60]}
        )
    return dt.time.fromisoformat(value)
