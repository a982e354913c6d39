"""The kinds of news of appeals: for bodies, for the centre, for applicants."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from appeals.choices import PauseReason
from appeals.codes import code_of
from appeals.linkkeys import key_of
from appeals.models import Appeal
from appeals.telling import FOR_APPLICANT, FOR_BODY, FOR_DESK, WORK_LINK
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
    until, ended = notice.context.get("until"), notice.context.get("ended_at")
    asked = {}
    if notice.context.get("what") == "asked":
        pause = appeal.pauses.filter(kind=PauseReason.APPLICANT).last()
        asked = {"question": pause.reason if pause else ""}
    return asked | {
        "number": appeal.number,
        "category": appeal.category.name,
        "place": appeal.place,
        "due_at": parse_datetime(until) if until else appeal.due_at,
        "ended_at": parse_datetime(ended) if ended else None,
        "code": code_of(appeal) if notice.kind == FOR_APPLICANT else "",
        "url": _page_of(appeal) if notice.kind == FOR_BODY else "",
    }


def _page_of(appeal: Appeal) -> str:
    """The body's page of an appeal; nothing where nobody said what this installation is called."""
    page = reverse("inbox:appeal", args=[appeal.pk])
    return settings.CITYMAP_URL + page if settings.CITYMAP_URL else ""


def link_details(notice: Notice) -> dict[str, Any]:
    """The same, and the way to the appeal: made when the letter is written, kept nowhere."""
    link = notice.source
    return {
        "number": link.appeal.number,
        "category": link.appeal.category.name,
        "place": link.appeal.place,
        "due_at": link.appeal.due_at,
        "body": link.body.title,
        "expires_at": link.expires_at,
        "url": settings.CITYMAP_URL + reverse("task:enter", args=[key_of(link.public_id)]),
    }


register_kind(
    NoticeKind(
        name=WORK_LINK,
        title=_("Appeal: one-time link"),
        channels=("email",),
        quiet_hours=False,
        # Who has the text has the link: it is shown nowhere.
        personal=True,
        details=link_details,
        example=_EXAMPLE
        | {
            "what": "link",
            "body": _("House manager"),
            "expires_at": _EXAMPLE_DUE,
            "url": "https://109.example/task/…",
        },
        order=110,
    )
)

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
