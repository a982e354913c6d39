"""Working calendars as the database has them, kept in the process until they change."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from citymap.calendars.choices import Scope
from citymap.calendars.models import DayOverride, WorkSchedule
from citymap.calendars.weeks import parse_week
from citymap.worktime import WorkCalendar

# What this process read last, with the token it was read under. Replaced as a whole, so that
# threads need no lock: at worst two of them read the same twice.
_book: tuple[uuid.UUID, Mapping[int, WorkCalendar]] | None = None


def version_token() -> uuid.UUID | None:
    """Changes with every change of calendars, and of what other rooms put under it by trigger.

    None where nothing may be kept. Asked several times in a call: past the ORM, 0.1 ms.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM calendars_calendarversion LIMIT 1")
        row = cursor.fetchone()
    return row[0] if row else None


def work_calendars() -> Mapping[int, WorkCalendar]:
    """Every schedule's calendar by id, as the database has them now.

    One small query while nothing changes (docs/adr/1501-calendars-are-versioned.md); take the
    mapping once for many bodies.
    """
    global _book
    token = version_token()
    known = _book
    if known is None or known[0] != token:
        # Rows newer than the token do no harm: the next call sees the newer token.
        calendars = _read()
        _book = known = (token, calendars) if token else None
        return calendars
    return known[1]


def work_calendar(schedule: WorkSchedule | int) -> WorkCalendar:
    """The calendar of a schedule, right at once after any committed change (see work_calendars).

    Raises WorkSchedule.DoesNotExist.
    """
    key = schedule.pk if isinstance(schedule, WorkSchedule) else schedule
    try:
        return work_calendars()[key]
    except KeyError as error:
        raise WorkSchedule.DoesNotExist(f"no work schedule {key}") from error


def _read() -> dict[int, WorkCalendar]:
    zone = ZoneInfo(settings.TIME_ZONE)
    moved = list(DayOverride.objects.values_list("scope", "date", "worked"))
    return {
        schedule.pk: WorkCalendar(
            week=parse_week(schedule.week),
            time_zone=zone,
            cut_off=schedule.cut_off,
            keeps_holidays=schedule.keeps_holidays,
            overrides=_overrides(schedule, moved),
        )
        for schedule in WorkSchedule.objects.all()
    }


def _overrides(
    schedule: WorkSchedule, moved: Iterable[tuple[str, dt.date, bool]]
) -> dict[dt.date, bool]:
    """The days moved for a schedule; those of its own kind of week win."""
    if not schedule.keeps_holidays:
        return {}
    return {
        day: worked
        for scope in (Scope.ALL, schedule.scope)
        for row_scope, day, worked in moved
        if row_scope == scope
    }


def rows_behind(schedule: WorkSchedule, year: int) -> dict[dt.date, DayOverride]:
    """The moved days of a year that count for a schedule; those of its own kind of week win."""
    if not schedule.keeps_holidays:
        return {}
    rows = DayOverride.objects.filter(date__year=year, scope__in=[Scope.ALL, schedule.scope or ""])
    # "all" sorts before the others, so that theirs come last and stay.
    return {row.date: row for row in rows.order_by("date", "scope")}
