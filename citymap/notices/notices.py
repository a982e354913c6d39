"""The floor's own notices: protocols of refused changes, published roots."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.history.models import Protocol, ProtocolKind, Root
from citymap.history.signals import protocol_opened, root_published
from citymap.notices import services
from citymap.notices.models import Notice
from citymap.notices.recipients import Recipient
from citymap.notices.registry import NoticeKind, register_kind

PROTOCOL = "protocol_opened"
ROOT = "root_published"
# Whom a protocol is brought to; nobody can discard it.
PROTOCOL_READERS = (Role.HEAD, Role.AUDITOR)
_EXAMPLE_TIME = dt.datetime(2026, 5, 15, 5, 0, tzinfo=dt.UTC)


def protocol_details(notice: Notice) -> dict[str, Any]:
    protocol = notice.source
    return {
        "number": protocol.label,
        "what_kind": protocol.get_kind_display(),
        "happened_at": protocol.when,
    }


def root_details(notice: Notice) -> dict[str, Any]:
    root = notice.source
    return {
        "number": root.number,
        "records": root.size,
        "root": bytes(root.hash).hex(),
        "made_at": root.made_at,
    }


register_kind(
    NoticeKind(
        name=PROTOCOL,
        title=_("Protocol of an irregular change"),
        channels=("bell", "email"),
        quiet_hours=False,
        details=protocol_details,
        example={
            "number": "2026-17",
            "what_kind": ProtocolKind.REFUSED.label,
            "happened_at": _EXAMPLE_TIME,
        },
        order=10,
    )
)
register_kind(
    NoticeKind(
        name=ROOT,
        title=_("Root of the history"),
        channels=("email",),
        quiet_hours=False,
        details=root_details,
        example={
            "number": 4711,
            "records": 1_250_000,
            "root": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "made_at": _EXAMPLE_TIME,
        },
        order=20,
    )
)


@receiver(protocol_opened, dispatch_uid="notices.protocol_opened")
def owe_protocol(sender: type, protocol: Protocol, **kwargs: Any) -> None:
    """Every head and auditor learns of a protocol, in the transaction that writes it."""
    readers = User.objects.filter(is_active=True, roles__overlap=list(PROTOCOL_READERS))
    for user in readers.order_by("pk"):
        services.owe(
            kind=PROTOCOL,
            source=protocol,
            recipient=Recipient.user(user),
            why="a protocol is brought to head and auditor",
        )


@receiver(root_published, dispatch_uid="notices.root_published")
def owe_root(sender: type, root: Root, **kwargs: Any) -> None:
    """A root leaves the database: to the addresses of CITYMAP_ROOTS_EMAIL."""
    for address in settings.CITYMAP_ROOTS_EMAIL:
        services.owe(
            kind=ROOT,
            source=root,
            recipient=Recipient.address("email", address),
            why="roots are kept outside the database",
        )
