"""The registry of what is planned at a place: rows that a promise may rest on.

Apps offer theirs in `plan_rows.py`:

    register_source(PlanSource(name="repair", title=_("Repair works"), rows=repairs))
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citymap.registry import Registry

if TYPE_CHECKING:
    from appeals.models import Appeal


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """One planned thing: its key in its source, in words, and the day by which it is to be done."""

    key: str
    title: str
    until: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class PlanSource:
    """Whatever plans something: `rows` finds what concerns an appeal's place."""

    name: str
    title: Any
    rows: Callable[["Appeal"], list[PlannedRow]]
    order: int = 0


sources: Registry[PlanSource] = Registry("plan source")


def register_source(source: PlanSource) -> PlanSource:
    return sources.register(source)


def planned_at(appeal: "Appeal") -> dict[str, PlannedRow]:
    """What is planned where the appeal is, by `source:key`."""
    return {f"{source.name}:{row.key}": row for source in sources for row in source.rows(appeal)}
