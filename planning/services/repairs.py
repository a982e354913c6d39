"""A repair plan of a network: which segments to renew within a budget, by breakages expected."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from citymap.sqlfiles import load_sql
from layers.choices import NetworkKind
from layers.models import NetworkSegment
from planning import clustering
from planning.choices import Theme
from planning.hotspots.rates import shrunk_rates
from planning.programme.exact import NoChoiceError, choose_exactly
from planning.programme.greedy import choose_greedily
from planning.programme.problem import Candidate, Choice, Problem
from planning.querysets import midnight
from planning.services.errors import PlanningRefusedError

# A breakage within this of a segment is its own.
REACH_M = 30.0
# Breakages in ten thousand years: whole numbers for the choice.
BENEFIT_UNIT = 10_000
SOLVER_SECONDS = 8.0
THEMES = {
    NetworkKind.HEAT: Theme.HEAT,
    NetworkKind.WATER: Theme.WATER,
    NetworkKind.SEWER: Theme.SEWER,
    NetworkKind.GAS: Theme.GAS,
    NetworkKind.POWER: Theme.POWER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A segment: breaks of the period, expected breaks a year, what renewing it costs."""

    segment: int
    length_m: float
    material: str
    decade: int
    breaks: int
    per_km_year: float
    expected: float
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPlan:
    """What to renew: `exact` and `greedy` are lists of stretches, most breakages first.

    known: segments with a breakage, among which was chosen; breaks: all of the period.
    """

    exact: list[Stretch]
    greedy: list[Stretch]
    gap: float
    known: int
    breaks: int
    segments: int


def repair_plan(
    *, kind: NetworkKind, since: dt.date, until: dt.date, price_m: int, budget: int
) -> RepairPlan:
    """The best choice and the greedy one among segments that broke. Writes nothing.

    price_m: tenge for a metre renewed. Raises PlanningRefusedError for a kind without breakages
    of its own, an empty period, or a price that is none.
    """
    if kind not in THEMES:
        raise PlanningRefusedError(_("Breakages of this network are not recorded."))
    if until <= since or price_m <= 0 or budget < 0:
        raise PlanningRefusedError(_("Give a period, a price and a budget."))
    every = stretches(kind=kind, since=since, until=until, price_m=price_m)
    broken = [one for one in every if one.breaks]
    by_key = {f"segment {one.segment}": one for one in broken}
    problem = Problem(
        candidates=tuple(
            Candidate(key=key, cost=one.cost, benefit=max(1, round(one.expected * BENEFIT_UNIT)))
            for key, one in by_key.items()
        ),
        budgets=(budget,),
    )
    try:
        solution = choose_exactly(problem, seconds=SOLVER_SECONDS)
    except NoChoiceError as error:
        raise PlanningRefusedError(
            _("No choice keeps all rules: %(why)s.") % {"why": error}
        ) from error

    def chosen(choice: Choice) -> list[Stretch]:
        found = [by_key[one.key] for one, _year in choice.chosen()]
        return sorted(found, key=lambda one: (-one.expected, one.segment))

    return RepairPlan(
        exact=chosen(solution.choice),
        greedy=chosen(choose_greedily(problem)),
        gap=solution.gap,
        known=len(broken),
        breaks=sum(one.breaks for one in broken),
        segments=len(every),
    )


def stretches(
    *, kind: NetworkKind, since: dt.date, until: dt.date, price_m: int
) -> Sequence[Stretch]:
    """All segments of a kind with rates shrunk to their class (material and decade laid)."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(clustering.__file__, "stretches.sql"),
            {
                "kind": kind,
                "theme": THEMES[kind],
                "reach_m": REACH_M,
                "since": midnight(since),
                "until": midnight(until),
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    length_m = np.array([row[1] for row in rows])
    breaks = np.array([row[4] for row in rows])
    years = (until - since).days / 365.25
    rates = shrunk_rates(breaks, length_m, [(row[2], row[3]) for row in rows], years=years)
    return [
        Stretch(
            segment=row[0],
            length_m=row[1],
            material=row[2],
            decade=row[3],
            breaks=row[4],
            per_km_year=float(rate),
            expected=float(rate) * row[1] / 1000,
            cost=max(1, round(row[1] * price_m)),
        )
        for row, rate in zip(rows, rates.shrunk, strict=True)
    ]


def segments_of(plan: Sequence[Stretch]) -> dict[int, NetworkSegment]:
    """The segments of a plan with their owners."""
    rows = NetworkSegment.objects.select_related("owner")
    return rows.in_bulk([one.segment for one in plan])
