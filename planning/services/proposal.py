"""What to ask money for: by theme, how many people and places, what it costs, what stays unmet."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from appeals.choices import CostClass, Outcome, State
from appeals.models import Category
from citymap.sqlfiles import load_sql
from planning import clustering
from planning.models import ProgrammeVersion, ProgrammeYard, QueueRow
from planning.programme.costs import total
from planning.querysets import midnight
from planning.queue.eligibility import Obstacle
from planning.queueinputs import read_standing
from planning.services.candidates import costs_of

# Appeals of one theme this close are one place.
REACH_M = 60.0
# Tenge that a class of cost stands for: the middle of its range; the open one its beginning.
MIDDLES = {
    CostClass.SMALL: 500_000,
    CostClass.MEDIUM: 5_500_000,
    CostClass.LARGE: 55_000_000,
    CostClass.HUGE: 100_000_000,
}
UNMET = (Outcome.NEEDS_FUNDING, Outcome.PLANNED)
IGNORED = (State.JOINED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeLine:
    """One theme: costs are whole tenge of places whose reply said that money is needed."""

    code: str
    title: str
    appeals: int
    places: int
    applicants: int
    cost: int
    unmet: int
    promises_open: int
    promises_broken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YardsLine:
    """Yards that may be taken and are in no programme in force, and those that must wait."""

    yards: int
    apartments: int
    cost: int
    held: int


def proposal(*, since: dt.date, until: dt.date) -> list[ThemeLine]:
    """Themes of the appeals registered from `since` up to `until`, most applicants first."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(clustering.__file__, "proposal.sql"),
            {
                "since": midnight(since),
                "until": midnight(until),
                "reach_m": REACH_M,
                "ignored": [str(state) for state in IGNORED],
                "unmet": [str(outcome) for outcome in UNMET],
                "needs_funding": str(Outcome.NEEDS_FUNDING),
                "costs": json.dumps({str(name): tenge for name, tenge in MIDDLES.items()}),
            },
        )
        rows = cursor.fetchall()
    groups = Category.objects.in_bulk([row[0] for row in rows])
    return [
        ThemeLine(
            code=groups[row[0]].code,
            title=groups[row[0]].name,
            appeals=row[1],
            places=row[2],
            applicants=row[3],
            cost=int(row[4]),
            unmet=row[5],
            promises_open=row[6],
            promises_broken=row[7],
        )
        for row in rows
    ]


def yards_line() -> YardsLine:
    """What all yards of the queue that need work and are not planned would cost today.

    Raises PlanningRefusedError when a work has no unit price.
    """
    in_force = ProgrammeVersion.objects.in_force().values("pk")
    planned = ProgrammeYard.objects.filter(version__in=in_force).values("yard")
    rows: Sequence[tuple[int, float]] = list(
        QueueRow.objects.in_force().exclude(yard__in=planned).values_list("yard_id", "apartments")
    )
    standing = read_standing([yard for yard, _apartments in rows])
    free = [(yard, apartments) for yard, apartments in rows if not standing[yard].obstacles]
    costs = costs_of([yard for yard, _apartments in free], on=timezone.localdate())
    obstacles = [standing[yard].obstacles for yard, _apartments in rows]
    held = sum(bool(found) and Obstacle.NOT_NEEDED not in found for found in obstacles)
    return YardsLine(
        yards=len(free),
        apartments=round(sum(apartments for _yard, apartments in free)),
        cost=sum(total(lines) for lines in costs.values()),
        held=held,
    )
