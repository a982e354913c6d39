"""What falls due: deadlines told, promises decided, calls back brought to mind.

Each looks at the state of the tables, so that a worker that was off for days catches up once;
what was told is known by the notice itself, unique by appeal, stage and recipient.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import outages, services, telling
from appeals.choices import PromiseState, ReopenReason, State, TermUnit, Urgency
from appeals.errors import AppealError
from appeals.guards import untold
from appeals.models import Appeal, CallBack, Promise
from appeals.policies import calendar_of
from appeals.sla import Deadline, Stage, Term, stages_due
from citymap.accounts.choices import Role
from citymap.accounts.models import Organization
from citymap.worktime import WorkCalendar

# No warning comes earlier than three working days and a long holiday before the deadline.
LOOK_AHEAD = dt.timedelta(days=21)
# A breach of this age was told long ago, whatever the worker did.
LOOK_BACK = dt.timedelta(days=60)
PORTION = 500
REMIND_TO_CALL_AFTER = dt.timedelta(hours=4)


class _Calendars:
    """Each body's calendar, asked for once per sweep."""

    def __init__(self) -> None:
        self._known: dict[int | None, WorkCalendar] = {}

    def of(self, body: Organization | None) -> WorkCalendar:
        key = body.schedule_id if body else None
        if key not in self._known:
            self._known[key] = calendar_of(body)
        return self._known[key]


def tell_deadlines(now: dt.datetime) -> str:
    """Warnings to bodies, breaches to bodies and coordinators, long ones to the head."""
    told = dict.fromkeys(Stage, 0)
    calendars, waiting = _Calendars(), telling.warnings_waiting()
    for portion in _portions(_near_deadline(now)):
        owed = telling.already_owed(portion)
        for appeal in portion:
            stages = _stages_of(appeal, calendars, now)
            new = [stage for stage in stages if not _is_told(appeal, stage, owed)]
            late = Stage.BREACH in stages and str(appeal.pk) in waiting
            if not new and not late:
                continue
            with transaction.atomic():
                if late:
                    telling.take_warnings_back(appeal)
                for stage in new:
                    _tell(appeal, stage)
                    told[stage] += 1
    return ", ".join(f"{stage}: {count}" for stage, count in told.items())


def _portions(appeals: QuerySet[Appeal]) -> Iterator[list[Appeal]]:
    rows = appeals.iterator(chunk_size=PORTION)
    while portion := list(islice(rows, PORTION)):
        yield portion


def _stages_of(appeal: Appeal, calendars: _Calendars, now: dt.datetime) -> list[Stage]:
    term = Term(amount=appeal.term_amount, unit=TermUnit(appeal.term_unit))
    stands = Deadline(first=appeal.first_due_at, due=appeal.due_at, paused=False)
    return stages_due(
        appeal.received_at, stands, term, calendars.of(appeal.executor), now=now,
        danger=appeal.urgency == Urgency.DANGER,
    )  # fmt: skip


def _near_deadline(now: dt.datetime) -> QuerySet[Appeal]:
    """Running appeals whose deadline is near or passed not long ago, by the partial index."""
    return (
        Appeal.objects.real()
        .due_by(now + LOOK_AHEAD)
        .filter(due_at__gte=now - LOOK_BACK)
        .select_related("executor", "category")
        .order_by("pk")
    )


def _key(appeal: Appeal, stage: Stage) -> str:
    """Another one after an extension, because that is another deadline."""
    # `telling` knows warnings by the beginning of their key.
    return f"{stage} {appeal.due_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M}"


def _is_told(appeal: Appeal, stage: Stage, owed: set) -> bool:
    """Whether everybody whom a stage concerns is owed it already: today's executor, staff."""
    key = _key(appeal, stage)
    body = appeal.executor_id is None or (appeal.pk, key, appeal.executor_id) in owed
    staff = (appeal.pk, key, None) in owed
    return {Stage.WARNING: body, Stage.BREACH: body and staff, Stage.ESCALATION: staff}[stage]


def _tell(appeal: Appeal, stage: Stage) -> None:
    """Owe what a stage owes."""
    key = _key(appeal, stage)
    if stage is Stage.ESCALATION:
        telling.tell_staff(
            appeal, Role.HEAD, what="escalation", stage=key, why="a deadline was missed by far"
        )
        return
    what = stage.value
    why = "a deadline is near" if stage is Stage.WARNING else "a deadline was missed"
    telling.tell_body(appeal, what=what, stage=key, why=why)
    if stage is Stage.BREACH:
        telling.tell_staff(appeal, Role.COORDINATOR, what=what, stage=key, why=why)


def decide_promises(now: dt.datetime) -> str:
    """Promises whose day has passed and that nobody called kept are broken: the appeal reopens.

    What is not closed yet goes on as it is: the promise is broken all the same.
    """
    broken = reopened = 0
    due = Promise.objects.fallen_due(timezone.localdate(now)).select_related("appeal")
    for promise in due.order_by("appeal_id", "pk").iterator(chunk_size=500):
        with transaction.atomic():
            row = services.decide_promise(promise=promise, kept=False, user=None, now=now)
            broken += row.state == PromiseState.BROKEN
            reopened += _reopen(promise, now)
    return f"broken: {broken}, reopened: {reopened}"


def _reopen(promise: Promise, now: dt.datetime) -> bool:
    appeal = Appeal.objects.get(pk=promise.appeal_id)
    if appeal.state != State.CLOSED:
        return False
    try:
        with transaction.atomic():
            services.reopen(
                appeal=appeal, user=None, why=ReopenReason.PROMISE_BROKEN, now=now,
                reason=_("Promised for %(day)s and not kept.") % {"day": promise.due_on},
            )  # fmt: skip
    except AppealError:
        return False
    return True


def remind_promises(now: dt.datetime) -> str:
    """On the day before a promise falls due its body is reminded."""
    day = timezone.localdate(now) + dt.timedelta(days=1)
    told = 0
    open_ones = Promise.objects.filter(state=PromiseState.OPEN, due_on=day)
    for promise in open_ones.select_related("appeal__executor").order_by("pk"):
        telling.tell_body(
            promise.appeal, what="promise", stage=f"promise {promise.pk}",
            why="a promise falls due",
        )  # fmt: skip
        told += 1
    return f"reminded: {told}"


def remind_to_call(now: dt.datetime) -> str:
    """Operators are reminded of verified results that nobody has told the applicants yet."""
    told = 0
    for portion in _portions(_to_call(now)):
        owed = telling.already_owed(portion)
        for appeal in portion:
            stage = f"call back {appeal.last_call or 0} v{appeal.version}"
            # The applicants are asked for last: that takes queries of each appeal.
            if (appeal.pk, stage, None) in owed or not untold(appeal):
                continue
            with transaction.atomic():
                telling.tell_staff(
                    appeal, Role.OPERATOR, what="call_back", stage=stage,
                    why="applicants are told results",
                )  # fmt: skip
            told += 1
    return f"to call: {told}"


def tell_outages_over(now: dt.datetime) -> str:
    """Who asked about an outage that is over is told so by message, once."""
    told = 0
    for applicant in outages.not_told(now).iterator(chunk_size=500):
        telling.outage_over(applicant)
        told += 1
    return f"told: {told}"


def _to_call(now: dt.datetime) -> QuerySet[Appeal]:
    """Verified appeals that may wait for a call and whose next try has come, oldest first."""
    calls = CallBack.objects.filter(appeal=OuterRef("pk"))
    verified = Q(reports__verified_at__lte=now - REMIND_TO_CALL_AFTER)
    return (
        Appeal.objects.real()
        .filter(verified, state=State.VERIFIED, reports__sent_back_at__isnull=True)
        .exclude(Exists(calls.filter(next_try_at__gt=now)))
        .annotate(last_call=Subquery(calls.order_by("-pk").values("pk")[:1]))
        .order_by("reported_at", "pk")
    )
