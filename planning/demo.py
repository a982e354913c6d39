"""The demo's surveys of yards and unit prices: 148 yards need attention, as in the real survey."""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from citymap.demo import DemoOptions, DemoPart, register_demo
from layers.choices import Condition
from layers.models import Yard
from planning import demo_events  # noqa: F401  registers its own part
from planning.choices import Work
from planning.models import WorkPrice, YardSurvey
from planning.programme.costs import estimated_amounts
from planning.services.queue import read_amounts, take_snapshot

SOURCE = "demo"
NEED_ATTENTION = 148
SURVEYED_ON = dt.date(2026, 5, 20)
# Tenge a unit; of our own making.
PRICES = {
    Work.ASPHALT: 9_800,
    Work.PARKING: 9_200,
    Work.SIDEWALK: 7_600,
    Work.KERB: 5_400,
    Work.LIGHTING: 310_000,
    Work.PLAYGROUND: 6_500_000,
    Work.GREENERY: 2_300,
    Work.DRAINAGE: 18_500,
}


def load(options: DemoOptions, say: Callable[[str], None]) -> None:
    """Prices, a survey of every yard, the first queue. A second run changes nothing."""
    for work, price in PRICES.items():
        WorkPrice.objects.get_or_create(
            work=work,
            valid_from=dt.date(2026, 1, 1),
            defaults={"price": Decimal(price), "citation": "Demo, not a real price list"},
        )
    if not YardSurvey.objects.filter(source=SOURCE).exists():
        say(f"surveys of yards: {_survey(options)}")
    take_snapshot(as_of=timezone.localdate())


def _survey(options: DemoOptions) -> int:
    """Every yard once; which need work is chance by the seed and the yard's own id."""
    yards = list(Yard.objects.current().order_by("source", "source_id"))
    chance = {yard.pk: random.Random(f"{options.seed}:{yard.source_id}") for yard in yards}
    worst = sorted(yards, key=lambda yard: (chance[yard.pk].random(), yard.source_id))
    needing = {yard.pk for yard in worst[: NEED_ATTENTION * options.scale]}
    YardSurvey.objects.bulk_create(
        (
            YardSurvey(
                yard=yard,
                surveyed_on=SURVEYED_ON,
                source=SOURCE,
                **_findings(yard, chance[yard.pk], needs_work=yard.pk in needing),
            )
            for yard in yards
        ),
        batch_size=1000,
    )
    return len(yards)


def _findings(yard: Yard, chance: random.Random, *, needs_work: bool) -> dict:
    """Columns of a survey."""
    if not needs_work:
        return {
            "condition": chance.choice([Condition.GOOD, Condition.FAIR]),
            "needs_work": False,
        }
    usual = estimated_amounts(yard.area_m2)
    amounts = {work: float(amount) * chance.uniform(0.6, 1.3) for work, amount in usual.items()}
    return {
        "condition": Condition.POOR,
        "needs_work": True,
        "land_ready": chance.random() > 0.04,
        "demolition": chance.random() < 0.02,
        "network_renewal_due": chance.random() < 0.08,
        "project_ready": chance.random() > 0.15,
        "amounts": read_amounts({work: max(1, round(amount)) for work, amount in amounts.items()}),
    }


register_demo(DemoPart(name="planning", load=load, order=60))
