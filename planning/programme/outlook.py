"""What the years after a programme would bring at the same budget: how long the rest takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning.programme.greedy import choose_greedily
from planning.programme.problem import Candidate, Problem

YEARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class YearAhead:
    """One year: `number` from 1, what would be done in it."""

    number: int
    yards: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Years ahead until nothing is left or YEARS are over; what is unmet then.

    unmet_yards, unmet_cost: neither chosen nor done by then. held_yards: wait for another reason.
    """

    years: tuple[YearAhead, ...]
    unmet_yards: int
    unmet_cost: int
    held_yards: int


def outlook(candidates: Sequence[Candidate], *, budget: int, years: int = YEARS) -> Outlook:
    """The greedy choice year after year at `budget` tenge; candidates without what is chosen.

    Held ones are counted, not done; wishes for a year are forgotten.
    """
    free = tuple(replace(one, fixed_year=None) for one in candidates if not one.held)
    choice = choose_greedily(Problem(candidates=free, budgets=(budget,) * years))
    done: list[list[Candidate]] = [[] for _year in range(years)]
    for one, year in choice.chosen():
        done[year].append(one)
    left = [one for one in free if one.key not in choice.years]
    ahead = [
        YearAhead(
            number=number,
            yards=sum(_size(one) for one in chosen),
            cost=sum(one.cost for one in chosen),
        )
        for number, chosen in enumerate(done, start=1)
    ]
    while ahead and not ahead[-1].yards:
        ahead.pop()
    return Outlook(
        years=tuple(ahead),
        unmet_yards=sum(_size(one) for one in left),
        unmet_cost=sum(one.cost for one in left),
        held_yards=sum(_size(one) for one in candidates if one.held),
    )


def _size(one: Candidate) -> int:
    return len(one.yards) or 1
