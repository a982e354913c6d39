"""The rooms' facts as events: appeals, the voices behind them, breakages, orders, repairs.

Each source is read once by key, and after that by the queue of changes (`EventChange`), which
triggers on the rooms' tables fill in the very transaction of a change: a change is neither missed
nor seen before it is committed, in whatever order transactions end.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appeals.models import Appeal, Applicant, Incident
from earthworks.choices import OrderKind, OrderState, RepairState
from earthworks.models import Order, RepairWork
from planning.models import Event, EventChange
from planning.querysets import VOICES
from planning.sources import EventSource, SourceEvent, register_source
from planning.themes import (
    NO_EVENT_OUTCOMES,
    NO_EVENT_STATES,
    theme_of_category,
    theme_of_network,
    theme_of_repair,
)

PORTION = 5000
APPEALS, BREAKAGES = "appeals", "breakages"
INCIDENTS, ORDERS, REPAIRS = "incidents", "orders", "repairs"
# Ground was opened, or is.
_DUG = sorted({*OrderState} - {OrderState.DRAFT, OrderState.APPLIED, OrderState.APPROVING,
                               OrderState.REFUSED, OrderState.CANCELLED})  # fmt: skip


class _Coordinate(Func):
    output_field = models.FloatField()


def _placed(rows: models.QuerySet) -> models.QuerySet:
    """Rows with `x` and `y` of a point of their place, metres."""
    return rows.annotate(
        x=_Coordinate(PointOnSurface("geom"), function="ST_X"),
        y=_Coordinate(PointOnSurface("geom"), function="ST_Y"),
    )


# --- what each room's rows are as events ----------------------------------------------------


def _appeals(ids: list[int]) -> Iterator[SourceEvent]:
    rows = _placed(
        Appeal.objects.real()
        .filter(pk__in=ids)
        .exclude(Q(state__in=NO_EVENT_STATES) | Q(outcome__in=NO_EVENT_OUTCOMES))
    ).annotate(
        first=models.Subquery(
            Applicant.objects.filter(appeal=models.OuterRef("pk")).order_by("id")
            .values("person")[:1]
        )
    )  # fmt: skip
    for pk, code, when, x, y, person in rows.values_list(
        "pk", "category__code", "received_at", "x", "y", "first"
    ):
        yield SourceEvent(
            id=str(pk), theme=theme_of_category(code), when=when, x=x, y=y, person=person
        )


def _voices(ids: list[int]) -> Iterator[SourceEvent]:
    """Everybody beyond the first applicant of an appeal, those of joined appeals too.

    They are heard in the queue of yards and are no events of their own in density and hotspots.
    """
    said: set[str] = set()
    rows = (
        Applicant.objects.filter(appeal__in=ids, appeal__practice=False)
        .exclude(Q(appeal__state="withdrawn") | Q(appeal__outcome__in=NO_EVENT_OUTCOMES))
        .annotate(
            x=_Coordinate(PointOnSurface("appeal__geom"), function="ST_X"),
            y=_Coordinate(PointOnSurface("appeal__geom"), function="ST_Y"),
        )
        .order_by("appeal", "id")
    )
    heard = 0
    for appeal, state, code, when, x, y, person in rows.values_list(
        "appeal", "appeal__state", "appeal__category__code", "appeal__received_at", "x", "y",
        "person",
    ):  # fmt: skip
        first, heard = appeal != heard, appeal
        if first and state not in NO_EVENT_STATES:
            continue
        name = f"{appeal}:{person}"
        said.add(name)
        yield SourceEvent(
            id=name, theme=theme_of_category(code), when=when, x=x, y=y, person=person
        )
    known = Event.objects.filter(source=VOICES).annotate(
        appeal=Func(
            F("source_id"), models.Value(":"), models.Value(1), function="split_part",
            output_field=models.TextField(),
        )
    )  # fmt: skip
    for name in known.filter(appeal__in=[str(pk) for pk in ids]).values_list(
        "source_id", flat=True
    ):
        if name not in said:
            yield SourceEvent(id=name, gone=True)


def _incidents(ids: list[int]) -> Iterator[SourceEvent]:
    rows = _placed(Incident.objects.filter(pk__in=ids))
    for pk, code, when, x, y in rows.values_list("pk", "category__code", "started_at", "x", "y"):
        yield SourceEvent(id=str(pk), theme=theme_of_category(code), when=when, x=x, y=y)


def _digs(kind: OrderKind) -> Callable[[list[int]], Iterator[SourceEvent]]:
    def read(ids: list[int]) -> Iterator[SourceEvent]:
        rows = _placed(
            Order.objects.filter(pk__in=ids, kind=kind).filter(
                Q(state__in=_DUG) | Q(dug_at__isnull=False, kind=OrderKind.EMERGENCY)
            )
        ).annotate(when=Coalesce("dug_at", "started_at"))
        for pk, network, when, begins_on, x, y in rows.values_list(
            "pk", "network_kind", "when", "begins_on", "x", "y"
        ):
            yield SourceEvent(
                id=str(pk), theme=theme_of_network(network), when=when or _noon(begins_on), x=x, y=y
            )

    return read


def _repairs(ids: list[int]) -> Iterator[SourceEvent]:
    rows = _placed(
        RepairWork.objects.filter(pk__in=ids, state__in=[RepairState.RUNNING, RepairState.DONE])
    )
    for pk, kind, day, x, y in rows.annotate(day=Coalesce("started_on", "begins_on")).values_list(
        "pk", "kind", "day", "x", "y"
    ):
        yield SourceEvent(id=str(pk), theme=theme_of_repair(kind), when=_noon(day), x=x, y=y)


def _noon(day: dt.date) -> dt.datetime:
    """A fact that has a day and no hour stands at local noon."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_default_timezone())


# --- how they are brought -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableSource:
    """A source over one table. The mark: last key read `/` last row of the queue read."""

    name: str
    model: type[models.Model]
    read: Callable[[list[int]], Iterable[SourceEvent]]
    own_ids: bool = True

    def changed(self, mark: str) -> tuple[list[SourceEvent], str]:
        """New rows by key, then what the queue of changes holds; a portion at a time."""
        key, _slash, queued = mark.partition("/")
        last, seen = int(key or 0), int(queued or 0)
        ids = list(
            self.model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
            [:PORTION]
        )  # fmt: skip
        if ids:
            return self._events(ids), f"{ids[-1]}/{seen}"
        changes = list(
            EventChange.objects.select_for_update(skip_locked=True)
            .filter(source=self.name).order_by("id")[:PORTION]
        )  # fmt: skip
        if not changes:
            return [], mark
        EventChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
        ids = sorted({change.object_id for change in changes})
        return self._events(ids), f"{last}/{changes[-1].pk}"

    def _events(self, ids: list[int]) -> list[SourceEvent]:
        """Of these rows; those that are no events (any more) are said to be gone."""
        found = list(self.read(ids))
        if self.own_ids:
            there = {event.id for event in found}
            found += [SourceEvent(id=str(pk), gone=True) for pk in ids if str(pk) not in there]
        return found


def _register(source: TableSource, title, order: int) -> None:
    register_source(EventSource(name=source.name, title=title, changed=source.changed, order=order))


_register(TableSource(APPEALS, Appeal, _appeals), _("Appeals"), 10)
_register(TableSource(VOICES, Appeal, _voices, own_ids=False), _("Further applicants"), 20)
_register(TableSource(INCIDENTS, Incident, _incidents), _("Incidents"), 30)
_register(TableSource(BREAKAGES, Order, _digs(OrderKind.EMERGENCY)), _("Breakages of networks"), 40)
_register(TableSource(ORDERS, Order, _digs(OrderKind.PLANNED)), _("Digs by order"), 50)
_register(TableSource(REPAIRS, RepairWork, _repairs), _("Repairs"), 60)
