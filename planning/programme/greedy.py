"""The choice a careful person makes by hand: best benefit per tenge first."""

from fractions import Fraction

from planning.programme.problem import Candidate, Choice, Problem, district_cost


def choose_greedily(problem: Problem) -> Choice:
    """Fixed ones, then the districts' shares, then the best benefit per cost that still fits.

    Each candidate goes into the first year with room for it. Where whole yards do not make up a
    district's share, others are given up again until they do.
    """
    left = list(problem.budgets)
    years: dict[str, int] = {}
    for one in problem.candidates:
        if one.fixed_year is not None:
            years[one.key] = one.fixed_year
            left[one.fixed_year] -= one.cost
    free = sorted(
        (one for one in problem.candidates if not one.held and one.fixed_year is None),
        key=lambda one: (-Fraction(one.benefit, one.cost), one.key),
    )
    total = sum(problem.budgets)
    for district, share in sorted(problem.least_share.items()):
        for one in (one for one in free if one.district == district):
            if district_cost(Choice(problem=problem, years=years).chosen(), district) >= (
                share * total
            ):
                break
            _place(one, left, years)
    for one in free:
        if one.key not in years:
            _place(one, left, years)
    return _with_fair_shares(Choice(problem=problem, years=years))


def _place(one: Candidate, left: list[int], years: dict[str, int]) -> None:
    for year, room in enumerate(left):
        if one.cost <= room:
            years[one.key] = year
            left[year] -= one.cost
            return


def _with_fair_shares(choice: Choice) -> Choice:
    """Give up what is worst per cost in other districts until every share holds."""
    years = dict(choice.years)
    problem = choice.problem
    while True:
        now = Choice(problem=problem, years=years)
        total = sum(now.spent)
        short = {
            district
            for district, share in problem.least_share.items()
            if district_cost(now.chosen(), district) < share * total
        }
        others = [
            one for one, _ in now.chosen() if one.district not in short and one.fixed_year is None
        ]
        if not short or not others:
            return now
        worst = min(others, key=lambda one: (Fraction(one.benefit, one.cost), one.key))
        del years[worst.key]
