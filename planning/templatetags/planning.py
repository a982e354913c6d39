"""The navigation of planning's pages, and their small charts."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from planning.rooms import groups_of

register = template.Library()


@register.inclusion_tag("planning/console/nav.html", takes_context=True)
def planning_nav(context: Context, at: str) -> dict[str, Any]:
    """Groups of rooms, and the rooms of the group in which the page `at` stands."""
    groups, rooms = [], []
    for group, seen in groups_of(context["user"]):
        here = at in {room.name for room in seen}
        groups.append({"title": group.title, "url": reverse(seen[0].url_name), "here": here})
        if here and len(seen) > 1:
            rooms = [
                {"title": room.title, "url": reverse(room.url_name), "here": room.name == at}
                for room in seen
            ]
    return {"groups": groups, "rooms": rooms}


@register.inclusion_tag("planning/bars.html")
def month_bars(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A chart of months: `rows` of `day`, `count` and `percent` of the largest count."""
    return {"rows": rows, "most": max((row["count"] for row in rows), default=0)}
