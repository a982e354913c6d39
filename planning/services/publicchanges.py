"""Forgetting which transactions touched what is public, once nobody can ask about them."""

import datetime as dt

from planning.models import PublicChange

# What was kept longer ago is not trusted.
KEPT_FOR = dt.timedelta(hours=1)
_REMEMBERED = dt.timedelta(days=2)


def forget_changes(*, now: dt.datetime) -> int:
    """Drop notes that no page kept can depend on; returns how many.

    Long after KEPT_FOR: a transaction that was open for hours notes itself when it begins to
    write, and counts when it ends.
    """
    return PublicChange.objects.filter(noted_at__lt=now - _REMEMBERED).delete()[0]
