"""Protocols: opened when a change was refused or irregular; acknowledged, never removed."""

import datetime as dt
import hashlib
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.history.context import as_json, clean, current
from citymap.history.models import Protocol, ProtocolKind, ProtocolNote
from citymap.history.models.protocols import ProtocolRole
from citymap.history.signals import protocol_opened

MAX_WHAT = 2000


class ProtocolError(ValueError):
    """An acknowledgement that cannot be taken."""


@transaction.atomic
def open_protocol(
    *,
    kind: str,
    what: str,
    when: dt.datetime | None = None,
    object: models.Model | tuple[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    same: str = "",
) -> Protocol | None:
    """Write a numbered draft protocol and tell head and auditor; None when it is there already.

    kind: `ProtocolKind`; object: the instance concerned, or `(app.model, key)`; context: who and
    through what, by default who acts now; same: what makes two the same protocol, by default
    everything given here. Call it outside the transaction of the refused change: what that
    rolls back takes a protocol written inside along.
    """
    said = current() if context is None else context
    model, key = _named(object)
    when = when or timezone.now()
    if not same:
        same = as_json([kind, model, key, what, when.isoformat(), said])
    protocol, created = Protocol.objects.get_or_create(
        same=hashlib.sha256(same.encode()).hexdigest(),
        defaults={
            "kind": ProtocolKind(kind),
            "model": model,
            "key": key,
            "what": clean(what, MAX_WHAT),
            "when": when,
            "user_id": said.get("user"),
            "context": said,
        },
    )
    if not created:
        return None
    # The database gave the number.
    protocol.refresh_from_db()
    protocol_opened.send(sender=Protocol, protocol=protocol)
    return protocol


def acknowledge(*, protocol: Protocol, user: Any, role: str, comment: str) -> ProtocolNote:
    """Note that the head or the auditor has seen a protocol, with a comment.

    Whether `user` may speak as `role` is the caller's to know. Raises ProtocolError.
    """
    comment = clean(comment, MAX_WHAT).strip()
    if not comment:
        raise ProtocolError(_("Say what follows from the protocol."))
    if role not in ProtocolRole.values:
        raise ProtocolError(_("A protocol is acknowledged by the head and by the auditor."))
    return ProtocolNote.objects.create(
        protocol=protocol,
        role=role,
        user_id=user.pk,
        username=clean(user.get_username(), 150),
        comment=comment,
    )


def _named(thing: models.Model | tuple[str, Any] | None) -> tuple[str, str]:
    if thing is None:
        return "", ""
    if isinstance(thing, models.Model):
        return thing._meta.label_lower, str(thing.pk)
    model, key = thing
    return clean(model, 100), clean(key, 64)
