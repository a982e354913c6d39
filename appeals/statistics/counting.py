"""The numbers: each measure is one condition, which its list of cases uses as well."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appeals.choices import Channel, ContactKind, Outcome, State
from appeals.models import Appeal, Category, Contact, Feedback
from appeals.statistics.filters import Chosen, territories
from appeals.workflow import OPEN, RUNNING
from citymap.accounts.models import Organization

TOP = 40
VERIFIED = Q(state__in=[State.VERIFIED, State.CLOSED])


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something that is counted among appeals: a name, a title, a condition at a moment."""

    name: str
    title: Any
    where: Callable[[dt.datetime], Q]
    short: bool = True


MEASURES: Mapping[str, Measure] = {
    one.name: one
    for one in (
        Measure(name="received", title=pgettext_lazy("count", "Received"), where=lambda now: Q()),
        Measure(
            name="in_work", title=_("In work"), where=lambda now: Q(state__in=sorted(OPEN))
        ),
        Measure(
            name="done", title=_("Done"), where=lambda now: VERIFIED & Q(outcome=Outcome.DONE)
        ),
        Measure(
            name="explained", title=_("Explained"),
            where=lambda now: VERIFIED & Q(outcome=Outcome.EXPLAINED),
        ),
        Measure(
            name="planned", title=_("Planned, not done"),
            where=lambda now: VERIFIED & Q(outcome=Outcome.PLANNED),
        ),
        Measure(
            name="other", title=_("Refused, no money, not confirmed"),
            where=lambda now: VERIFIED & Q(outcome__in=[
                Outcome.NEEDS_FUNDING, Outcome.NOT_CONFIRMED, Outcome.REFUSED, Outcome.NOT_OURS,
            ]),
        ),
        Measure(
            name="overdue", title=_("Overdue now"),
            where=lambda now: Q(
                state__in=sorted(RUNNING), paused_at__isnull=True, due_at__lt=now
            ),
        ),
        Measure(
            name="late", title=_("Answered late"),
            where=lambda now: Q(reported_at__gt=F("due_at")),
        ),
        Measure(
            name="joined", title=_("Joined"), where=lambda now: Q(state=State.JOINED), short=False
        ),
        Measure(
            name="withdrawn", title=_("Withdrawn"), where=lambda now: Q(state=State.WITHDRAWN),
            short=False,
        ),
        Measure(
            name="reopened", title=_("Open again"), where=lambda now: Q(state=State.REOPENED),
            short=False,
        ),
        Measure(
            name="returned", title=_("Returned by bodies"), where=lambda now: Q(hops__gt=0),
            short=False,
        ),
    )
}  # fmt: skip
ALL = tuple(MEASURES.values())
SHORT = tuple(one for one in MEASURES.values() if one.short)


def counts(now: dt.datetime, measures: tuple[Measure, ...] = ALL) -> dict[str, Count]:
    """Each measure as an aggregate."""
    return {one.name: Count("pk", filter=one.where(now)) for one in measures}


def appeals(chosen: Chosen) -> QuerySet:
    """Real appeals that the filters choose."""
    return Appeal.objects.real().filter(chosen.appeals()).order_by()


def totals(chosen: Chosen, now: dt.datetime) -> dict[str, Any]:
    """All numbers of the page's head: contacts by kind, appeals by measure. Three queries."""
    kinds = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in ContactKind}
    contacts = Contact.objects.real().filter(chosen.contacts()).order_by()
    found = contacts.aggregate(contacts=Count("pk"), **kinds)
    heard = found["contacts"] - found[ContactKind.DROP]
    found["first_contact_share"] = (
        100 * found[ContactKind.CONSULTATION] / heard if heard and not chosen.narrows else None
    )
    found |= appeals(chosen).aggregate(**counts(now))
    said = Feedback.objects.filter(appeal__in=appeals(chosen).values("pk"))
    calls = appeals(chosen).aggregate(mean=Avg("call_backs__satisfaction"))
    found["satisfaction"] = calls["mean"]
    found["words"] = said.count()
    return found


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A way to split the numbers: rows are `(key, label, counts)`."""

    name: str
    title: Any
    rows: Callable[[Chosen, dt.datetime], list[tuple[Any, str, dict[str, int]]]]
    parameter: str


def _grouped(chosen: Chosen, now: dt.datetime, field: str) -> list[dict[str, Any]]:
    found = appeals(chosen).values(field).annotate(**counts(now, SHORT))
    return list(found.order_by("-received", field))


def _by_body(chosen: Chosen, now: dt.datetime) -> list:
    rows = _grouped(chosen, now, "executor")[:TOP]
    names = Organization.objects.in_bulk([row["executor"] for row in rows if row["executor"]])
    return [
        (row["executor"], str(names[row["executor"]].title) if row["executor"] else "", row)
        for row in rows
    ]


def _by_category(chosen: Chosen, now: dt.datetime) -> list:
    """Groups; leaves when one group or leaf is chosen."""
    field = "category" if chosen.category is not None else "category__parent"
    rows = _grouped(chosen, now, field)
    names = Category.objects.in_bulk([row[field] for row in rows])
    return [(row[field], names[row[field]].name, row) for row in rows]


def _by_channel(chosen: Chosen, now: dt.datetime) -> list:
    return [
        (row["channel"], str(Channel(row["channel"]).label), row)
        for row in _grouped(chosen, now, "channel")
    ]


def _by_territory(chosen: Chosen, now: dt.datetime) -> list:
    """One index scan for each part of the city; parts may overlap, so rows do not add up."""
    found = []
    for part in territories():
        row = appeals(chosen).filter(geom__intersects=part.geom).aggregate(**counts(now, SHORT))
        if row["received"]:
            found.append((part.pk, part.name, row))
    return sorted(found, key=lambda one: -one[2]["received"])


def _by_month(chosen: Chosen, now: dt.datetime) -> list:
    rows = (
        appeals(chosen).annotate(month=TruncMonth("registered_at")).values("month")
        .annotate(**counts(now, SHORT)).order_by("month")
    )  # fmt: skip
    return [(row["month"].date(), date_format(row["month"], "YEAR_MONTH_FORMAT"), row)
            for row in rows]  # fmt: skip


DIMENSIONS: Mapping[str, Dimension] = {
    one.name: one
    for one in (
        Dimension(name="category", title=_("By category"), rows=_by_category,
                  parameter="category"),
        Dimension(name="body", title=_("By organisation"), rows=_by_body, parameter="body"),
        Dimension(name="territory", title=_("By territory"), rows=_by_territory,
                  parameter="territory"),
        Dimension(name="channel", title=_("By channel"), rows=_by_channel, parameter="channel"),
        Dimension(name="month", title=_("By month"), rows=_by_month, parameter="month"),
    )
}  # fmt: skip
