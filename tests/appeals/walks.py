"""Any operation with anything, and the rules that hold whatever was tried."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Q

from appeals import services
from appeals.choices import (
    CallResult,
    CheckResult,
    Evidence,
    Outcome,
    PauseReason,
    ReopenReason,
    State,
)
from appeals.guards import is_told
from appeals.models import Appeal, Applicant
from appeals.workflow import ENDED, TRANSITIONS
from citymap.accounts.models import User
from tests.appeals.world import HOUR, REPLY, World

REPORT_VALUES = {
    Outcome.PLANNED: {"planned_on": 30},
    Outcome.NEEDS_FUNDING: {"cost_class": "small"},
    Outcome.REFUSED: {"legal_ground": "ст. 1"},
}


@dataclass(frozen=True, kw_only=True)
class Try:
    """One operation as somebody tries it; `flag` is a choice between two ways of doing it."""

    name: str
    appeal: Appeal
    other: int
    user: User
    now: dt.datetime
    outcome: Outcome = Outcome.DONE
    result: CallResult = CallResult.TOLD
    flag: bool = False
    version: int | None = None


def perform(world: World, tried: Try) -> None:
    """Do it by its service; raises AppealError where it may not be."""
    name, appeal, flag = tried.name, tried.appeal, tried.flag
    values = {
        "appeal": appeal, "user": tried.user, "now": tried.now, "version": tried.version,
    }  # fmt: skip
    reason = {"reason": "так надо"}
    extra = dict(REPORT_VALUES.get(tried.outcome, {}))
    if "planned_on" in extra:
        extra["planned_on"] = tried.now.date() + dt.timedelta(days=extra["planned_on"])
    given = {
        "assign": {"body": world.other_body if flag else world.body},
        "return": reason,
        "pause": reason | {"kind": PauseReason.ACCESS},
        "extend": reason | {"until": appeal.due_at + 24 * HOUR},
        "add_co_executor": {"body": world.other_body},
        "report": {"outcome": tried.outcome, "text": REPLY} | extra,
        "check": {"result": CheckResult.CONFIRMED if flag else CheckResult.NOT_CONFIRMED,
                  "key": uuid.uuid4(), "note": "видел"},
        "reject": reason,
        "verify": {"how": Evidence.PHONE, "flags_note": "ладно"},
        "call_back": _call(tried) if name == "call_back" else {},
        "reopen": reason | {"why": ReopenReason.DISPUTED},
        "withdraw": reason,
        "join": {"into": Appeal.objects.get(pk=tried.other)} if name == "join" else {},
        "split": reason,
        "to_mediation": reason,
        "from_mediation": reason,
    }.get(name, {})  # fmt: skip
    getattr(services, "return_" if name == "return" else name)(**values, **given)


def _call(tried: Try) -> dict:
    applicants = list(
        Applicant.objects.filter(
            Q(appeal=tried.appeal) | Q(appeal__joined_into=tried.appeal)
        ).order_by("pk")
    )
    chosen = applicants[-1] if tried.flag else applicants[0]
    return {"applicant": chosen, "result": tried.result}


def rules_hold(appeal: Appeal, first_due_at: dt.datetime) -> None:
    """State, deadline, ends, telling, history: whatever happened before."""
    assert appeal.first_due_at == first_due_at <= appeal.due_at
    assert (appeal.ended_at is not None) == (appeal.state in ENDED)
    pauses = appeal.pauses.filter(ended_at__isnull=True)
    assert (appeal.paused_at is not None) == pauses.exists()
    assert appeal.extensions_count == appeal.extensions.filter(by_reopening=False).count()
    assert appeal.hops == appeal.remarks.filter(operation="return").count()
    if appeal.state == State.CLOSED:
        assert appeal.outcome
        assert appeal.reports.get(sent_back_at__isnull=True).verified_at
        _everybody_was_told(appeal)
    if appeal.state == State.JOINED:
        assert appeal.joined_into.state != State.JOINED
    _history_is_whole(appeal)


def _everybody_was_told(appeal: Appeal) -> None:
    told = Applicant.objects.to_be_told(appeal.pk)
    for applicant in told.filter(added_at__lte=appeal.ended_at):
        calls = list(applicant.call_backs.filter(appeal=appeal))
        assert is_told(calls, many=told.count() > 1)


def _history_is_whole(appeal: Appeal) -> None:
    """Each version is there once, in order, and every step is one of the table."""
    rows = list(appeal.history_events.order_by("pgh_id").values_list("version", "state"))
    assert [version for version, _state in rows] == list(range(1, appeal.version + 1))
    steps = [
        (before, after)
        for (_v, before), (_w, after) in zip(rows, rows[1:], strict=False)
        if before != after
    ]
    assert set(steps) <= {(str(a), str(b)) for a, b in TRANSITIONS}
