"""Terms in force: by category and body, and those of procedure. Read from dated tables."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from appeals.choices import Regime, TermUnit
from appeals.models import Category, DeadlinePolicy, PolicyTerm
from appeals.sla import Term
from citymap.accounts.models import Organization
from citymap.calendars.books import version_token
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A row of policy as it is kept in the process."""

    term: Term
    valid_from: dt.date
    valid_to: dt.date | None
    citation: str
    verified: bool
    body_id: int | None = None

    def in_force_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A category's term as it is in force for a body, with the row it comes from."""

    term: Term
    bound: Term | None
    policy: Dated | None


@dataclass(frozen=True, kw_only=True)
class Book:
    """All rows of policy: terms of procedure by code, of categories by category and regime."""

    terms: Mapping[str, Sequence[Dated]]
    policies: Mapping[tuple[int, str], Sequence[Dated]]


# What this process read last, with the token it was read under (docs/adr/2105-terms-are-kept.md).
_book: tuple[uuid.UUID, Book] | None = None


def procedure_term(code: str, day: dt.date) -> Term:
    """A term of procedure in force on a local date. Raises NoPolicyError."""
    row = next((row for row in _known().terms.get(code, ()) if row.in_force_on(day)), None)
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
    rows = {
        row.body_id: row
        for row in _known().policies.get((category.pk, str(regime)), ())
        if row.in_force_on(day)
    }
    row = rows.get(body.pk if body is not None else None) or rows.get(None)
    bound = procedure_term("statutory", day) if regime == Regime.STATUTORY else None
    if row is not None:
        return Applied(term=row.term, bound=bound, policy=row)
    if bound is not None:
        return Applied(term=bound, bound=bound, policy=None)
    raise NoPolicyError(f"no term is in force for {category.code} on {day}")


def _known() -> Book:
    """The rows as the database has them now: read again only after a change."""
    global _book
    token, known = version_token(), _book
    if known is None or known[0] != token:
        # Rows newer than the token do no harm: the next call sees the newer token.
        book = _read()
        _book = (token, book) if token else None
        return book
    return known[1]


def _read() -> Book:
    terms, policies = defaultdict(list), defaultdict(list)
    for row in PolicyTerm.objects.order_by("code", "valid_from"):
        terms[row.code].append(_kept(row))
    for row in DeadlinePolicy.objects.order_by("category", "regime", "valid_from", "pk"):
        policies[row.category_id, row.regime].append(_kept(row, row.body_id))
    return Book(terms=terms, policies=policies)


def _kept(row: PolicyTerm | DeadlinePolicy, body_id: int | None = None) -> Dated:
    return Dated(
        term=row.term, valid_from=row.valid_from, valid_to=row.valid_to, citation=row.citation,
        verified=row.verified, body_id=body_id,
    )  # fmt: skip


def calendar_of(body: Organization | None) -> WorkCalendar:
    """The calendar that a body's terms are counted on; the usual week when it has none."""
    if body is not None and body.schedule_id is not None:
        return work_calendar(body.schedule_id)
    usual = WorkSchedule.objects.filter(code=DEFAULT_SCHEDULE).first()
    if usual is not None:
        return work_calendar(usual)
    return WorkCalendar(week=five_day_week(), time_zone=ZoneInfo(settings.TIME_ZONE))
