"""Changes that nobody of ours stands behind: made in psql, or by code that says no name.

A sweep looks through the new events of each tracked model and opens one protocol for what one
role changed in one table within one second.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.db.models.functions import TruncSecond
from django.utils.translation import gettext as _
from django.utils.translation import override

from citymap.history.models import Look, Protocol, ProtocolKind, ProtocolNote
from citymap.history.protocols import open_protocol
from citymap.history.tracking import Tracking, trackings

# Looked at again each time: a transaction that commits late has early times. Protocols are
# unique, so nothing is written down twice.
OVERLAP = dt.timedelta(hours=6)
NOTE_EVERY = dt.timedelta(hours=1)
_NAMED_KEYS = 20


@transaction.atomic
def find_irregular(now: dt.datetime) -> str:
    """Open protocols for irregular events since the last look; one line about it.

    However long the worker was off, nothing is left out.
    """
    last = Look.objects.order_by("-until").first()
    since = last.until - OVERLAP if last else None
    opened = sum(_look_through(tracking, since=since) for tracking in trackings())
    if last is None or now - last.until >= NOTE_EVERY:
        Look.objects.create(until=now)
    return f"{opened} irregular changes" if opened else "nothing irregular"


def _look_through(tracking: Tracking, *, since: dt.datetime | None) -> int:
    events = tracking.event_model.objects.irregular().between(since, None)
    if tracking.model in (Protocol, ProtocolNote):
        # A protocol of every protocol would have no end; one that is changed or removed has one.
        events = events.exclude(pgh_label="insert")
    groups = (
        events.values("pgh_label", "pgh_context", second=TruncSecond("pgh_created_at"))
        .annotate(count=Count("pgh_id"), first=Min("pgh_id"), at=Min("pgh_created_at"))
        .order_by("first")
    )
    return sum(_open(tracking, group) for group in groups)


def _open(tracking: Tracking, group: dict[str, Any]) -> bool:
    """Open the protocol of one group; False when it is there already."""
    keys = (
        tracking.event_model.objects.irregular()
        .filter(pgh_id__gte=group["first"], pgh_label=group["pgh_label"])
        .between(group["second"], group["second"] + dt.timedelta(seconds=1))
        .order_by("pgh_id")
        .values_list("pgh_obj_id", flat=True)[: _NAMED_KEYS + 1]
    )
    named = [str(key) for key in keys]
    listed = ", ".join(named[:_NAMED_KEYS]) + (", ..." if len(named) > _NAMED_KEYS else "")
    with override(settings.LANGUAGE_CODE):
        what = _(
            "%(count)s × %(label)s in “%(table)s” with no person, request or command behind it"
            " (database role %(role)s): %(keys)s"
        ) % {
            "count": group["count"],
            "label": group["pgh_label"],
            "table": tracking.model._meta.verbose_name,
            "role": group["pgh_context"].get("role", "?"),
            "keys": listed,
        }
    protocol = open_protocol(
        kind=ProtocolKind.IRREGULAR,
        object=(tracking.label, named[0] if group["count"] == 1 else ""),
        what=what,
        when=group["at"],
        context=group["pgh_context"],
        same=f"irregular {tracking.label} {group['first']}",
    )
    return protocol is not None
