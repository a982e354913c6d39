"""News of planning: to those who follow a yard, of measures not done by their day, of reports."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind, register_kind
from planning.choices import Stage
from planning.services.alerts import KIND
from planning.services.following import CONFIRM, NEWS
from planning.services.reports import NOTICE

_EXAMPLE = {
    "what": "stage",
    "yard": "Абая, 12, 14",
    "stage": Stage.WORKS.label,
    "year": 2027,
    "path": "/yards/7/",
    "follow_path": "/yards/follow/token/",
}


def follower_details(notice: Notice) -> dict[str, Any]:
    """The yard and its links; the stage in the reader's language."""
    follower = notice.source
    with translation.override(notice.language):
        found = {
            "yard": follower.yard.localized_label,
            "path": reverse("yards:yard", args=[follower.yard_id]),
            "follow_path": reverse("yards:follow", args=[follower.token]),
        }
        if code := notice.context.get("stage_code"):
            found["stage"] = str(Stage(code).label)
    return found


for _number, (_name, _title, _quiet) in enumerate(
    (
        (CONFIRM, _("Following a yard: please confirm"), False),
        (NEWS, _("News of a yard"), True),
    )
):
    register_kind(
        NoticeKind(
            name=_name,
            title=_title,
            channels=("email",),
            quiet_hours=_quiet,
            personal=True,
            details=follower_details,
            example=_EXAMPLE,
            order=200 + _number,
        )
    )


def measure_details(notice: Notice) -> dict[str, Any]:
    """The measure and its problem as they are now."""
    measure = notice.source
    return {
        "what": measure.what,
        "problem": measure.problem.title,
        "due_on": dt.date.fromisoformat(notice.context["due_on"]),
    }


register_kind(
    NoticeKind(
        name=KIND,
        title=_("A measure was not done by its day"),
        channels=("bell", "email"),
        details=measure_details,
        example={
            "what": _("Clean the ditch"),
            "problem": "Абая, 12",
            "due_on": dt.date(2026, 4, 1),
        },
        order=210,
    )
)


def report_details(notice: Notice) -> dict[str, Any]:
    """What the report says in a few figures, and where it is read."""
    report = notice.source
    figures = report.figures
    return {
        "title": report.get_kind_display(),
        "since": report.since,
        "last": report.until - dt.timedelta(1),
        "contacts": figures["contacts"],
        "appeals": figures["appeals"],
        "late": figures["late"],
        "repeats": figures["repeats"],
        "path": reverse("plan:report", args=[report.pk]),
    }


register_kind(
    NoticeKind(
        name=NOTICE,
        title=_("A report is ready"),
        channels=("bell", "email"),
        quiet_hours=False,
        details=report_details,
        example={
            "title": _("Page of the morning"), "since": dt.date(2026, 4, 1),
            "last": dt.date(2026, 4, 1), "contacts": 256, "appeals": 51, "late": 3, "repeats": 2,
            "path": "/plan/reports/1/",
        },
        order=211,
    )
)  # fmt: skip
