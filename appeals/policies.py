"""Terms in force: by category and body, and those of procedure. Read from dated tables."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from appeals.choices import Regime, TermUnit
from appeals.models import Category, DeadlinePolicy, PolicyTerm
from appeals.sla import Term
from citymap.accounts.models import Organization
from citymap.calendars.models import WorkSchedule
from citymap.calendars.services import work_calendar
from citymap.worktime import WorkCalendar, five_day_week

# Terms of procedure: code -> amount, unit, act. First rows; unverified until a lawyer says so.
TERMS: dict[str, tuple[int, TermUnit, str]] = {
    "statutory": (15, TermUnit.WORKING_DAYS, "АППК РК, ст. 76"),
    "forwarding": (3, TermUnit.WORKING_DAYS, "АППК РК, ст. 65"),
    "extension-total": (2, TermUnit.MONTHS, "АППК РК, ст. 76"),
    "extension-told": (3, TermUnit.WORKING_DAYS, "АППК РК, ст. 76"),
    "return": (1, TermUnit.WORKING_DAYS, "Регламент центра 109"),
    "dispute": (30, TermUnit.DAYS, "Регламент центра 109"),
    "recurrence": (180, TermUnit.DAYS, "Регламент центра 109"),
    "duplicate-age": (90, TermUnit.DAYS, "Регламент центра 109"),
}
DEFAULT_SCHEDULE = "five-day"


class NoPolicyError(LookupError):
    """No row is in force: a term is never guessed."""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A category's term as it is in force for a body, with the row it comes from."""

    term: Term
    bound: Term | None
    policy: DeadlinePolicy | None


def procedure_term(code: str, day: dt.date) -> Term:
    """A term of procedure in force on a local date. Raises NoPolicyError."""
    row = PolicyTerm.objects.in_force_on(day).filter(code=code).first()
    if row is None:
        raise NoPolicyError(f"no term {code!r} is in force on {day}")
    return row.term


def term_for(
    category: Category, regime: Regime, body: Organization | None, day: dt.date
) -> Applied:
    """How long `body` has for a category on a local date.

    A row for the body wins over one for every body. A statutory appeal is bound by the
    statutory term, which also serves when there is no row. Raises NoPolicyError.
    """
    rows = DeadlinePolicy.objects.in_force_on(day).filter(category=category, regime=regime)
    meant = rows.filter(Q(body=body) | Q(body=None)) if body is not None else rows.filter(body=None)
    row = meant.order_by(F("body_id").asc(nulls_last=True), "pk").first()
    bound = procedure_term("statutory", day) if regime == Regime.STATUTORY else None
    if row is not None:
        return Applied(term=row.term, bound=bound, policy=row)
    if bound is not None:
        return Applied(term=bound, bound=bound, policy=None)
    raise NoPolicyError(f"no term is in force for {category.code} on {day}")


def calendar_of(body: Organization | None) -> WorkCalendar:
    """The calendar that a body's terms are counted on; the usual week when it has none."""
    if body is not None and body.schedule_id is not None:
        return work_calendar(body.schedule_id)
    usual = WorkSchedule.objects.filter(code=DEFAULT_SCHEDULE).first()
    if usual is not None:
        return work_calendar(usual)
    return WorkCalendar(week=five_day_week(), time_zone=ZoneInfo(settings.TIME_ZONE))
