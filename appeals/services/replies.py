"""What a new reply is compared with, and what comes of it."""

from django.db.models import QuerySet

from appeals.choices import Outcome, PhotoKind, ReplyFlag
from appeals.models import Appeal, Photo, Report
from appeals.replycheck import EarlierReply, check_reply

COMPARED = 200


def earlier_replies(appeal: Appeal) -> list[EarlierReply]:
    """What was answered to this appeal before, and the body's latest answers to others."""
    own = [
        EarlierReply(text=text, same_appeal=True)
        for text in appeal.reports.values_list("text", flat=True)
    ]
    others = (
        Report.objects.filter(body=appeal.executor)
        .exclude(appeal=appeal)
        .order_by("-pk")
        .values_list("text", flat=True)[:COMPARED]
    )
    return own + [EarlierReply(text=text, same_appeal=False) for text in others]


def reply_flags(
    *, appeal: Appeal, outcome: Outcome | str, text: str, has_photo: bool = False
) -> list[ReplyFlag]:
    """Why a reply would look formal; the author is shown the same before sending it."""
    return check_reply(
        text,
        outcome=outcome,
        photo_wanted=appeal.category.evidence in ("photo", "onsite"),
        has_photo=has_photo or unreported_photos(appeal).filter(kind=PhotoKind.AFTER).exists(),
        earlier=earlier_replies(appeal),
    )


def unreported_photos(appeal: Appeal) -> QuerySet[Photo]:
    """Photos of the work that the next report will be given."""
    return Photo.objects.filter(
        appeal=appeal, report__isnull=True, kind__in=[PhotoKind.BEFORE, PhotoKind.AFTER]
    )
