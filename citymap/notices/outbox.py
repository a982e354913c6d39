"""The outbox: who sends which notice, and what is written down of it. Holds no connection open.

A notice is *claimed* by one deliverer for a short time (a lease), sent, then *settled*. Claim and
settlement are transactions; the sending lies between them, outside any. A deliverer that dies
there leaves a lease behind that runs out: the notice is sent again under the same Message-ID.
"""

import datetime as dt
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from citymap.notices.choices import Outcome, State
from citymap.notices.models import Attempt, Notice
from citymap.notices.rules import MAX_ATTEMPTS, wait_after


@dataclass(frozen=True)
class Clock:
    """The time of one sweep: starts at what the sweep was given, goes on with the machine's."""

    start: dt.datetime
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line for the delivery log."""

    outcome: Outcome
    answer: str = ""
    language: str = ""
    words: str = ""


def log(notice: Notice, entry: Entry, *, at: dt.datetime, channel: str = "") -> None:
    """Append a line to a notice's delivery log."""
    Attempt.objects.create(
        notice_id=notice.pk,
        at=at,
        channel=channel or notice.channel,
        outcome=entry.outcome,
        answer=entry.answer,
        language=entry.language,
        words=entry.words,
    )


@transaction.atomic(savepoint=False)
def claim(
    channel: str, *, now: dt.datetime, lease_s: float, not_kinds: Sequence[str] = ()
) -> Notice | None:
    """The next due notice of `channel`, leased to the caller; None when there is none.

    Rows that another deliverer is claiming are passed over. `not_kinds` are left for later.
    """
    due = Notice.objects.filter(channel=channel, state=State.QUEUED, next_attempt_at__lte=now)
    if not_kinds:
        due = due.exclude(kind__in=not_kinds)
    notice = (
        due.select_for_update(skip_locked=True, no_key=True)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if notice is None:
        return None
    notice.state, notice.lease, notice.next_attempt_at = State.SENDING, uuid.uuid4(), None
    Notice.objects.filter(pk=notice.pk).update(
        state=notice.state,
        lease=notice.lease,
        next_attempt_at=None,
        lease_until=Now() + dt.timedelta(seconds=lease_s),
    )
    return notice


def _later(at: dt.datetime, **values: Any) -> dict[str, Any]:
    return {"state": State.QUEUED, "next_attempt_at": at, **values}


def taken(
    notice: Notice, *, now: dt.datetime, delivered: bool, accompanying: bool, reference: str
) -> dict[str, Any]:
    """What changes when a server took the message: the next channel's turn, or the end."""
    times: dict[str, Any] = {"sent_at": now, "reference": reference[:200]}
    if delivered:
        times["delivered_at"] = now
    following = next_channel(notice)
    if accompanying and following:
        return _later(now, channel=following, attempts=0, **times)
    return {"state": State.DELIVERED if delivered else State.SENT, **times}


def turned_away(notice: Notice, *, now: dt.datetime, hopeless: State) -> dict[str, Any]:
    """What changes when this channel will not do: the next channel's turn, or a dead letter."""
    following = next_channel(notice)
    if following:
        return _later(now, channel=following, attempts=0)
    return {"state": hopeless}


def put_off(
    notice: Notice, *, now: dt.datetime, at_least: dt.timedelta | None = None
) -> dict[str, Any]:
    """What changes after a failed attempt: a later one, or a dead letter after the last."""
    attempts = notice.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return turned_away(notice, now=now, hopeless=State.DEAD) | {"attempts": 0}
    wait = max(wait_after(attempts), at_least or dt.timedelta(0))
    return _later(now + wait, attempts=attempts)


def not_tried(*, now: dt.datetime, wait: dt.timedelta) -> dict[str, Any]:
    """What changes when the fault was the server's: its turn comes again, nothing is counted."""
    return _later(now + wait)


def next_channel(notice: Notice) -> str:
    """The channel after the present one; empty after the last."""
    at = notice.channels.index(notice.channel) + 1
    return notice.channels[at] if at < len(notice.channels) else ""


@transaction.atomic(savepoint=False)
def settle(notice: Notice, entry: Entry, values: dict[str, Any], *, now: dt.datetime) -> bool:
    """Record an attempt. The notice itself changes only while the caller still holds its lease.

    Returns whether it did: not when a delivery report or another deliverer was faster.
    """
    log(notice, entry, at=now)
    free = {"next_attempt_at": None, "lease": None, "lease_until": None}
    held = Notice.objects.filter(pk=notice.pk, lease=notice.lease)
    return bool(held.update(**free | values))


@transaction.atomic(savepoint=False)
def take_back_expired(*, now: dt.datetime) -> int:
    """Queue again what was being sent by a deliverer that is gone; returns how many.

    Whether the server took the message is not known: the log says so.
    """
    lost = list(
        Notice.objects.filter(state=State.SENDING, lease_until__lt=Now())
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("pk")
    )
    for notice in lost:
        settle(
            notice,
            Entry(outcome=Outcome.INTERRUPTED, answer="the worker ended while it was sent"),
            again_after_interruption(notice, now=now),
            now=now,
        )
    return len(lost)


def again_after_interruption(notice: Notice, *, now: dt.datetime) -> dict[str, Any]:
    """At once, for the fault was the worker's; but not for ever: the message may be what kills."""
    attempts = notice.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return turned_away(notice, now=now, hopeless=State.DEAD) | {"attempts": 0}
    return _later(now, attempts=attempts)
