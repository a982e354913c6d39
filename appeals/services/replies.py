"""Earlier replies that a new one is compared with."""

from appeals.models import Appeal, Report
from appeals.replycheck import EarlierReply

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
