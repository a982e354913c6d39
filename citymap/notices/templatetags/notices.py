"""What pages show of notices: the bell's count, the deliveries of an object."""

from typing import Any

from django import template
from django.db.models import Model, Prefetch

from citymap.notices.channels.base import channels
from citymap.notices.models import Attempt, BellItem, Notice
from citymap.notices.registry import kinds

register = template.Library()

MOST_SHOWN = 50


@register.simple_tag(takes_context=True)
def unread_notices(context) -> int:
    """How many notices the one who is signed in has not read; asked once per page."""
    request = context["request"]
    if not hasattr(request, "unread_notices"):
        request.unread_notices = BellItem.objects.of(request.user).unread().count()
    return request.unread_notices


@register.filter
def kind_title(name: str) -> Any:
    """The title of a kind of notice; its name when no app has it any more."""
    kind = kinds.get(name)
    return kind.title if kind else name


@register.filter
def channel_title(name: str) -> Any:
    """The title of a channel; its name when no app has it any more."""
    channel = channels.get(name)
    return channel.title if channel else name


@register.inclusion_tag("notices/parts/deliveries.html")
def deliveries(source: Model) -> dict[str, Any]:
    """The delivery log of everything that is owed about `source`, the newest first."""
    lines = Prefetch("log", Attempt.objects.select_related("actor"))
    rows = Notice.objects.about(source).with_recipients().prefetch_related(lines)
    shown = list(rows.order_by("-pk")[: MOST_SHOWN + 1])
    return {"notices": shown[:MOST_SHOWN], "more": len(shown) > MOST_SHOWN}
