"""Conditions of operations, by the names that `workflow.py` uses. Each raises GuardError.

A guard sees the locked appeal and what was given to the operation; it writes nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import (
    CallResult,
    CheckResult,
    Evidence,
    Outcome,
    PhotoKind,
    PromiseState,
    Regime,
    ReopenReason,
    State,
)
from appeals.errors import GuardError
from appeals.models import Appeal, Applicant, CallBack, Report, WorkLink
from appeals.models.appeals import MAX_TEXT
from appeals.models.steps import MAX_REASON
from appeals.policies import calendar_of, procedure_term
from appeals.sla import end_of, extension_limit
from appeals.workflow import COORDINATION, OPEN, Operation
from citymap.accounts.access import holds
from citymap.accounts.models import User
from citymap.worktime import WorkCalendar

QUIET_FROM, QUIET_UNTIL = dt.time(21), dt.time(9)
ATTEMPTS, ON_DAYS = 3, 2
LONGEST_EXTENSION = dt.timedelta(days=366)
LONGEST_PROMISE = dt.timedelta(days=5 * 366)
# Weakest first: a stronger evidence serves as well.
STRENGTH = {evidence: number for number, evidence in enumerate(Evidence)}


@dataclass(kw_only=True)
class Step:
    """One operation on one locked appeal: by whom or by which link, when, with what."""

    appeal: Appeal
    operation: Operation
    user: User | None
    now: dt.datetime
    link: WorkLink | None = None
    given: SimpleNamespace = field(default_factory=SimpleNamespace)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The calendar of the body that answers."""
        return calendar_of(self.appeal.executor)

    @cached_property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @cached_property
    def report(self) -> Report | None:
        """The report that stands: not sent back."""
        return self.appeal.reports.filter(sent_back_at__isnull=True).first()

    @property
    def coordinates(self) -> bool:
        """Whether the operation is done on behalf of the centre and not of a body."""
        roles = self.operation.roles & COORDINATION
        if self.link is not None:
            return False
        return self.user is None or (bool(roles) and holds(self.user, *roles))


Guard = Callable[[Step], None]
GUARDS: dict[str, Guard] = {}


def guard(function: Guard) -> Guard:
    """Make a function known by its name."""
    GUARDS[function.__name__] = function
    return function


def check_guards(step: Step) -> None:
    """Ask every guard of the operation, in the order of the table."""
    for name in step.operation.guards:
        GUARDS[name](step)


def _unless(holds_true: object, name: str, text: str) -> None:
    if not holds_true:
        raise GuardError(name, text)


# --- words --------------------------------------------------------------------------------
@guard
def reason(step: Step) -> None:
    text = step.given.reason.strip()
    _unless(text, "reason", _("Say why."))
    _unless(len(text) <= MAX_REASON, "reason", _("The reason is too long."))


@guard
def outcome_complete(step: Step) -> None:
    given = step.given
    text = given.text.strip()
    _unless(text, "outcome_complete", _("Say what was done."))
    _unless(len(text) <= MAX_TEXT, "outcome_complete", _("The text is too long."))
    _unless(
        (given.planned_on is not None) == (given.outcome == Outcome.PLANNED),
        "outcome_complete", _("A planned result, and no other, names its date."),
    )  # fmt: skip
    if given.planned_on is not None:
        _unless(
            step.today < given.planned_on <= step.today + LONGEST_PROMISE,
            "outcome_complete", _("The date must lie ahead, within five years."),
        )  # fmt: skip
    _unless(
        bool(given.cost_class) == (given.outcome == Outcome.NEEDS_FUNDING),
        "outcome_complete", _("A result that needs funding, and no other, names its cost."),
    )  # fmt: skip
    _unless(
        bool(given.legal_ground.strip()) == (given.outcome == Outcome.REFUSED),
        "outcome_complete", _("A refusal, and nothing else, names its legal ground."),
    )  # fmt: skip


# --- bodies -------------------------------------------------------------------------------
@guard
def body_active(step: Step) -> None:
    body = step.given.body
    active = type(body).objects.active_on(step.today).filter(pk=body.pk).exists()
    _unless(active, "body_active", _("This organisation does not work any more."))


@guard
def body_changes(step: Step) -> None:
    same = step.appeal.state == State.ASSIGNED and step.given.body.pk == step.appeal.executor_id
    _unless(
        not same,
        "body_changes", _("It is assigned to this organisation already."),
    )  # fmt: skip


@guard
def main_body(step: Step) -> None:
    # Where a link leads was asked before (`services.base.require_link`).
    own = (
        step.link is not None
        or step.coordinates
        or step.appeal.executor_id in step.user.reach.bodies
    )
    _unless(own, "main_body", _("The main executor answers for this appeal."))


@guard
def not_own_work(step: Step) -> None:
    own = step.user is not None and step.appeal.executor_id in step.user.reach.bodies
    _unless(not own, "not_own_work", _("Nobody verifies the work of their own organisation."))


@guard
def soon_enough_to_return(step: Step) -> None:
    since = step.appeal.assigned_at or step.appeal.registered_at
    last = end_of(since, procedure_term("return", step.today), step.calendar)
    _unless(
        step.now <= last,
        "soon_enough_to_return", _("The time to return it has passed: ask a coordinator."),
    )  # fmt: skip


# --- clock --------------------------------------------------------------------------------
@guard
def not_paused(step: Step) -> None:
    _unless(step.appeal.paused_at is None, "not_paused", _("The clock stands: resume first."))


@guard
def paused(step: Step) -> None:
    _unless(step.appeal.paused_at is not None, "paused", _("The clock is running."))


@guard
def not_overdue(step: Step) -> None:
    late = step.appeal.paused_at is None and step.now > step.appeal.due_at
    _unless(not late, "not_overdue", _("The deadline has passed already."))


@guard
def later_deadline(step: Step) -> None:
    until, due = step.given.until, step.appeal.due_at
    _unless(until > due, "later_deadline", _("The new deadline is not later than the old one."))
    _unless(
        until <= due + LONGEST_EXTENSION,
        "later_deadline", _("An extension is a year at most."),
    )  # fmt: skip


@guard
def statutory_limit(step: Step) -> None:
    if step.appeal.regime != Regime.STATUTORY:
        return
    term = procedure_term("extension-total", step.today)
    limit = extension_limit(step.appeal.first_due_at, term, step.calendar)
    _unless(
        step.given.until <= limit,
        "statutory_limit", _("The law allows no extension as long as this."),
    )  # fmt: skip


@guard
def body_extends_once(step: Step) -> None:
    _unless(
        step.coordinates or step.appeal.extensions_count == 0,
        "body_extends_once", _("It was extended once: a coordinator decides on more."),
    )  # fmt: skip


# --- verification -------------------------------------------------------------------------
@guard
def evidence(step: Step) -> None:
    report = step.report
    _unless(report is not None, "evidence", _("There is no report to verify."))
    # Only work that is said to be done must be seen; the rest is read.
    needed = Evidence(step.appeal.category.evidence)
    if report.outcome != Outcome.DONE:
        needed = Evidence.DOCUMENT
    how = Evidence(step.given.how)
    _unless(
        STRENGTH[how] >= STRENGTH[needed],
        "evidence",
        _("This category is verified by: %(evidence)s.") % {"evidence": needed.label},
    )
    if how is Evidence.PHOTO:
        there = report.photos.filter(kind=PhotoKind.AFTER).exists()
        _unless(there, "evidence", _("The report has no photo of the result."))
    if how is Evidence.ONSITE:
        there = report.checks.filter(result=CheckResult.CONFIRMED).exists()
        _unless(there, "evidence", _("No check at the place has confirmed it."))


@guard
def flags_answered(step: Step) -> None:
    answered = not (step.report and step.report.flags) or step.given.flags_note.strip()
    _unless(answered, "flags_answered", _("Say why it is accepted in spite of the flags."))


# --- telling ------------------------------------------------------------------------------
@guard
def something_to_tell(step: Step) -> None:
    incident = step.appeal.incident
    over = incident is not None and incident.ended_at is not None
    _unless(
        step.appeal.state == State.VERIFIED or over,
        "something_to_tell", _("There is no result to tell yet."),
    )  # fmt: skip


@guard
def applicant_of_appeal(step: Step) -> None:
    there = Applicant.objects.to_be_told(step.appeal.pk).filter(pk=step.given.applicant.pk)
    _unless(there.exists(), "applicant_of_appeal", _("This person asked about something else."))


@guard
def loud_hours(step: Step) -> None:
    _unless(
        is_loud(step.now) or step.given.result == CallResult.MESSAGE,
        "loud_hours", _("Nobody is called between 21:00 and 9:00."),
    )  # fmt: skip


def is_loud(moment: dt.datetime) -> bool:
    """Whether people may be called at that moment, by local time."""
    return QUIET_UNTIL <= timezone.localtime(moment).time() < QUIET_FROM


@guard
def outcome_known(step: Step) -> None:
    _unless(step.appeal.outcome, "outcome_known", _("No verified report says the outcome."))


@guard
def everybody_told(step: Step) -> None:
    left = untold(step.appeal)
    _unless(not left, "everybody_told", _("Not every applicant has been told the result."))


def untold(appeal: Appeal) -> list[Applicant]:
    """Applicants who have not been told the result of the report that stands."""
    applicants = list(Applicant.objects.to_be_told(appeal.pk).order_by("pk"))
    report = appeal.reports.filter(sent_back_at__isnull=True).first()
    since = report.verified_at if report and report.verified_at else appeal.registered_at
    calls: dict[int, list[CallBack]] = defaultdict(list)
    for call in appeal.call_backs.filter(called_at__gte=since):
        calls[call.applicant_id].append(call)
    many = len(applicants) > 1 or appeal.incident_id is not None
    return [one for one in applicants if not is_told(calls[one.pk], many=many)]


def is_told(calls: Iterable[CallBack], *, many: bool) -> bool:
    """Whether the calls to one applicant are enough; a message is only where there are `many`.

    Unreachable is who did not answer three times on two different local days.
    """
    calls = list(calls)
    results = {call.result for call in calls}
    if results & {CallResult.TOLD, CallResult.NOT_WANTED}:
        return True
    if many and CallResult.MESSAGE in results:
        return True
    tries = [call for call in calls if call.result == CallResult.NO_ANSWER]
    days = {timezone.localdate(call.called_at) for call in tries}
    return len(tries) >= ATTEMPTS and len(days) >= ON_DAYS


# --- ends and joinings --------------------------------------------------------------------
@guard
def ground_to_reopen(step: Step) -> None:
    appeal, why = step.appeal, step.given.why
    if why == ReopenReason.DISPUTED:
        term = procedure_term("dispute", step.today)
        last = end_of(appeal.ended_at, term, calendar_of(None))
        asked = step.user is not None or getattr(step.given, "by_applicant", False)
        ground = asked and step.now <= last
    elif why == ReopenReason.PROMISE_BROKEN:
        ground = appeal.promises.filter(state=PromiseState.BROKEN).exists()
    else:
        ground = appeal.recurrences.filter(state__in=sorted(OPEN)).exists()
    _unless(ground, "ground_to_reopen", _("There is no ground to reopen it for this reason."))


@guard
def nothing_joined(step: Step) -> None:
    _unless(
        not step.appeal.joined.exists(),
        "nothing_joined", _("Other appeals are joined to this one: split them off first."),
    )  # fmt: skip


@guard
def joins_another(step: Step) -> None:
    into = step.given.into
    _unless(into.pk != step.appeal.pk, "joins_another", _("An appeal is not joined to itself."))
    _unless(into.state in OPEN, "joins_another", _("The other appeal has ended."))
    _unless(
        into.practice == step.appeal.practice,
        "joins_another", _("Practice and real appeals are not joined."),
    )  # fmt: skip
