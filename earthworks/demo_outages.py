"""The demo's repairs of networks and what works cut off: in the past, now, and ahead.

Drawn apart from the rest of the demo, so that its orders and road repairs stay what they were.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils import timezone

from earthworks.choices import OrderState, OutageKind, RepairKind, RepairState
from earthworks.demo_extras import name_places
from earthworks.demo_repairs import SOURCE, YEARS, bodies
from earthworks.models import BudgetLine, Order, Outage, RepairPlan, RepairWork
from earthworks.outages import buildings_near
from layers.choices import NetworkKind
from layers.models import NetworkSegment

A_YEAR = 3
SERVED_M, HOUSES = 60.0, 30
PAST, NOW, AHEAD = 40, 4, 8
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """How a service repairs its network; `months` of the year in which it plans to."""

    body: str
    repair: RepairKind
    plan: str
    title: str
    months: tuple[int, ...]


LINES = {
    NetworkKind.HEAT: Line(
        body="heat", repair=RepairKind.HEAT, plan="План ремонта тепловых сетей",
        title="Замена участка теплотрассы", months=(5, 6, 7, 8),
    ),
    NetworkKind.WATER: Line(
        body="water", repair=RepairKind.WATER, plan="План ремонта водопровода",
        title="Замена участка водопровода", months=(4, 5, 6, 7, 8, 9, 10),
    ),
    NetworkKind.POWER: Line(
        body="power", repair=RepairKind.POWER, plan="План ремонта электросетей",
        title="Ремонт кабельной линии", months=tuple(range(1, 13)),
    ),
    NetworkKind.GAS: Line(
        body="gas", repair=RepairKind.GAS, plan="План ремонта газовых сетей",
        title="Ремонт газопровода", months=(5, 6, 7, 8, 9),
    ),
}  # fmt: skip
CUT_OFF = {
    NetworkKind.HEAT: OutageKind.HEAT, NetworkKind.WATER: OutageKind.COLD_WATER,
    NetworkKind.POWER: OutageKind.POWER, NetworkKind.GAS: OutageKind.GAS,
}  # fmt: skip
BY_REPAIR = {line.repair: kind for kind, line in LINES.items()}


def make_network_repairs(seed: int, today: dt.date, scale: int) -> int:
    """Repairs of heat, water, power and gas mains in yearly plans; returns how many."""
    chance = random.Random(seed)
    known = bodies(*(line.body for line in LINES.values()))
    works: list[RepairWork] = []
    for network, line in LINES.items():
        pipes = list(
            NetworkSegment.objects.current().filter(kind=network, length_m__gte=10)
            .order_by("source", "source_id").only("geom")[:1000]
        )  # fmt: skip
        if not pipes or line.body not in known:
            continue
        for number, begins_on in enumerate(_days(chance, line, today, scale)):
            ends_on = begins_on + chance.randint(2, 12) * _DAY
            works.append(
                RepairWork(
                    source=SOURCE, source_id=f"{network}-{number}", kind=line.repair,
                    title=line.title, organization=known[line.body],
                    plan=_plan(line, known[line.body], begins_on.year),
                    geom=chance.choice(pipes).geom, begins_on=begins_on, ends_on=ends_on,
                    first_ends_on=ends_on,
                )
            )  # fmt: skip
    name_places(works)
    RepairWork.objects.bulk_create(works)
    BudgetLine.objects.bulk_create(
        BudgetLine(work=work, source="Средства предприятия", amount_kzt=n * 1_000_000)
        for work, n in ((work, chance.randint(2, 40)) for work in works)
    )
    _live(works, today)
    return len(works)


def _days(chance: random.Random, line: Line, today: dt.date, scale: int) -> Iterator[dt.date]:
    """First days of a service's repairs: in its months of each year, one now, some ahead."""
    for year in range(today.year - YEARS + 1, today.year + 2):
        for _number in range(A_YEAR * scale):
            day = dt.date(year, chance.choice(line.months), chance.randint(1, 25))
            if abs(day - today) > 14 * _DAY:
                yield day
    if today.month in line.months:
        yield today - _DAY
        yield today + 6 * _DAY


def _plan(line: Line, body, year: int) -> RepairPlan:
    return RepairPlan.objects.get_or_create(
        organization=body, year=year, kind=line.repair, defaults={"title": line.plan}
    )[0]


def _live(works: list[RepairWork], today: dt.date) -> None:
    """Past ones are done, one is running, of those ahead one is moved and one cancelled."""
    begun = [work.pk for work in works if work.begins_on <= today]
    RepairWork.objects.filter(pk__in=begun).update(
        state=RepairState.RUNNING, started_on=F("begins_on")
    )
    done = [work for work in works if work.ends_on < today]
    for work in done:
        work.state, work.started_on, work.done_on = RepairState.DONE, work.begins_on, work.ends_on
    RepairWork.objects.bulk_update(done, ["state", "started_on", "done_on"])
    ahead = sorted((w for w in works if w.begins_on > today), key=lambda w: (w.begins_on, w.pk))
    for work, state, reason in zip(
        ahead[-2:],
        (RepairState.MOVED, RepairState.CANCELLED),
        ("Задержка поставки труб", "Участок заменён при аварийном ремонте"),
        strict=False,
    ):
        work.state, work.reason = state, reason
        if state == RepairState.MOVED:
            work.first_ends_on = work.ends_on - 30 * _DAY
        work.save(update_fields=["state", "reason", "first_ends_on"])


# --- what is cut off ----------------------------------------------------------------------
def make_outages(seed: int, now: dt.datetime, scale: int) -> int:
    """Outages of digs on networks and of their repairs; returns how many."""
    chance = random.Random(seed)
    made: list[tuple[Outage, list[int]]] = []
    for holder, kind, starts_at, ends_at in _cuts(chance, now, scale):
        houses = [house.pk for house in buildings_near(holder.geom, SERVED_M)[:HOUSES]]
        if houses:
            of = {"order": holder} if isinstance(holder, Order) else {"work": holder}
            made.append((Outage(kind=kind, starts_at=starts_at, ends_at=ends_at, **of), houses))
    Outage.objects.bulk_create(outage for outage, _houses in made)
    through = Outage.buildings.through
    through.objects.bulk_create(
        through(outage_id=outage.pk, building_id=house)
        for outage, houses in made for house in houses
    )  # fmt: skip
    return len(made)


Cut = tuple[Order | RepairWork, OutageKind, dt.datetime, dt.datetime]


def _cuts(chance: random.Random, now: dt.datetime, scale: int) -> Iterator[Cut]:
    digs = Order.objects.filter(network_kind__in=list(CUT_OFF)).order_by("-begins_on", "pk")
    broken = digs.filter(dug_at__isnull=False)
    hour = now.replace(minute=0, second=0, microsecond=0)
    open_now = broken.filter(state=OrderState.IN_PROGRESS)[: NOW * scale]
    for order in open_now:
        hours = chance.randint(20, 60)
        yield (
            order, CUT_OFF[order.network_kind], hour - dt.timedelta(hours=chance.randint(2, 8)),
            hour + dt.timedelta(hours=hours),
        )  # fmt: skip
    for order in broken.exclude(pk__in=[one.pk for one in open_now])[: PAST * scale]:
        starts_at = order.dug_at - dt.timedelta(hours=chance.randint(0, 5))
        ends_at = min(starts_at + dt.timedelta(hours=chance.randint(5, 40)), now)
        if ends_at > starts_at:
            yield order, CUT_OFF[order.network_kind], starts_at, ends_at
    yield from _of_repairs(now, scale)


def _of_repairs(now: dt.datetime, scale: int) -> Iterator[Cut]:
    today = timezone.localdate(now)
    zone = timezone.get_default_timezone()
    repairs = (
        RepairWork.objects.filter(source=SOURCE, kind__in=list(BY_REPAIR))
        .filter(Q(begins_on__gt=today) | Q(state=RepairState.RUNNING))
        .exclude(state=RepairState.CANCELLED).order_by("begins_on", "pk")[: AHEAD * scale]
    )  # fmt: skip
    for repair in repairs:
        day = max(repair.begins_on, today)
        starts_at = dt.datetime.combine(day, dt.time(9), tzinfo=zone)
        kind = CUT_OFF[BY_REPAIR[repair.kind]]
        # Heating is off in summer anyway: hot water is what houses miss.
        kind = OutageKind.HOT_WATER if kind == OutageKind.HEAT else kind
        ends_on = min(repair.ends_on, day + 3 * _DAY) if kind == OutageKind.HOT_WATER else day
        yield repair, kind, starts_at, dt.datetime.combine(ends_on, dt.time(18), tzinfo=zone)
