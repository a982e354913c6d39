"""What is to be decided: candidates, budgets, fair shares; and what a choice is worth.

Costs are whole tenge and benefits whole numbers, so that "within the budget" and "the best" have
one meaning. A candidate is a yard, or a quarter whose yards are done together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _

# A benefit one year later counts this much of it.
LATER = Fraction(95, 100)


class ProblemError(ValueError):
    """Candidates or budgets that make no sense; the message says which, in the reader's words
    where a planner can cause it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule that a choice breaks: `kind` is over_budget (of `year`, 0 is the first), held or
    other_year (of the candidate `key`), or share (of the district `key`)."""

    kind: str
    key: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A yard, or a quarter: `yards` are what is done with it.

    held: cannot be chosen. fixed_year: chosen by hand for that year (0 is the first).
    """

    key: str
    cost: int
    benefit: int
    district: str = ""
    yards: tuple[int, ...] = ()
    held: bool = False
    fixed_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """budgets: tenge for each year. least_share: of all that is spent, by district."""

    candidates: tuple[Candidate, ...]
    budgets: tuple[int, ...]
    least_share: Mapping[str, Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.budgets or any(budget < 0 for budget in self.budgets):
            raise ProblemError("each year needs a budget, zero or more")
        keys = [one.key for one in self.candidates]
        if len(set(keys)) != len(keys):
            raise ProblemError("two candidates have one key")
        if any(share < 0 for share in self.least_share.values()):
            raise ProblemError("a share is not negative")
        if sum(self.least_share.values()) > 1:
            raise ProblemError(_("the districts' least shares are more than the whole"))
        for one in self.candidates:
            self._check(one)
        for year, budget in enumerate(self.budgets):
            if sum(one.cost for one in self.candidates if one.fixed_year == year) > budget:
                raise ProblemError(
                    _("what was put in by hand for year %(number)s is more than its budget")
                    % {"number": year + 1}
                )

    def _check(self, one: Candidate) -> None:
        if one.cost <= 0 or one.benefit < 0:
            raise ProblemError(f"{one.key}: costs are positive, benefits not negative")
        if one.fixed_year is not None:
            if one.held:
                raise ProblemError(f"{one.key}: held and fixed at once")
            if not 0 <= one.fixed_year < len(self.budgets):
                raise ProblemError(f"{one.key}: fixed for a year without a budget")

    @property
    def years(self) -> range:
        return range(len(self.budgets))

    def worth(self, one: Candidate, year: int) -> Fraction:
        """The benefit of a candidate done in a year."""
        return one.benefit * LATER**year


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Key of each chosen candidate -> year (0 is the first)."""

    problem: Problem
    years: Mapping[str, int]

    def chosen(self) -> list[tuple[Candidate, int]]:
        """Candidates with their year, in the order of the problem."""
        return [
            (one, self.years[one.key]) for one in self.problem.candidates if one.key in self.years
        ]

    @property
    def worth(self) -> Fraction:
        return sum((self.problem.worth(one, year) for one, year in self.chosen()), Fraction(0))

    @property
    def spent(self) -> tuple[int, ...]:
        """Tenge by year."""
        return tuple(
            sum(one.cost for one, chosen in self.chosen() if chosen == year)
            for year in self.problem.years
        )

    def faults(self) -> list[Fault]:
        """Rules that the choice breaks, exactly computed; empty for one that may be used."""
        found = [
            Fault(kind="over_budget", year=year)
            for year, spent in enumerate(self.spent)
            if spent > self.problem.budgets[year]
        ]
        found += [Fault(kind="held", key=one.key) for one, _year in self.chosen() if one.held]
        found += [
            Fault(kind="other_year", key=one.key)
            for one in self.problem.candidates
            if one.fixed_year is not None and self.years.get(one.key) != one.fixed_year
        ]
        total = sum(self.spent)
        for district, share in sorted(self.problem.least_share.items()):
            if district_cost(self.chosen(), district) < share * total:
                found.append(Fault(kind="share", key=district))
        return found


def district_cost(chosen: Sequence[tuple[Candidate, int]], district: str) -> int:
    """Tenge spent in a district."""
    return sum(one.cost for one, _year in chosen if one.district == district)


def by_quarter(yards: Sequence[Candidate], quarter_of: Mapping[str, str]) -> tuple[Candidate, ...]:
    """Yards of one quarter put together; those without one stay by themselves.

    A quarter counts in the district of its most expensive yard; held yards are left out of it.
    """
    groups: dict[str, list[Candidate]] = {}
    for one in yards:
        groups.setdefault(quarter_of.get(one.key) or one.key, []).append(one)
    return tuple(_joined(key, members) for key, members in groups.items())


def _joined(key: str, members: list[Candidate]) -> Candidate:
    if len(members) == 1 and members[0].key == key:
        return members[0]
    free = [one for one in members if not one.held] or members
    fixed = {one.fixed_year for one in free} - {None}
    if len(fixed) > 1:
        yards = ", ".join(str(yard) for one in free for yard in one.yards)
        raise ProblemError(
            _("yards of one quarter were put in for different years: %(yards)s") % {"yards": yards}
        )
    return Candidate(
        key=key,
        cost=sum(one.cost for one in free),
        benefit=sum(one.benefit for one in free),
        district=max(free, key=lambda one: (one.cost, one.key)).district,
        yards=tuple(yard for one in free for yard in one.yards),
        held=all(one.held for one in free),
        fixed_year=next(iter(fixed), None),
    )
