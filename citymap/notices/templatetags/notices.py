"""What pages show of notices: the bell's count, the deliveries of an object."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import Model, Prefetch

from citymap.accounts.access import may
from citymap.notices.channels.base import channels
from citymap.notices.models import Attempt, BellItem, Notice
from citymap.notices.permissions import DELIVERIES, MANAGE
from citymap.notices.registry import kind_title

register = template.Library()

MOST_SHOWN = 50

register.filter(kind_title)


@register.simple_tag(takes_context=True)
def unread_notices(context) -> int:
    """How many notices the one who is signed in has not read; asked once per page."""
    request = context["request"]
    if not hasattr(request, "unread_notices"):
        request.unread_notices = BellItem.objects.of(request.user).unread().count()
    return request.unread_notices


@register.filter
def channel_title(name: str) -> Any:
    """The title of a channel; its name when no app has it any more."""
    channel = channels.get(name)
    return channel.title if channel else name


@register.inclusion_tag("notices/parts/deliveries.html", takes_context=True)
def deliveries(
    context, source: Model, others: Iterable[Model] = (), *, panel: bool = False
) -> dict[str, Any]:
    """The delivery log of what is owed about `source` and `others`, the newest first.

    Nothing, and no question to the database, for those who may not see it.
    """
    request = context.get("request")
    if request is None or not may(request.user, DELIVERIES):
        return {"hidden": True}
    lines = Prefetch("log", Attempt.objects.select_related("actor"))
    rows = Notice.objects.about(source, *others).with_recipients().prefetch_related(lines)
    shown = list(rows.order_by("-pk")[: MOST_SHOWN + 1])
    return {
        "notices": shown[:MOST_SHOWN],
        "more": len(shown) > MOST_SHOWN,
        "panel": panel,
        "may_manage": may(request.user, MANAGE),
    }
