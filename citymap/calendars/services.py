"""Changes to schedules and moved days; whoever keeps deadlines hears of each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from citymap.calendars.books import work_calendar, work_calendars
from citymap.calendars.choices import Scope
from citymap.calendars.first_rows import MOVED_DAYS_FILE, read_moved_days
from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.calendars.signals import calendar_changed

__all__ = [
    "CalendarChange",
    "load_moved_days",
    "remove_override",
    "save_override",
    "save_schedule",
    "serialize_changes",
    "work_calendar",
    "work_calendars",
]


@dataclass(frozen=True, kw_only=True)
class CalendarChange:
    """What a change concerns: schedules by id, and days (None: every day)."""

    schedules: frozenset[int]
    days: frozenset[dt.date] | None


def serialize_changes() -> None:
    """Wait for other changes to the calendars, until this transaction ends.

    Called before checking, so that two people at once get an answer each and no collision.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('citymap.calendars'))")


@transaction.atomic
def save_schedule(*, schedule: WorkSchedule) -> list[str]:
    """Write a new or changed schedule; returns what keepers of deadlines say of it.

    Raises ValidationError.
    """
    serialize_changes()
    schedule.full_clean()
    schedule.save()
    return _tell(schedules=frozenset({schedule.pk}), days=None)


@transaction.atomic
def save_override(*, override: DayOverride) -> list[str]:
    """Write a new or changed moved day; returns what keepers of deadlines say of it.

    Raises ValidationError.
    """
    serialize_changes()
    override.full_clean()
    before = DayOverride.objects.filter(pk=override.pk).first() if override.pk else None
    override.save()
    rows = [row for row in (before, override) if row is not None]
    return _tell(schedules=_concerned(rows), days=frozenset(row.date for row in rows))


@transaction.atomic
def remove_override(*, override: DayOverride) -> list[str]:
    """Remove a moved day: from now on the rule decides. Returns what keepers of deadlines say."""
    serialize_changes()
    schedules = _concerned([override])
    override.delete()
    return _tell(schedules=schedules, days=frozenset({override.date}))


@transaction.atomic
def load_moved_days(*, file: Path = MOVED_DAYS_FILE) -> tuple[int, int]:
    """Add the moved days of a file that are not there yet; (added, already there).

    A row for the same date and weeks stays as it is: somebody may have corrected it.
    Raises what `read_moved_days` raises, and ValidationError.
    """
    serialize_changes()
    known = set(DayOverride.objects.values_list("date", "scope"))
    wanted = [DayOverride(**values) for values in read_moved_days(file)]
    added = [row for row in wanted if (row.date, row.scope) not in known]
    for row in added:
        row.full_clean()
        row.save()
    if added:
        _tell(schedules=_concerned(added), days=frozenset(row.date for row in added))
    return len(added), len(wanted) - len(added)


def _concerned(rows: Iterable[DayOverride]) -> frozenset[int]:
    """The schedules that a moved day changes."""
    scopes = {row.scope for row in rows}
    return frozenset(
        schedule.pk
        for schedule in WorkSchedule.objects.filter(keeps_holidays=True)
        if Scope.ALL in scopes or schedule.scope in scopes
    )


def _tell(*, schedules: frozenset[int], days: frozenset[dt.date] | None) -> list[str]:
    change = CalendarChange(schedules=schedules, days=days)
    answers = calendar_changed.send(sender=CalendarChange, change=change)
    return [str(line) for _receiver, line in answers if line]
