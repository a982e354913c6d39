"""Changes that nobody of ours stands behind: made in psql, or by code that says no name.

A sweep looks through the new events of each tracked model and opens one protocol for each
transaction's worth of them.
"""

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from citymap.history.context import as_json
from citymap.history.events import Event
from citymap.history.models import ProtocolKind
from citymap.history.protocols import open_protocol
from citymap.history.tracking import Tracking, trackings

# Looked at again each time: a transaction that commits late has early ids. Protocols are unique.
OVERLAP = dt.timedelta(hours=6)
MOST_EVENTS = 5000
_NAMED_KEYS = 20


def find_irregular(now: dt.datetime) -> str:
    """Open protocols for irregular events of the last hours; one line about it."""
    opened = 0
    for tracking in trackings():
        opened += _look_through(tracking, since=now - OVERLAP)
    return f"{opened} irregular changes" if opened else "nothing irregular"


def _look_through(tracking: Tracking, *, since: dt.datetime) -> int:
    objects = tracking.event_model.objects
    events = objects.irregular().between(since, None).order_by("pgh_id")[:MOST_EVENTS]
    groups: dict[tuple, list[Event]] = defaultdict(list)
    for event in events.only("pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context"):
        # Statements of one moment by one role belong together.
        moment = event.pgh_created_at.replace(microsecond=0)
        groups[as_json(event.pgh_context), event.pgh_label, moment].append(event)
    return sum(_open(tracking, group) for group in groups.values())


def _open(tracking: Tracking, events: list[Event]) -> int:
    first = events[0]
    keys = ", ".join(str(event.pgh_obj_id) for event in events[:_NAMED_KEYS])
    if len(events) > _NAMED_KEYS:
        keys += ", ..."
    with override(settings.LANGUAGE_CODE):
        what = _(
            "%(count)s × %(label)s in %(table)s with no person, request or command behind it"
            " (database role %(role)s): %(keys)s"
        ) % {
            "count": len(events),
            "label": first.pgh_label,
            "table": tracking.model._meta.verbose_name,
            "role": first.pgh_context.get("role", "?"),
            "keys": keys,
        }
    protocol = open_protocol(
        kind=ProtocolKind.IRREGULAR,
        object=(tracking.label, first.pgh_obj_id if len(events) == 1 else ""),
        what=what,
        when=first.pgh_created_at,
        context=first.pgh_context,
        same=f"irregular {tracking.label} {first.pgh_id}",
    )
    return protocol is not None
