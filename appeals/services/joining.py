"""Duplicates are joined and split; appeals go to mediation and come back."""

import datetime as dt

from appeals.choices import PauseReason
from appeals.models import Appeal, Joining, Pause
from appeals.services.base import begin, finish, locked, write
from appeals.services.bodies import end_pause
from appeals.workflow import RUNNING
from citymap.accounts.models import User


@write
def join(
    *,
    appeal: Appeal,
    into: Appeal,
    user: User | None,
    reason: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Join `appeal` to `into`: its applicants are told that one's result. Both are locked."""
    rows = locked([appeal, into])
    step = begin(
        appeal=appeal, operation="join", user=user, version=version, now=now, rows=rows,
        into=rows[into.pk],
    )  # fmt: skip
    Joining.objects.create(
        appeal=step.appeal, into=rows[into.pk], reason=reason.strip(), joined_at=step.now,
        joined_by=user,
    )  # fmt: skip
    return finish(
        step, joined_into=rows[into.pk], executor=None, assigned_at=None,
        due_at=end_pause(step, user), paused_at=None,
    )  # fmt: skip


@write
def split(
    *,
    appeal: Appeal,
    user: User,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Undo a joining: the appeal goes its own way again, from registration on."""
    row = Appeal.objects.get(pk=appeal.pk)
    partner = [row.joined_into] if row.joined_into_id else []
    step = begin(
        appeal=appeal, operation="split", user=user, version=version, now=now, reason=reason,
        rows=locked([row, *partner]),
    )  # fmt: skip
    Joining.objects.filter(appeal=step.appeal, undone_at__isnull=True).update(
        undone_at=step.now, undone_by=user, undone_reason=reason.strip()
    )
    return finish(step, joined_into=None, route="")


@write
def to_mediation(
    *,
    appeal: Appeal,
    user: User,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Set it aside for mediation; a running clock stands meanwhile."""
    step = begin(
        appeal=appeal, operation="to_mediation", user=user, version=version, now=now,
        reason=reason,
    )  # fmt: skip
    stands = step.appeal.state in RUNNING
    if stands:
        Pause.objects.create(
            appeal=step.appeal, kind=PauseReason.MEDIATION, reason=reason.strip(),
            started_at=step.now, started_by=user,
        )  # fmt: skip
    return finish(step, paused_at=step.now if stands else None)


@write
def from_mediation(
    *,
    appeal: Appeal,
    user: User,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Bring it back to the state it had before."""
    step = begin(
        appeal=appeal, operation="from_mediation", user=user, version=version, now=now,
        reason=reason,
    )  # fmt: skip
    return finish(step, due_at=end_pause(step, user), paused_at=None)
