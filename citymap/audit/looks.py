"""Looks at personal data, by keyset."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from citymap.personal.models import PersonalEvent

PAGE_SIZE = 50
EXPORT_BATCH = 2000
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, kw_only=True)
class LookPlace:
    """Where a page ended."""

    when: dt.datetime
    id: int

    def __str__(self) -> str:
        return f"{self.when.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "LookPlace | None":
        when, _, number = text.partition("~")
        try:
            moment = parse_datetime(when)
        except ValueError:
            return None
        if moment is None or moment.tzinfo is None or not _NUMBER.fullmatch(number):
            return None
        return cls(when=moment, id=int(number))


@dataclass(frozen=True, kw_only=True)
class LookPage:
    """Looks, and where the next page begins; None at the end."""

    rows: list[PersonalEvent]
    next: LookPlace | None


def looks_page(
    rows: QuerySet[PersonalEvent],
    *,
    after: LookPlace | None = None,
    oldest_first: bool = False,
    size: int = PAGE_SIZE,
) -> LookPage:
    """The next `size` looks after a place."""
    side = "gt" if oldest_first else "lt"
    if after is not None:
        # The bound by time alone is what the index is entered with.
        rows = rows.filter(**{f"at__{side}e": after.when}).filter(
            Q(**{f"at__{side}": after.when}) | Q(at=after.when, **{f"id__{side}": after.id})
        )
    order = ("at", "id") if oldest_first else ("-at", "-id")
    found = list(rows.select_related("user", "person").order_by(*order)[: size + 1])
    shown = found[:size]
    more = len(found) > size
    return LookPage(
        rows=shown, next=LookPlace(when=shown[-1].at, id=shown[-1].id) if more else None
    )


def all_looks(
    rows: QuerySet[PersonalEvent], *, oldest_first: bool, most: int
) -> Iterator[PersonalEvent]:
    """Every look that is asked for, at most so many, in batches."""
    after, left = None, most
    while left > 0:
        page = looks_page(
            rows, after=after, oldest_first=oldest_first, size=min(EXPORT_BATCH, left)
        )
        yield from page.rows
        after, left = page.next, left - len(page.rows)
        if after is None:
            return
