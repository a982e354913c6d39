"""What a programme chooses from: yards with costs, benefits and districts; what is left after."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.sqlfiles import load_sql
from layers.models import Yard
from planning import clustering
from planning.choices import ChosenBy, Work
from planning.models import ProgrammeVersion, ProgrammeYard, WorkPrice, YardSurvey
from planning.programme.costs import CostLine, cost_lines, estimated_amounts, total
from planning.programme.outlook import Outlook, outlook
from planning.programme.problem import Candidate, Problem, by_quarter
from planning.queue.eligibility import Obstacle
from planning.queueinputs import read_standing
from planning.services.errors import PlanningRefusedError


def problem_of(version: ProgrammeVersion) -> Problem:
    """What is to be chosen in a draft: the yards of its queue that no other programme has.

    Whoever puts a yard in by hand may put in one that is in another programme.
    """
    by_hand = {
        row.yard_id: row.year - version.programme.first_year
        for row in version.rows.filter(chosen_by=ChosenBy.HAND)
    }
    elsewhere = taken_elsewhere(version) - set(by_hand)
    queued = dict(version.queue.rows.exclude(yard__in=elsewhere).values_list("yard_id", "score"))
    yards = _candidates(queued, by_hand=by_hand)
    if version.by_quarter:
        quarters = Yard.objects.filter(pk__in=queued, quarter__isnull=False)
        named = dict(quarters.values_list("pk", "quarter_id"))
        yards = by_quarter(yards, {f"yard {yard}": f"quarter {q}" for yard, q in named.items()})
    return Problem(
        candidates=tuple(yards),
        budgets=tuple(version.budgets),
        least_share={
            district: Fraction(share, 100) for district, share in version.least_shares.items()
        },
    )


def taken_elsewhere(version: ProgrammeVersion) -> set[int]:
    """Yards of the other programmes in force."""
    others = ProgrammeVersion.objects.exclude(programme=version.programme_id).in_force()
    rows = ProgrammeYard.objects.filter(version__in=others.values("pk"))
    return set(rows.values_list("yard_id", flat=True))


def costs_of(yards: Sequence[int], *, on: dt.date | None = None) -> dict[int, list[CostLine]]:
    """What each yard costs by work: surveyed amounts, else an estimate from its area.

    Raises PlanningRefusedError when a work has no unit price.
    """
    prices = dict(WorkPrice.objects.on(on or timezone.localdate()).values_list("work", "price"))
    missing = [str(Work(work).label) for work in Work.values if work not in prices]
    if missing:
        raise PlanningRefusedError(
            _("There is no unit price for: %(works)s.") % {"works": ", ".join(missing)}
        )
    surveyed = dict(
        YardSurvey.objects.last_ones().filter(yard__in=yards).values_list("yard_id", "amounts")
    )
    areas = dict(Yard.objects.filter(pk__in=yards).values_list("pk", "area_m2"))
    return {
        yard: cost_lines(surveyed.get(yard) or estimated_amounts(areas[yard]), prices)
        for yard in yards
    }


def districts_of(yards: Sequence[int]) -> dict[int, int]:
    """Yard -> territory of the smallest district around it; absent where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(clustering.__file__, "districts.sql"), {"yards": list(yards)})
        return dict(cursor.fetchall())


def outlook_of(version: ProgrammeVersion) -> Outlook:
    """What is left after a version, year by year at the budget of its last year.

    Yards that other programmes in force took, or that need no work, are left out as well.
    """
    taken = set(version.rows.values_list("yard_id", flat=True))
    in_force = ProgrammeVersion.objects.in_force().values("pk")
    taken |= set(
        ProgrammeYard.objects.filter(version__in=in_force).values_list("yard_id", flat=True)
    )
    queued = dict(version.queue.rows.exclude(yard__in=taken).values_list("yard_id", "score"))
    standing = read_standing(list(queued))
    needing = {
        yard: score
        for yard, score in queued.items()
        if Obstacle.NOT_NEEDED not in standing[yard].obstacles
    }
    return outlook(_candidates(needing), budget=version.budgets[-1])


def _candidates(
    queued: Mapping[int, int], *, by_hand: Mapping[int, int] | None = None
) -> list[Candidate]:
    """Yards with costs, benefits (scores), districts, and what stands in the way.

    by_hand: yard -> year (0 is the first) for which somebody put it in.
    """
    by_hand = by_hand or {}
    costs = {yard: total(lines) for yard, lines in costs_of(list(queued)).items()}
    standing = read_standing(list(queued))
    districts = districts_of(list(queued))
    return [
        Candidate(
            key=f"yard {yard}",
            cost=costs[yard],
            benefit=score,
            district=str(districts.get(yard, "")),
            yards=(yard,),
            held=bool(standing[yard].obstacles) and yard not in by_hand,
            fixed_year=by_hand.get(yard),
        )
        for yard, score in sorted(queued.items())
    ]
