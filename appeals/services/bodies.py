"""What bodies do with appeals, and the centre with bodies: assign to report."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appeals import telling
from appeals.choices import CostClass, LinkUse, Outcome, PauseReason, Regime
from appeals.errors import InvalidError
from appeals.models import Appeal, CoExecutor, Extension, Pause, Promise, Report, WorkLink
from appeals.plans import planned_at
from appeals.policies import procedure_term
from appeals.services.base import Step, begin, current_deadline, finish, write
from appeals.services.links import address_of_link, send_by_itself, used
from appeals.services.replies import reply_flags, unreported_photos
from appeals.sla import end_of
from appeals.workflow import OPERATIONS
from citymap.accounts.models import Organization, User
from citymap.history.context import acting

FIRST_VERSION = 1


@write
def assign(
    *,
    appeal: Appeal,
    body: Organization,
    user: User | None,
    route: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
    rows: dict[int, Appeal] | None = None,
) -> Appeal:
    """Make `body` the main executor; `route` says why it is this one.

    rows: the appeal as it is now, by its id, where the caller has locked or just made it.
    """
    step = begin(
        appeal=appeal, operation="assign", user=user, version=version, now=now, rows=rows, body=body
    )
    begun = step.appeal.version > FIRST_VERSION
    address = address_of_link(body)
    found = _handed_over(step, body, route or "chosen by hand", address)
    if begun:  # nobody helps with what was registered just now
        CoExecutor.objects.filter(appeal=found, body=body).delete()
    return found


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A body to which an appeal goes as soon as it is written, with all that is asked before."""

    body: Organization
    route: str
    address: str


def hand_for(*, body: Organization, route: str) -> Hand:
    """What `hand_over` needs of a body that works, asked while no number is taken yet."""
    return Hand(body=body, route=route, address=address_of_link(body))


def hand_over(*, appeal: Appeal, hand: Hand, user: User | None, now: dt.datetime) -> Appeal:
    """Assign an appeal that this transaction has written; to be called in it.

    Registering includes it: no right is asked for, and a new appeal is in the state for it.
    """
    with acting(user=user, reason="appeals.assign"):
        step = Step(appeal=appeal, operation=OPERATIONS["assign"], user=user, now=now)
        return _handed_over(step, hand.body, hand.route, hand.address)


def _handed_over(step: Step, body: Organization, route: str, address: str) -> Appeal:
    step.appeal.executor = body
    found = finish(step, executor=body, assigned_at=step.now, route=route)
    if address and not found.practice:
        send_by_itself(found, address, step.now)
    else:
        telling.assigned(found)
    return found


@write
def accept(
    *,
    appeal: Appeal,
    user: User | None,
    link: WorkLink | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """The body takes the appeal on."""
    step = begin(appeal=appeal, operation="accept", user=user, version=version, now=now, link=link)
    used(step, LinkUse.ACCEPTED)
    return finish(step)


@write
def return_(
    *,
    appeal: Appeal,
    user: User | None,
    reason: str,
    link: WorkLink | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Not ours: back to the coordinators' tray, with the reason; the hop is counted."""
    step = begin(
        appeal=appeal, operation="return", user=user, version=version, now=now, reason=reason,
        link=link,
    )  # fmt: skip
    used(step, LinkUse.RETURNED)
    body, due = step.appeal.executor, end_pause(step, user)
    found = finish(
        step, executor=None, hops=step.appeal.hops + 1, assigned_at=None, paused_at=None,
        due_at=due,
        route=f"returned by {body}",
    )  # fmt: skip
    telling.returned(found)
    return found


@write
def start(
    *,
    appeal: Appeal,
    user: User | None,
    link: WorkLink | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Work begins, or begins again after a reply was sent back."""
    step = begin(appeal=appeal, operation="start", user=user, version=version, now=now, link=link)
    return finish(step)


@write
def pause(
    *,
    appeal: Appeal,
    user: User,
    kind: PauseReason,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Stop the clock, with a reason."""
    step = begin(
        appeal=appeal, operation="pause", user=user, version=version, now=now, reason=reason
    )
    if kind not in set(PauseReason.values) - {PauseReason.MEDIATION}:
        raise InvalidError("kind", _("Choose why the clock stops."))
    Pause.objects.create(
        appeal=step.appeal, kind=kind, reason=reason.strip(), started_at=step.now, started_by=user
    )
    found = finish(step, paused_at=step.now)
    if kind == PauseReason.APPLICANT:
        telling.asked(found)
    return found


def ask(
    *,
    appeal: Appeal,
    user: User,
    question: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Ask the applicant: the clock stands until the answer is there (`resume`)."""
    return pause(
        appeal=appeal, user=user, kind=PauseReason.APPLICANT, reason=question, version=version,
        now=now,
    )  # fmt: skip


@write
def resume(
    *, appeal: Appeal, user: User, version: int | None = None, now: dt.datetime | None = None
) -> Appeal:
    """Let the clock run again; the deadline moves by what the pause lasted."""
    step = begin(appeal=appeal, operation="resume", user=user, version=version, now=now)
    return finish(step, paused_at=None, due_at=end_pause(step, user))


def end_pause(step: Step, user: User | None) -> dt.datetime:
    """End the pause that lasts, if any; the deadline as it stands then.

    Clocks of two servers may differ: a pause never ends before it began.
    """
    if step.appeal.paused_at is None:
        return step.appeal.due_at
    ended_at = max(step.now, step.appeal.paused_at)
    Pause.objects.filter(appeal=step.appeal, ended_at__isnull=True).update(
        ended_at=ended_at, ended_by=user
    )
    return current_deadline(step.appeal, step.calendar, step.now).due


@write
def extend(
    *,
    appeal: Appeal,
    user: User,
    until: dt.datetime,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Give a later deadline; the applicants are told."""
    step = begin(
        appeal=appeal, operation="extend", user=user, version=version, now=now, reason=reason,
        until=until,
    )  # fmt: skip
    row, count = step.appeal, step.appeal.extensions_count
    tell_by = None
    if row.regime == Regime.STATUTORY:
        tell_by = end_of(step.now, procedure_term("extension-told", step.today), step.calendar)
    given = Extension.objects.create(
        appeal=row, number=row.extensions.count() + 1, given_at=step.now, given_by=user,
        due_before=row.due_at, until=until, reason=reason.strip(), tell_by=tell_by,
    )  # fmt: skip
    found = finish(step, due_at=until, extensions_count=count + 1)
    telling.extended(found, given)
    return found


@write
def add_co_executor(
    *,
    appeal: Appeal,
    user: User,
    body: Organization,
    task: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Bring in a body that helps; the main executor goes on answering."""
    step = begin(
        appeal=appeal, operation="add_co_executor", user=user, version=version, now=now, body=body
    )
    if body.pk == step.appeal.executor_id:
        raise InvalidError("body", _("This organisation is the main executor."))
    CoExecutor.objects.get_or_create(
        appeal=step.appeal, body=body,
        defaults={"task": task.strip(), "added_at": step.now, "added_by": user},
    )  # fmt: skip
    found = finish(step)
    telling.helper_added(found, body)
    return found


@write
def report(
    *,
    appeal: Appeal,
    user: User | None,
    outcome: Outcome,
    text: str,
    planned_on: dt.date | None = None,
    plan: str = "",
    cost_class: CostClass | str = "",
    legal_ground: str = "",
    has_photo: bool = False,
    link: WorkLink | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Report:
    """The body's answer with its outcome. A planned result becomes a promise.

    plan: of a planned result the row that it rests on, as `plans.planned_at` names it.
    has_photo: photos of the result come after it. Photos that the body has added before become
    those of the report. Flags of a formal reply are noted for the coordinator; they reject
    nothing by themselves.
    """
    if outcome not in Outcome.values:
        raise InvalidError("outcome", _("Choose an outcome."))
    if cost_class and cost_class not in CostClass.values:
        raise InvalidError("cost_class", _("Choose a cost."))
    step = begin(
        appeal=appeal, operation="report", user=user, version=version, now=now, outcome=outcome,
        text=text, planned_on=planned_on, cost_class=cost_class, legal_ground=legal_ground,
        link=link,
    )  # fmt: skip
    row = step.appeal
    used(step, LinkUse.REPORTED)
    rests_on = None
    if plan:
        rests_on = planned_at(row).get(plan) if planned_on else None
        if rests_on is None:
            raise InvalidError("plan", _("Nothing like this is planned at the place."))
    flags = reply_flags(appeal=row, outcome=outcome, text=text, has_photo=has_photo)
    made = Report.objects.create(
        appeal=row, body=row.executor, author=user, made_at=step.now, outcome=outcome,
        text=text.strip(), planned_on=planned_on, cost_class=cost_class,
        legal_ground=legal_ground.strip(), flags=[flag.value for flag in flags],
    )  # fmt: skip
    if planned_on is not None:
        Promise.objects.create(
            appeal=row, report=made, body=row.executor, due_on=planned_on,
            text=text.strip()[:2000], plan=plan, plan_title=rests_on.title[:300] if plan else "",
        )  # fmt: skip
    unreported_photos(row).update(report=made)
    finish(step, reported_at=row.reported_at or step.now)
    return made
