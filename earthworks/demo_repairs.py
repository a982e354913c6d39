"""The demo's repairs of roads, in yearly plans."""

import datetime as dt
import random

from citymap.accounts.models import Organization
from earthworks.choices import RepairKind, RepairState
from earthworks.models import BudgetLine, RepairPlan, RepairWork
from layers.choices import CARRIAGEWAY_CLASSES
from layers.models import Road

YEARS = 3
SOURCE = "demo"
_DAY = dt.timedelta(days=1)


def bodies(*names: str) -> dict[str, Organization]:
    """The demo's bodies by their names in its list."""
    found = Organization.objects.filter(source=SOURCE, source_id__in=names)
    return {body.source_id: body for body in found}


def make_repairs(chance: random.Random, today: dt.date, count: int) -> int:
    """Road repairs in yearly plans; returns how many."""
    roads = list(
        Road.objects.current().filter(road_class__in=CARRIAGEWAY_CLASSES)
        .order_by("source", "source_id").only("name", "geom")[:2000]
    )  # fmt: skip
    known = bodies("roads", "build1", "build4")
    if not roads or len(known) < 3:
        return 0
    plans: dict[int, RepairPlan] = {}
    works = []
    for number in range(count):
        begins_on = today - chance.randint(-120, 365 * YEARS) * _DAY
        ends_on = begins_on + chance.randint(10, 40) * _DAY
        year = begins_on.year
        if year not in plans:
            plans[year] = RepairPlan.objects.create(
                organization=known["roads"], year=year, kind=RepairKind.ROAD,
                title="План ремонта дорог",
            )  # fmt: skip
        road = chance.choice(roads)
        works.append(
            RepairWork(
                source=SOURCE, source_id=str(number), plan=plans[year], kind=RepairKind.ROAD,
                title=f"Ремонт дороги: {road.name or 'внутриквартальный проезд'}",
                organization=known["roads"],
                contractor=known[chance.choice(["build1", "build4"])],
                geom=road.geom, begins_on=begins_on, ends_on=ends_on, first_ends_on=ends_on,
            )
        )  # fmt: skip
    RepairWork.objects.bulk_create(works)
    BudgetLine.objects.bulk_create(
        BudgetLine(work=work, source="Местный бюджет", amount_kzt=chance.randint(5, 90) * 1_000_000)
        for work in works
    )
    running = [work.pk for work in works if work.begins_on <= today]
    done = [work for work in works if work.ends_on < today]
    RepairWork.objects.filter(pk__in=running).update(state=RepairState.RUNNING)
    for work in done:
        work.state, work.started_on, work.done_on = RepairState.DONE, work.begins_on, work.ends_on
    RepairWork.objects.bulk_update(done, ["state", "started_on", "done_on"], batch_size=500)
    return len(works)
