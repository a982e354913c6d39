"""Letters to those who follow a yard: please confirm, and news."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citymap.notices.models import Notice
from citymap.notices.registry import NoticeKind, register_kind
from planning.choices import Stage
from planning.services.following import CONFIRM, NEWS

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
