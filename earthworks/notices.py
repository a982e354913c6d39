"""Letters about orders: to those asked for approval; about overdue ones, to holder and police."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind, register_kind
from earthworks.services.asking import ASKED, KIND

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


def approval_details(notice: Notice) -> dict[str, Any]:
    """Days and the term as such, and where the line is answered."""
    context = notice.context
    page = reverse("works:order", args=[context["order_id"]])
    return {
        "begins_on": dt.date.fromisoformat(context["begins_on"]),
        "ends_on": dt.date.fromisoformat(context["ends_on"]),
        "answer_by": dt.datetime.fromisoformat(context["answer_by"]),
        "url": settings.CITYMAP_URL + page if settings.CITYMAP_URL else "",
    }


register_kind(
    NoticeKind(
        name=KIND,
        title=_("An order waits for approval"),
        channels=("bell", "email"),
        quiet_hours=False,
        details=approval_details,
        example={
            "what": ASKED,
            "number": "2026-00042",
            "address": "Абая, 12",
            "begins_on": dt.date(2026, 5, 4),
            "ends_on": dt.date(2026, 5, 15),
            "answer_by": dt.datetime(2026, 4, 20, 13, 0, tzinfo=dt.UTC),
        },
        order=99,
    )
)
