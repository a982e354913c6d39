"""Somebody was faster: what the appeal was like when it was read, and what it is like now."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from appeals.models import Appeal
from citymap.accounts.models import Organization
from citymap.shell.listing import shown_value

FIELDS = ("state", "executor", "due_at", "paused_at", "outcome", "extensions_count", "hops")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value in both versions."""

    label: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Both versions of an appeal; `who` made the one that stands."""

    seen: int
    current: int
    who: str
    values: list[Difference]


def versions_of(current: Appeal, seen: int) -> Versions:
    """The version that was `seen` beside the current one, from the history; three queries."""
    events = {
        event.version: event
        for event in current.history_events.filter(version__in=[seen, current.version])
    }
    then, now = events.get(seen), events.get(current.version)
    keys = {getattr(one, "executor_id", None) for one in (then, current)} - {None}
    bodies = Organization.objects.in_bulk(keys)
    context = (now.pgh_context or {}) if now else {}
    return Versions(
        seen=seen,
        current=current.version,
        who=context.get("username", ""),
        values=[
            Difference(
                label=capfirst(str(Appeal._meta.get_field(name).verbose_name)),
                then=_written(then, name, bodies) if then else "",
                now=_written(current, name, bodies),
            )
            for name in FIELDS
        ],
    )


def _written(row: object, name: str, bodies: dict[int, Organization]) -> str:
    if name == "executor":
        return str(bodies.get(row.executor_id) or _("nobody"))
    value = getattr(row, name)
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return shown_value(value, Appeal._meta.get_field(name)) or "–"
