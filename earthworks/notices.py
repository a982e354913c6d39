"""Letters about overdue orders: to the holder, to the police, and that one was withdrawn."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind, register_kind

CHANNELS = ("email",)
_EXAMPLE = {
    "number": "2026-00007",
    "order": "2026-00042",
    "address": "Абая, 12",
    "due_day": dt.date(2026, 5, 15),
    "copy": False,
}


def details(notice: Notice) -> dict[str, Any]:
    """The day as a date: it is written in the reader's language."""
    return {"due_day": dt.date.fromisoformat(notice.context["due_on"])}


for _number, (_name, _title) in enumerate(
    (
        ("claim_holder", _("Claim to the holder of an overdue order")),
        ("claim_police", _("Notice to the police about an overdue order")),
        ("claim_withdrawn", _("A claim is withdrawn")),
    )
):
    register_kind(
        NoticeKind(
            name=_name,
            title=_title,
            channels=CHANNELS,
            quiet_hours=False,
            details=details,
            example=_EXAMPLE,
            order=100 + _number,
        )
    )
