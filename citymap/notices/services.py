"""Writes of notices: owe, cancel, try again, send to another address."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from citymap.accounts.choices import Language
from citymap.accounts.models import User
from citymap.notices import attachments as files
from citymap.notices.attachments import File
from citymap.notices.channels.base import channels
from citymap.notices.choices import DEAD_LETTERS, Outcome, State
from citymap.notices.models import Attempt, BellItem, Notice, NoticeFile, source_columns
from citymap.notices.recipients import Recipient
from citymap.notices.registry import kinds
from citymap.notices.rules import (
    MAX_REASON,
    NoticeError,
    checked_context,
    checked_text,
    scrubbed,
)


def owe(
    *,
    kind: str,
    source: models.Model,
    stage: str = "",
    recipient: Recipient,
    language: str | None = None,
    not_before: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
    why: str,
    context: Mapping[str, Any] | None = None,
    attachments: Sequence[File] = (),
    replaces: Notice | None = None,
) -> Notice:
    """Owe `recipient` a message of `kind` about `stage` of `source`; the worker delivers it.

    Belongs to the caller's transaction: rolled back, nothing was owed. Idempotent: owed again
    (same kind, source, stage, recipient), the first notice is returned unchanged.

    language: of the text; by default what the recipient prefers.
    not_before, due_at: the earliest time to send; the time by which it should be out.
    why: the basis on which it is owed, for the log.
    context: JSON values for the template, without personal data (8 kB).
    Raises NoticeError for an unknown kind, a wrong value or a bad attachment.
    """
    entry = kinds.get(kind)
    if entry is None:
        raise NoticeError(f"there is no kind of notice {kind!r}")
    order, address = _ways(recipient, entry.channels)
    language = language or recipient.language or settings.LANGUAGE_CODE
    if language not in Language.values:
        raise NoticeError(f"there is no language {language!r}")
    if not_before and due_at and not_before > due_at:
        raise NoticeError("a notice is due before it may be sent")
    key = {"kind": kind, "stage": checked_text(stage, 100), **source_columns(source)}
    key |= recipient.columns() | {"address": address}
    values = {
        "language": language,
        "channels": order,
        "channel": order[0],
        "why": checked_text(why, MAX_REASON, required="why"),
        "context": checked_context(context or {}),
        "not_before": not_before,
        "due_at": due_at,
        "next_attempt_at": not_before or timezone.now(),
        "replaces": replaces,
    }
    notice = Notice(**key, **values)
    notice.message_id = f"<{notice.public_id}@{message_domain()}>"
    sound = files.checked(attachments)
    # Nothing but the database itself refuses from here on: no savepoint to go back to.
    with transaction.atomic(savepoint=False):
        return _owed(notice, key, sound)


def _owed(notice: Notice, key: Mapping[str, Any], attachments: Sequence[File]) -> Notice:
    """Write a notice with its files, or the one that is owed already."""
    kept = [files.keep(file) for file in attachments]
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    known = Notice.objects.only("pk", "public_id").get(**key)
    if known.public_id != notice.public_id:
        return Notice.objects.get(pk=known.pk)
    notice.pk, notice._state.adding = known.pk, False
    NoticeFile.objects.bulk_create(
        NoticeFile(notice=notice, attachment=one, filename=file.name, position=number)
        for number, (file, one) in enumerate(zip(attachments, kept, strict=True))
    )
    return notice


def _ways(recipient: Recipient, wanted: Sequence[str]) -> tuple[list[str], str]:
    """Channels to try in order, those that accompany first; and the bare address, if any."""
    names = [recipient.bare_channel] if recipient.bare_channel else list(wanted)
    if unknown := [name for name in names if name not in channels]:
        raise NoticeError(f"there is no channel {', '.join(unknown)}")
    names.sort(key=lambda name: not channels.get(name).accompanies)
    if recipient.bare_channel:
        address = channels.get(recipient.bare_channel).checked_address(recipient.bare_address)
        return names, address
    return names, ""


def message_domain() -> str:
    """The right side of Message-IDs: the host that readers know, else this installation's own."""
    return urlsplit(settings.CITYMAP_URL).hostname or "citymap.invalid"


@transaction.atomic
def cancel(*, notice: Notice, user: User | None, why: str) -> Notice:
    """Nobody gets it any more. Raises NoticeError when it is being sent or is out already."""
    row = _locked(notice)
    if row.state not in (State.QUEUED, *DEAD_LETTERS):
        raise NoticeError("only what is not out yet can be cancelled")
    row.state, row.next_attempt_at = State.CANCELLED, None
    row.save(update_fields=["state", "next_attempt_at"])
    _note(row, Outcome.CANCELLED, user, why)
    return row


@transaction.atomic
def retry(*, notice: Notice, user: User | None, why: str = "") -> Notice:
    """Try a dead letter again, from the first channel on and at once.

    Raises NoticeError when it is none, or when another took its place.
    """
    row = _locked(notice)
    if row.state not in DEAD_LETTERS:
        raise NoticeError("only what was not delivered can be tried again")
    if Notice.objects.filter(replaces=row).exists():
        raise NoticeError("it was sent to another address already")
    row.state, row.next_attempt_at = State.QUEUED, timezone.now()
    row.channel, row.attempts = _first_alternative(row), 0
    row.save(update_fields=["state", "next_attempt_at", "channel", "attempts"])
    _note(row, Outcome.RETRIED, user, why)
    return row


@transaction.atomic
def readdress(*, notice: Notice, recipient: Recipient, user: User | None, why: str) -> Notice:
    """Owe the same to another recipient in the place of `notice`, which is closed; the new one.

    The old one stays and still says that this recipient was owed this stage, so that it is not
    owed anew. Raises NoticeError when it is out already or the recipient has it already.
    """
    row = _locked(notice)
    if row.state not in (State.QUEUED, *DEAD_LETTERS):
        raise NoticeError("only what is not out yet can be sent elsewhere")
    if Notice.objects.filter(replaces=row).exists():
        raise NoticeError("it was sent to another address already")
    if row.source is None:
        raise NoticeError("what it is about is gone")
    new = owe(
        kind=row.kind,
        source=row.source,
        stage=row.stage,
        recipient=recipient,
        language=row.language,
        due_at=row.due_at,
        why=row.why,
        context=row.context,
        replaces=row,
    )
    if new.replaces_id != row.pk:
        raise NoticeError("this recipient is owed the same already")
    NoticeFile.objects.bulk_create(
        NoticeFile(
            notice=new, attachment_id=one.attachment_id, filename=one.filename,
            position=one.position,
        )
        for one in row.notice_files.all()
    )  # fmt: skip
    row.state, row.next_attempt_at = State.CANCELLED, None
    row.save(update_fields=["state", "next_attempt_at"])
    _note(row, Outcome.READDRESSED, user, why)
    return new


def _locked(notice: Notice) -> Notice:
    return Notice.objects.select_for_update().get(pk=notice.pk)


def _first_alternative(notice: Notice) -> str:
    """The first channel that is not merely accompanying; the first of all when there is none."""
    for name in notice.channels:
        entry = channels.get(name)
        if entry is not None and not entry.accompanies:
            return name
    return notice.channels[0]


def _note(notice: Notice, outcome: Outcome, user: User | None, why: str) -> None:
    """A line of the delivery log about what somebody did."""
    Attempt.objects.create(
        notice=notice,
        at=timezone.now(),
        outcome=outcome,
        actor=user,
        answer=scrubbed(checked_text(why, MAX_REASON), notice.address),
    )


def mark_read(*, user: User, item: int | None = None) -> int:
    """Mark one bell item of `user`, or all, as read; how many were unread."""
    rows = BellItem.objects.of(user).unread()
    if item is not None:
        rows = rows.filter(pk=item)
    return rows.update(read_at=timezone.now())
