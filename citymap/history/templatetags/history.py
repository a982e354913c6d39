"""`{% load history %}{% timeline object %}`: what was done to an object, by whom, why."""

from typing import Any

from django import template
from django.db import models

from citymap.history.timeline import DEFAULT_LIMIT, timeline_of
from citymap.history.tracking import tracking_of

register = template.Library()


@register.inclusion_tag("history/timeline.html", takes_context=True)
def timeline(context: template.Context, instance: models.Model, limit: int = DEFAULT_LIMIT) -> dict:
    """The object's changes, newest first, in the reader's language."""
    found: dict[str, Any] = {"timeline": timeline_of(instance, limit=limit)}
    return found | {"request": context.get("request")}


@register.filter
def tracked(instance: Any) -> bool:
    """Whether the object's model has a history."""
    return isinstance(instance, models.Model) and tracking_of(type(instance)) is not None
