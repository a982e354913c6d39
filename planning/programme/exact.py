"""The best choice there is, by an integer solver (HiGHS, through scipy).

The solver works in floating point and may overlook a tenge. So what it finds is checked in whole
numbers; what breaks a rule after all is forbidden, and the solver asked again. What is returned
keeps every rule exactly.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from django.utils.translation import gettext as _
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from planning.programme.problem import Choice, Problem

MAX_REPEATS = 50
DEFAULT_SECONDS = 20.0
_INFEASIBLE = 2  # as scipy.optimize.milp numbers it


class NoChoiceError(RuntimeError):
    """No choice keeps all rules, or the solver found none in its time: the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the solver found.

    gap: how much better, as a share, another choice could be at most; 0.0 when this one is proved
    to be the best (several years and many yards can take longer than anybody waits).
    """

    choice: Choice
    gap: float

    @property
    def proved(self) -> bool:
        return self.gap == 0.0


def choose_exactly(problem: Problem, *, seconds: float = DEFAULT_SECONDS) -> Solution:
    """The choice of the greatest worth, or the best known after `seconds`. Raises NoChoiceError.

    One variable a candidate and year: chosen or not.
    """
    if not problem.candidates:
        return Solution(choice=Choice(problem=problem, years={}), gap=0.0)
    worth = np.array(
        [float(problem.worth(one, year)) for one in problem.candidates for year in problem.years]
    )
    rules = [_once(problem), *_budgets(problem), *_shares(problem)]
    for _round in range(MAX_REPEATS):
        found = milp(
            # Near zero the solver's own tolerance would decide.
            -worth / max(worth.max(), 1.0),
            integrality=np.ones(len(worth)),
            bounds=_bounds(problem),
            constraints=rules,
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        if found.x is None:
            raise NoChoiceError(_why_none(found.status))
        picked = np.flatnonzero(found.x > 0.5)
        choice = _choice(problem, picked)
        if not choice.faults():
            gap = 0.0 if found.status == 0 else max(float(found.mip_gap), np.finfo(float).tiny)
            return Solution(choice=choice, gap=gap)
        rules.extend(_forbidden(choice, picked))
    raise NoChoiceError(_("the computer found none that keeps them to the tenge"))


def _why_none(status: int) -> str:
    if status == _INFEASIBLE:
        return _("what was put in by hand leaves no room for the districts' least shares")
    return _("the computer found none in its time")


def _choice(problem: Problem, picked: np.ndarray) -> Choice:
    """The variables that are one, as candidates and years."""
    years = len(problem.budgets)
    return Choice(
        problem=problem,
        years={problem.candidates[i // years].key: i % years for i in picked.tolist()},
    )


def _bounds(problem: Problem) -> Bounds:
    low, high = [], []
    for one in problem.candidates:
        for year in problem.years:
            fixed = one.fixed_year == year
            low.append(int(fixed))
            high.append(int(fixed or (not one.held and one.fixed_year is None)))
    return Bounds(low, high)


def _once(problem: Problem) -> LinearConstraint:
    """Each candidate in one year at most."""
    count, years = len(problem.candidates), len(problem.budgets)
    rows = sparse.kron(sparse.eye_array(count), np.ones((1, years)), format="csr")
    return LinearConstraint(rows, ub=1)


def _budgets(problem: Problem) -> list[LinearConstraint]:
    """In shares of the budget, so that the solver's tolerance means the same for each."""
    years = len(problem.budgets)
    found = []
    for year, budget in enumerate(problem.budgets):
        row = np.zeros(len(problem.candidates) * years)
        row[year::years] = [one.cost / max(budget, 1) for one in problem.candidates]
        found.append(LinearConstraint(row[None, :], ub=1 if budget else 0))
    return found


def _shares(problem: Problem) -> list[LinearConstraint]:
    """Cost in the district less its share of all cost is not negative."""
    years = len(problem.budgets)
    scale = max(one.cost for one in problem.candidates)
    found = []
    for district, share in sorted(problem.least_share.items()):
        values = [
            float(one.cost * (Fraction(one.district == district) - share) / scale)
            for one in problem.candidates
        ]
        found.append(LinearConstraint(np.repeat(values, years)[None, :], lb=0))
    return found


def _forbidden(choice: Choice, picked: np.ndarray) -> list[LinearConstraint]:
    """Rules that rule out what was picked: of each year over its budget the fewest candidates
    that are too much together, with whatever else; or else, of a share that is missed, this set.
    """
    problem = choice.problem
    years, size = len(problem.budgets), len(problem.candidates) * len(problem.budgets)
    too_much = []
    for year, (spent, budget) in enumerate(zip(choice.spent, problem.budgets, strict=True)):
        if spent > budget:
            of_year = [i for i in picked.tolist() if i % years == year]
            too_much.append(_too_much(of_year, budget, problem))
    if too_much:
        return [_not_all_of(some, size, alone=False) for some in too_much]
    return [_not_all_of(picked.tolist(), size, alone=True)]


def _too_much(variables: list[int], budget: int, problem: Problem) -> list[int]:
    """The most expensive of a year's variables, as many as are more than the budget."""
    years = len(problem.budgets)
    found, cost = [], 0
    for one in sorted(variables, key=lambda i: (-problem.candidates[i // years].cost, i)):
        found.append(one)
        cost += problem.candidates[one // years].cost
        if cost > budget:
            break
    return found


def _not_all_of(picked: list[int], size: int, *, alone: bool) -> LinearConstraint:
    """Forbid a set of variables: alone, or with every larger set that has it in it."""
    row = np.zeros(size)
    row[picked] = 1
    if alone:
        row[row == 0] = -1
    return LinearConstraint(row[None, :], ub=len(picked) - 1)
