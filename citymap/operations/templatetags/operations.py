"""Filters of the operations pages."""

import datetime as dt

from django import template

from citymap.operations.wording import length_text

register = template.Library()


@register.filter
def length(value: dt.timedelta | float | None) -> str:
    """A timedelta, or seconds, in words; empty for nothing."""
    if value is None:
        return ""
    return length_text(value if isinstance(value, dt.timedelta) else dt.timedelta(seconds=value))
