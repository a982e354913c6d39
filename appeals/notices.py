"""The kinds of news of appeals: for bodies, for the centre, for applicants."""

import datetime as dt
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from appeals.codes import code_of
from appeals.telling import FOR_APPLICANT, FOR_BODY, FOR_DESK
from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind, register_kind

_EXAMPLE_DUE = dt.datetime(2026, 5, 15, 13, 30, tzinfo=dt.UTC)
_EXAMPLE = {
    "what": "assigned",
    "number": "109-2026-000123",
    "category": _("Pothole"),
    "place": "Абая, 12",
    "due_at": _EXAMPLE_DUE,
    "code": "k7mq-24xd",
}


def appeal_details(notice: Notice) -> dict[str, Any]:
    """What the words name: number, category, house and street, deadline. Nobody's data."""
    appeal = notice.source
    until = notice.context.get("until")
    return {
        "number": appeal.number,
        "category": appeal.category.name,
        "place": appeal.place,
        "due_at": parse_datetime(until) if until else appeal.due_at,
        "code": code_of(appeal) if notice.kind == FOR_APPLICANT else "",
    }


for number, (name, title, channels, quiet, what) in enumerate(
    [
        (FOR_BODY, _("Appeal: news for the organisation"), ("bell", "email"), False, "assigned"),
        (FOR_DESK, _("Appeal: news for the centre"), ("bell",), False, "returned"),
        (FOR_APPLICANT, _("Appeal: news for the applicant"), ("sms", "email"), True, "extended"),
    ]
):
    register_kind(
        NoticeKind(
            name=name,
            title=title,
            channels=channels,
            quiet_hours=quiet,
            personal=name == FOR_APPLICANT,
            details=appeal_details,
            example=_EXAMPLE | {"what": what},
            order=100 + number,
        )
    )
