"""What every operation does first and last: lock, check, save.

Order of locks everywhere: appeals by id, then the counter of numbers, then the chain.
"""

import datetime as dt
import functools
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import State, TermUnit
from appeals.errors import AppealError, ConflictError, NotPermittedError, WrongStateError
from appeals.guards import Step, check_guards
from appeals.models import Appeal, Remark, WorkLink
from appeals.sla import Deadline, Extended, PauseSpan, deadline
from appeals.workflow import ENDED, LINK_OPERATIONS, OPERATIONS, Operation
from citymap.accounts.access import may
from citymap.accounts.models import User
from citymap.history.context import acting
from citymap.worktime import WorkCalendar


def write(function: Callable) -> Callable:
    """A service: keyword-only, one transaction, recorded as the work of its `user`."""

    @functools.wraps(function)
    def wrapper(**values: Any) -> Any:
        named = function.__name__.strip("_")
        with transaction.atomic(), acting(user=values.get("user"), reason=f"appeals.{named}"):
            return function(**values)

    return wrapper


def locked(appeals: Iterable[Appeal]) -> dict[int, Appeal]:
    """The rows as they are now, locked in the order of their ids."""
    keys = sorted({appeal.pk for appeal in appeals})
    # One by one: `ORDER BY` with `FOR UPDATE` may return rows that moved while it waited.
    return {key: Appeal.objects.select_for_update().get(pk=key) for key in keys}


def begin(
    *,
    appeal: Appeal,
    operation: str,
    user: User | None,
    version: int | None,
    now: dt.datetime | None,
    rows: dict[int, Appeal] | None = None,
    link: WorkLink | None = None,
    **given: Any,
) -> Step:
    """Lock the appeal and find that the operation may be done; call it in a transaction.

    version: of the appeal that the caller has seen; another one now is a ConflictError. rows:
    when the caller has locked several appeals. link: by which it is done without an account.
    Raises the errors of `errors.py`.
    """
    row = (rows or locked([appeal]))[appeal.pk]
    known = OPERATIONS[operation]
    if version is not None and version != row.version:
        raise ConflictError(row, _("Somebody changed this appeal meanwhile."))
    moment = now or timezone.now()
    if link is None:
        require_right(row, known, user)
    else:
        link = require_link(row, known, link, moment)
    if row.state not in known.sources:
        raise WrongStateError(
            _("This cannot be done with an appeal that is: %(state)s.")
            % {"state": row.get_state_display()}
        )
    step = Step(
        appeal=row, operation=known, user=user, now=moment, link=link,
        given=SimpleNamespace(**given),
    )  # fmt: skip
    if step.now < row.registered_at:
        raise AppealError(_("The time lies before the registration."))
    check_guards(step)
    return step


def require_right(appeal: Appeal, operation: Operation, user: User | None) -> None:
    """Whether `user` may do it with this appeal; nobody is a sweep. Raises NotPermittedError."""
    allowed = operation.system if user is None else may(user, f"appeals.{operation.name}", appeal)
    if not allowed:
        raise NotPermittedError(_("You may not do this with this appeal."))


def require_link(
    appeal: Appeal, operation: Operation, link: WorkLink, now: dt.datetime
) -> WorkLink:
    """The link as it is now, locked; raises NotPermittedError where it does not lead."""
    row = WorkLink.objects.select_for_update().get(pk=link.pk)
    leads = (row.appeal_id, row.body_id) == (appeal.pk, appeal.executor_id)
    if not (leads and row.is_open(now) and operation.name in LINK_OPERATIONS):
        raise NotPermittedError(_("This link does not lead anywhere any more."))
    return row


def finish(step: Step, **changes: Any) -> Appeal:
    """Save the appeal in its new state, as its next version."""
    appeal, operation = step.appeal, step.operation
    before = State(appeal.state)
    target = State(appeal.state_before) if operation.back else operation.target
    if target is not None and target != before:
        changes["state"] = target
        changes["ended_at"] = step.now if target in ENDED else None
        changes["state_before"] = before if target is State.MEDIATION else ""
    if text := getattr(step.given, "reason", "").strip():
        Remark.objects.create(
            appeal=appeal, operation=operation.name, text=text, made_at=step.now, made_by=step.user
        )
    return save(appeal, **changes)


def save(appeal: Appeal, **changes: Any) -> Appeal:
    """Write the named fields and the next version."""
    changes["version"] = appeal.version + 1
    for name, value in changes.items():
        setattr(appeal, name, value)
    appeal.save(update_fields=sorted(changes))
    return appeal


def current_deadline(appeal: Appeal, calendar: WorkCalendar, now: dt.datetime) -> Deadline:
    """The deadline as its pauses and extensions make it at `now`."""
    return deadline(
        appeal.received_at,
        appeal.first_due_at,
        TermUnit(appeal.term_unit),
        calendar,
        now=now,
        pauses=[
            PauseSpan(started_at=start, ended_at=end)
            for start, end in appeal.pauses.values_list("started_at", "ended_at")
        ],
        extensions=[
            Extended(given_at=given, until=until)
            for given, until in appeal.extensions.values_list("given_at", "until")
        ],
    )
