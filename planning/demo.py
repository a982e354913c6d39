"""The demo's surveys of yards and unit prices: 148 yards need attention, as in the real survey.

Last year's programme is done, with photos; this year's is under way.
"""

import datetime as dt
import io
import random
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.history.context import acting
from layers.choices import Condition
from layers.models import Yard
from planning import demo_events, demo_problems  # noqa: F401  register their own parts
from planning.choices import ChosenBy, PhotoShows, Stage, Work
from planning.demo_pictures import yard_picture
from planning.models import (
    Programme,
    ProgrammeVersion,
    ProgrammeYard,
    QueueRow,
    WorkPrice,
    YardStage,
    YardSurvey,
)
from planning.programme.costs import estimated_amounts, total
from planning.services.photos import add_yard_photo
from planning.services.programmes import (
    costs_of,
    fill_draft,
    publish_version,
    put_yard,
    start_programme,
)
from planning.services.queue import read_amounts, take_snapshot

SOURCE = "demo"
NEED_ATTENTION = 148
SURVEYED_ON = dt.date(2026, 5, 20)
# Yards that last year's programme put right; tenge of this year's.
DONE = 40
BUDGET = 900_000_000
_REASON = "Бюджет города, утверждён маслихатом (демо)"
_NOTE = "Рисунок для демонстрации"
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
            defaults={
                "price": Decimal(price),
                "citation": "Демо: условные расценки, не прейскурант",
            },
        )
    if not YardSurvey.objects.filter(source=SOURCE).exists():
        say(f"surveys of yards: {_survey(options)}")
    take_snapshot(as_of=timezone.localdate())
    if not Programme.objects.exists():
        with acting(command="loaddemo"):
            say(f"programmes: yards done and planned: {_programmes()}")


def _programmes() -> str:
    """Last year's programme, all done with photos; this year's under way. Both are published."""
    planner = User.objects.filter(roles__contains=[Role.PLANNER]).order_by("pk").first()
    if planner is None:
        return "there is no planner"
    year = timezone.localdate().year
    done = _publish(year - 1, _not_needing(DONE), planner)
    for row in done.rows.select_related("yard"):
        _pass_stages(row, Stage.values, planner)
        for is_after in (False, True):
            content = yard_picture(row.yard.source_id, done=is_after)
            add_yard_photo(
                yard=row.yard,
                file=io.BytesIO(content),
                shows=PhotoShows.AFTER if is_after else PhotoShows.BEFORE,
                taken_on=dt.date(year - 1, 9 if is_after else 4, 12),
                note=_NOTE,
                user=planner,
            )
    running = start_programme(
        name=f"Дворы {year} года", first_year=year, budgets=[BUDGET], reason=_REASON, user=planner,
        budget_source="Местный бюджет",
    )  # fmt: skip
    fill_draft(version=running, method=ChosenBy.EXACT, user=planner)
    publish_version(version=running, user=planner)
    for number, row in enumerate(running.rows.select_related("yard")):
        _pass_stages(row, Stage.values[: 1 + number % len(Stage.values)], planner)
    return f"{done.rows.count()}, {running.rows.count()}"


def _not_needing(count: int) -> list[Yard]:
    """The first of the queue that the survey found in good order: the work that was done there."""
    rows = QueueRow.objects.in_force().select_related("yard").defer("yard__geom_3857")
    fine = YardSurvey.objects.filter(needs_work=False).values("yard")
    return [row.yard for row in rows.filter(yard__in=fine)[:count]]


def _publish(year: int, yards: list[Yard], planner: User) -> ProgrammeVersion:
    costs = costs_of([yard.pk for yard in yards])
    version = start_programme(
        name=f"Дворы {year} года", first_year=year, reason=_REASON, user=planner,
        budgets=[sum(total(lines) for lines in costs.values())], budget_source="Местный бюджет",
    )  # fmt: skip
    for yard in yards:
        put_yard(version=version, yard=yard, year=year, reason=_REASON, user=planner)
    return publish_version(version=version, user=planner)


def _pass_stages(row: ProgrammeYard, stages: list[str], planner: User) -> None:
    """The stages of a yard, the first in January, one about each month and a half."""
    contractor = Organization.objects.filter(kind=OrganizationKind.CONTRACTOR).order_by("pk")
    firms = list(contractor[:5])
    for number, stage in enumerate(stages):
        day = dt.date(row.year, 1, 20) + dt.timedelta(45 * number)
        if day > timezone.localdate() or (stage == Stage.CONTRACT and not firms):
            return
        YardStage.objects.create(
            programme=row.version.programme,
            yard=row.yard,
            stage=stage,
            reached_on=day,
            contractor=firms[row.yard_id % len(firms)] if stage == Stage.CONTRACT else None,
            contract_number=f"Д-{row.year}/{row.position}" if stage == Stage.CONTRACT else "",
            cost=row.cost * 97 // 100 if stage == Stage.CONTRACT else None,
            guarantee_until=day.replace(year=day.year + 5) if stage == Stage.GUARANTEE else None,
            made_by=planner,
        )


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
