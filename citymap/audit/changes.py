"""Search over the events of all tracked models, newest or oldest first, by keyset.

Each model has an event table of its own. Every table gives its next few rows from its primary
key, and the database merges them: a page costs the same at the first and at the last of a
million events. Bounds in time become bounds of the key (`sql/event_at.sql`).
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from citymap.history.timeline import ACTIONS
from citymap.history.tracking import Tracking, trackings

PAGE_SIZE = 50
EXPORT_BATCH = 2000
_NUMBER = re.compile(r"[0-9]{1,18}")
# Events of transactions side by side may be numbered a little out of the order of their times.
SLACK = dt.timedelta(minutes=5)
PEOPLE, COMMANDS, NOBODY = "people", "commands", "nobody"
# Names of our own begin as the history's do: a tracked model may have a `key` or a `table`.
COLUMNS = ("pgh_table", "pgh_id", "pgh_created_at", "pgh_label", "pgh_key", "pgh_context")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page ended: after this event comes the next one."""

    when: dt.datetime
    table: str
    id: int

    def __str__(self) -> str:
        return f"{self.when.isoformat()}~{self.table}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """From `str(place)`; None when it is none."""
        when, _, rest = text.partition("~")
        table, _, number = rest.partition("~")
        try:
            moment = parse_datetime(when)
        except ValueError:
            return None
        if moment is None or moment.tzinfo is None or not _NUMBER.fullmatch(number):
            return None
        return cls(when=moment, table=table, id=int(number))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; empty means all.

    users: ids of members of staff; None: anybody. origin: PEOPLE, COMMANDS or NOBODY.
    start, end: events at or after, and before.
    """

    models: Sequence[Tracking] = field(default_factory=tuple)
    key: str = ""
    users: Sequence[int] | None = None
    origin: str = ""
    action: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    oldest_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One change in a list."""

    table: str
    id: int
    when: dt.datetime
    action: str
    kind: str
    key: str
    name: str
    who: str
    command: str
    reason: str
    irregular: bool

    @property
    def place(self) -> Place:
        return Place(when=self.when, table=self.table, id=self.id)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows, and where the next page begins; None at the end."""

    rows: list[Row]
    next: Place | None


def page_of(wanted: Wanted, *, after: Place | None = None, size: int = PAGE_SIZE) -> Page:
    """The next `size` changes after a place, or the first ones."""
    found = _merged(wanted, after=after, size=size + 1)
    rows = _described(found[:size])
    return Page(rows=rows, next=rows[-1].place if len(found) > size else None)


def all_rows(wanted: Wanted, *, most: int) -> Iterator[Row]:
    """Every change that is looked for, at most so many, in batches."""
    after, left = None, most
    while left > 0:
        page = page_of(wanted, after=after, size=min(EXPORT_BATCH, left))
        yield from page.rows
        after, left = page.next, left - len(page.rows)
        if after is None:
            return


def _merged(wanted: Wanted, *, after: Place | None, size: int) -> list[tuple]:
    chosen = list(wanted.models) or trackings()
    bounds = _bounds(chosen, wanted, after)
    parts = [_part(one, wanted, after, bounds)[:size] for one in chosen]
    order = _order(wanted)
    if len(parts) == 1:
        return list(parts[0])
    return list(parts[0].union(*parts[1:], all=True).order_by(*order)[:size])


def _order(wanted: Wanted) -> tuple[str, str, str]:
    newest = ("-pgh_created_at", "pgh_table", "-pgh_id")
    return ("pgh_created_at", "-pgh_table", "pgh_id") if wanted.oldest_first else newest


def _part(
    tracking: Tracking, wanted: Wanted, after: Place | None, bounds: dict[str, tuple[int, int]]
) -> QuerySet:
    """One table's share, in the order of its primary key."""
    rows = tracking.event_model.objects.between(wanted.start, wanted.end)
    first, last = bounds.get(tracking.label, (None, None))
    if first is not None:
        rows = rows.filter(pgh_id__gte=first)
    if last is not None:
        rows = rows.filter(pgh_id__lt=last)
    if after is not None:
        rows = rows.filter(_beyond(tracking.label, after, oldest_first=wanted.oldest_first))
    rows = _narrowed(rows, tracking, wanted)
    key = F("pgh_id")
    if wanted.users is not None:
        # Else the planner may walk the whole table for somebody who did little: this way it
        # takes the index of people, and sorts what one of them has done.
        key = key + 0
    return (
        rows.order_by(key.asc() if wanted.oldest_first else key.desc())
        .annotate(
            pgh_table=Value(tracking.label),
            pgh_key=Cast("pgh_obj_id", models.CharField()),
        )
        .values_list(*COLUMNS)
    )


def _beyond(label: str, after: Place, *, oldest_first: bool) -> Q:
    """The events of one table that come after a place in the merged order."""
    side = "gt" if oldest_first else "lt"
    later = Q(**{f"pgh_created_at__{side}": after.when})
    same = Q(pgh_created_at=after.when)
    if label == after.table:
        return later | (same & Q(**{f"pgh_id__{side}": after.id}))
    comes_later = label < after.table if oldest_first else label > after.table
    return later | same if comes_later else later


def _narrowed(rows: QuerySet, tracking: Tracking, wanted: Wanted) -> QuerySet:
    if wanted.key:
        try:
            key = tracking.model._meta.pk.to_python(wanted.key)
        except ValidationError:
            return rows.none()  # no object of this kind can have such a key
        rows = rows.of_key(key)
    if wanted.users is not None:
        who = KeyTextTransform("user", "pgh_context")
        rows = rows.annotate(pgh_user=who).filter(
            pgh_context__has_key="user", pgh_user__in=[str(one) for one in wanted.users]
        )
    if wanted.origin == PEOPLE:
        rows = rows.filter(pgh_context__has_key="user")
    elif wanted.origin == COMMANDS:
        rows = rows.filter(pgh_context__has_key="command")
    elif wanted.origin == NOBODY:
        rows = rows.irregular()
    if wanted.action:
        rows = rows.filter(pgh_label=wanted.action)
    return rows


def _bounds(
    chosen: Sequence[Tracking], wanted: Wanted, after: Place | None
) -> dict[str, tuple[int | None, int | None]]:
    """First and past-the-last key of each table for the period and the place; one query."""
    start, end = wanted.start, wanted.end
    if after is not None and wanted.oldest_first:
        start = max(start, after.when) if start else after.when
    elif after is not None:
        end = min(end, after.when) if end else after.when
    if start is None and end is None:
        return {}
    tables = {one.event_model._meta.db_table: one.label for one in chosen}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, audit_event_at(quote_ident(t)::regclass, %s),"
            " audit_event_at(quote_ident(t)::regclass, %s) FROM unnest(%s::text[]) AS t",
            [
                _shifted(start, -SLACK),
                _shifted(end, SLACK),
                list(tables),
            ],
        )
        return {tables[name]: (first, last) for name, first, last in cursor.fetchall()}


def _shifted(moment: dt.datetime | None, by: dt.timedelta) -> dt.datetime | None:
    """`moment` moved by the slack, or as it is at the edge of the calendar."""
    try:
        return moment + by if moment else None
    except OverflowError:
        return moment


# --- words --------------------------------------------------------------------------------
def kinds() -> dict[str, Tracking]:
    """Tracked models by label, in the order of their names in the reader's language."""
    return {one.label: one for one in sorted(trackings(), key=lambda one: kind_name(one))}


def kind_name(tracking: Tracking) -> str:
    return capfirst(str(tracking.model._meta.verbose_name))


def _described(found: Sequence[tuple]) -> list[Row]:
    by_label = {one.label: one for one in trackings()}
    names = _names(found, by_label)
    people = get_user_model()._base_manager.in_bulk(
        sorted({context["user"] for *_rest, context in found if (context or {}).get("user")})
    )
    rows = []
    for table, number, when, action, key, context in found:
        said = context or {}
        user = people.get(said.get("user"))
        rows.append(
            Row(
                table=table, id=number, when=when, key=key,
                action=str(ACTIONS.get(action, action)),
                kind=kind_name(by_label[table]),
                name=names.get((table, key), ""),
                who=(user.get_full_name() if user else "") or said.get("username", ""),
                command=said.get("command", ""),
                reason=said.get("reason", ""),
                irregular=not said.keys() & {"user", "request", "command"},
            )
        )  # fmt: skip
    return rows


def _names(found: Sequence[tuple], by_label: dict[str, Tracking]) -> dict[tuple[str, str], str]:
    """What the objects are called now; one query per model on the page."""
    wanted: dict[str, set[str]] = {}
    for table, _number, _when, _action, key, _context in found:
        wanted.setdefault(table, set()).add(key)
    names = {}
    for table, keys in wanted.items():
        model: Any = by_label[table].model
        rows = model._base_manager.filter(pk__in=sorted(keys))
        if model._meta.auto_created:
            rows = rows.select_related()  # a link is called by what it links
        for one in rows:
            names[table, str(one.pk)] = str(one)
    return names
