"""Deadlines of appeals. Pure: no database, no clock of its own.

A term is counted from the moment of receipt: hours round the clock, working days on the body's
calendar (`citymap.worktime`). Pauses and extensions are applied in the order in which they
happened; the first deadline is computed from neither and never changes.

What this ignores: whose fault a delay is; later changes of policy (the term that was in force at
receipt counts to the end); a change of body (the calendar of the first body stays, unless the
caller passes another); the time of day of pauses where the term is in working days (whole days
are counted, by days of receipt); pauses that begin after the deadline (they rescue nothing).
"""

import calendar as months
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from appeals.choices import TermUnit
from citymap.worktime import (
    WorkCalendar,
    add_hours,
    add_working_days,
    closing,
    day_received,
    next_working_day,
    working_days_between,
)

_DAY = dt.timedelta(days=1)
# Of a term in hours, the share after which the body is warned.
WARN_AFTER_SHARE = 0.75
# Working days before the deadline on which the body is warned: of short terms, of long ones.
WARN_DAYS_SHORT, WARN_DAYS_LONG, LONG_TERM_DAYS = 1, 3, 10
# The head hears of a breach one working day after it; of danger at once.
ESCALATE_AFTER_WORKING_DAYS = 1


@dataclass(frozen=True, kw_only=True)
class Term:
    """So many hours, working days, days or months."""

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a term is at least one unit long")


@dataclass(frozen=True, kw_only=True)
class PauseSpan:
    """A time in which the clock stood; `ended_at` is None while it stands."""

    started_at: dt.datetime
    ended_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Extended:
    """A new deadline `until`, given at a moment."""

    given_at: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """first: as computed at receipt; due: after pauses and extensions; paused: the clock stands,
    and `due` is what it would be if it went on now."""

    first: dt.datetime
    due: dt.datetime
    paused: bool

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether the deadline has passed; at the very moment it falls due it is still kept."""
        return not self.paused and now > self.due


class Stage(StrEnum):
    """What a sweep tells, and to whom."""

    WARNING = "warning"  # the body
    BREACH = "breach"  # the body and the coordinators
    ESCALATION = "escalation"  # the head


def end_of(moment: dt.datetime, term: Term, calendar: WorkCalendar) -> dt.datetime:
    """When a term that begins at `moment` ends.

    Days and months end with the local day; where that day is off, with the next working day
    (Civil Code of Kazakhstan, art. 175).
    """
    if term.unit is TermUnit.HOURS:
        return add_hours(moment, term.amount)
    if term.unit is TermUnit.WORKING_DAYS:
        return add_working_days(moment, term.amount, calendar)
    day = calendar.local_date(moment)
    if term.unit is TermUnit.DAYS:
        last = day + term.amount * _DAY
    else:
        last = _months_after(day, term.amount)
    if not calendar.is_working_day(last):
        last = next_working_day(last, calendar)
    return _end_of_day(last, calendar)


def first_deadline(
    received_at: dt.datetime, term: Term, calendar: WorkCalendar, *, bound: Term | None = None
) -> dt.datetime:
    """The deadline as computed at receipt; never later than the statutory `bound`, if any."""
    due = end_of(received_at, term, calendar)
    return due if bound is None else min(due, end_of(received_at, bound, calendar))


def deadline(
    received_at: dt.datetime,
    first: dt.datetime,
    unit: TermUnit,
    calendar: WorkCalendar,
    *,
    now: dt.datetime,
    pauses: Iterable[PauseSpan] = (),
    extensions: Iterable[Extended] = (),
) -> Deadline:
    """The deadline as it stands at `now`.

    A pause moves the deadline that was in force when it began, by its own length: elapsed time
    for hours, working days for the rest. An extension sets a new one, never an earlier one.
    Pauses that overlap are one. What begins after `now` is left out.
    """
    spans = _merged(pauses, received_at, now)
    events: list[tuple[dt.datetime, int, PauseSpan | Extended]] = [
        (span.started_at, 0, span) for span in spans
    ]
    events += [(one.given_at, 1, one) for one in extensions if one.given_at <= now]
    due = first
    for _at, _kind, event in sorted(events, key=lambda item: item[:2]):
        if isinstance(event, Extended):
            due = max(due, event.until)
        elif event.started_at <= due:
            due = _moved(due, event.started_at, event.ended_at or now, unit, calendar)
    paused = any(span.ended_at is None for span in spans)
    return Deadline(first=first, due=due, paused=paused)


def warning_at(
    received_at: dt.datetime, due: dt.datetime, term: Term, calendar: WorkCalendar
) -> dt.datetime:
    """When the body is warned: after three quarters of a term in hours; else at the end of the
    last working day but one (of terms of ten and more days: but three), not before receipt."""
    if term.unit is TermUnit.HOURS:
        return received_at + (due - received_at) * WARN_AFTER_SHARE
    ahead = WARN_DAYS_LONG if term.amount >= LONG_TERM_DAYS else WARN_DAYS_SHORT
    day = _working_days_before(calendar.local_date(due - dt.timedelta(microseconds=1)), ahead,
                               calendar)  # fmt: skip
    return max(received_at, closing(day, calendar))


def stages_due(
    received_at: dt.datetime,
    deadline: Deadline,
    term: Term,
    calendar: WorkCalendar,
    *,
    now: dt.datetime,
    danger: bool = False,
) -> tuple[Stage, ...]:
    """What there is to tell at `now`, earliest first; nothing while the clock stands.

    A deadline that has passed is told as passed: nobody is warned of it any more.
    """
    if deadline.paused:
        return ()
    due = deadline.due
    if not deadline.is_overdue(now):
        warned = now >= warning_at(received_at, due, term, calendar)
        return (Stage.WARNING,) if warned else ()
    if danger or now > add_working_days(due, ESCALATE_AFTER_WORKING_DAYS, calendar):
        return (Stage.BREACH, Stage.ESCALATION)
    return (Stage.BREACH,)


def extension_limit(first: dt.datetime, allowed: Term, calendar: WorkCalendar) -> dt.datetime:
    """The latest deadline that extensions of a statutory appeal may reach, all together."""
    return end_of(first, allowed, calendar)


def _moved(
    due: dt.datetime,
    start: dt.datetime,
    end: dt.datetime,
    unit: TermUnit,
    calendar: WorkCalendar,
) -> dt.datetime:
    """`due` later by the length of a pause."""
    if unit is TermUnit.HOURS:
        # In UTC: wall clocks of one zone subtract by the clock face.
        return due + (end.astimezone(dt.UTC) - start.astimezone(dt.UTC))
    days = working_days_between(day_received(start, calendar), day_received(end, calendar),
                                calendar)  # fmt: skip
    if not days:
        return due
    day = calendar.local_date(due - dt.timedelta(microseconds=1))
    for _ in range(days):
        day = next_working_day(day, calendar)
    return closing(day, calendar)


def _merged(
    pauses: Iterable[PauseSpan], received_at: dt.datetime, now: dt.datetime
) -> list[PauseSpan]:
    """Pauses as they are known at `now`, in order, overlapping ones as one."""
    merged: list[PauseSpan] = []
    for pause in sorted(pauses, key=lambda pause: pause.started_at):
        start, end = max(pause.started_at, received_at), pause.ended_at
        if end is not None and end > now:
            end = None
        if start > now or (end is not None and end <= start):
            continue
        last = merged[-1] if merged else None
        if last is not None and (last.ended_at is None or start <= last.ended_at):
            if last.ended_at is not None and (end is None or end > last.ended_at):
                merged[-1] = PauseSpan(started_at=last.started_at, ended_at=end)
        else:
            merged.append(PauseSpan(started_at=start, ended_at=end))
    return merged


def _working_days_before(day: dt.date, count: int, calendar: WorkCalendar) -> dt.date:
    """The `count`-th working day before a local date."""
    while count:
        day -= _DAY
        count -= calendar.is_working_day(day)
    return day


def _end_of_day(day: dt.date, calendar: WorkCalendar) -> dt.datetime:
    midnight = dt.datetime.combine(day + _DAY, dt.time.min, tzinfo=calendar.time_zone)
    return midnight.astimezone(dt.UTC)


def _months_after(day: dt.date, count: int) -> dt.date:
    """The same day `count` months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
