"""The best choice against brute force; both choices against every rule."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.programme.exact import _not_all_of, choose_exactly
from planning.programme.greedy import choose_greedily
from planning.programme.problem import (
    Candidate,
    Choice,
    Problem,
    ProblemError,
    by_quarter,
)

DISTRICTS = ("north", "south", "old town")


@st.composite
def problems(draw, most=5, years=2):
    candidates = tuple(
        Candidate(
            key=f"y{number}",
            cost=draw(st.integers(1, 60)),
            benefit=draw(st.integers(0, 100)),
            district=draw(st.sampled_from(DISTRICTS)),
            held=draw(st.integers(0, 5)) == 0,
        )
        for number in range(draw(st.integers(0, most)))
    )
    return Problem(
        candidates=candidates,
        budgets=tuple(draw(st.integers(0, 120)) for _ in range(draw(st.integers(1, years)))),
        least_share=draw(
            st.dictionaries(
                st.sampled_from(DISTRICTS),
                st.sampled_from([Fraction(1, 10), Fraction(1, 4), Fraction(1, 3)]),
                max_size=2,
            )
        ),
    )


def brute_force(problem):
    """The greatest worth of all choices that keep the rules."""
    best = Fraction(0)
    for years in product([None, *problem.years], repeat=len(problem.candidates)):
        picked = {
            one.key: year
            for one, year in zip(problem.candidates, years, strict=True)
            if year is not None
        }
        choice = Choice(problem=problem, years=picked)
        if choice.worth > best and not choice.faults():
            best = choice.worth
    return best


@settings(max_examples=60)
@given(problems())
def test_exact_is_the_best_there_is(problem):
    solution = choose_exactly(problem)
    assert solution.proved
    assert solution.choice.faults() == []
    assert solution.choice.worth == brute_force(problem)


@settings(max_examples=150)
@given(problems(most=30, years=4))
def test_greedy_keeps_every_rule(problem):
    assert choose_greedily(problem).faults() == []


@settings(max_examples=25)
@given(problems(most=14, years=2))
def test_greedy_is_never_better_than_exact(problem):
    exact = choose_exactly(problem).choice
    assert exact.faults() == []
    assert choose_greedily(problem).worth <= exact.worth


def test_never_a_tenge_over_budgets_of_billions():
    """A solver's tolerance of a millionth would be thousands of tenge here."""
    budget = 3_000_000_000
    candidates = (
        Candidate(key="a", cost=1_500_000_001, benefit=10),
        Candidate(key="b", cost=1_500_000_000, benefit=10),
        Candidate(key="c", cost=1_499_999_999, benefit=9),
    )
    choice = choose_exactly(Problem(candidates=candidates, budgets=(budget,))).choice
    assert choice.faults() == []
    assert choice.spent[0] <= budget
    # b + c fit, so do a + c exactly; a + b do not, by one tenge.
    assert choice.worth == 19


def test_what_is_over_by_a_hair_is_over_with_whatever_is_added():
    """Else each of 256 sets of small yards would be tried with a and b before others are."""
    large = [Candidate(key=key, cost=1_500_000_000, benefit=1000) for key in ("a", "b")]
    small = [Candidate(key=f"s{n}", cost=1, benefit=1) for n in range(8)]
    problem = Problem(candidates=(*large, *small), budgets=(2_999_999_999,))
    choice = choose_exactly(problem).choice
    assert choice.worth == 1008
    assert choice.faults() == []


def test_what_makes_up_the_budget_to_the_tenge_is_not_forbidden_with_what_is_over():
    candidates = (
        Candidate(key="a", cost=1_500_000_000, benefit=10),
        Candidate(key="b", cost=1_500_000_000, benefit=10),
        Candidate(key="c", cost=1, benefit=1),
    )
    choice = choose_exactly(Problem(candidates=candidates, budgets=(3_000_000_000,))).choice
    assert choice.years == {"a": 0, "b": 0}


@pytest.mark.parametrize("picked", [[0], [1, 3], [0, 2, 3], [0, 1, 2, 3]])
def test_what_is_forbidden_after_a_hair(picked):
    """This set and no other, or it and every larger one and no other."""
    sets = np.array(list(product([0, 1], repeat=4)))
    allowed = {}
    for alone in (True, False):
        rule = _not_all_of(picked, 4, alone=alone)
        allowed[alone] = (sets @ rule.A.T <= rule.ub).ravel().tolist()
    itself = [set(np.flatnonzero(one)) == set(picked) for one in sets]
    larger = [set(np.flatnonzero(one)) >= set(picked) for one in sets]
    assert allowed[True] == [not one for one in itself]
    assert allowed[False] == [not one for one in larger]


@pytest.mark.parametrize("order", list(permutations("abz")))
def test_what_misses_a_share_by_a_tenge_may_be_mended_by_one_yard_more(order):
    """a and b break the share by less than the solver sees; with z, worth nothing, they keep it."""
    known = {
        "a": Candidate(key="a", cost=1_500_000_001, benefit=10, district="north"),
        "b": Candidate(key="b", cost=1_500_000_000, benefit=10, district="south"),
        "z": Candidate(key="z", cost=1, benefit=0, district="south"),
    }
    problem = Problem(
        candidates=tuple(known[key] for key in order),
        budgets=(3_000_000_002,),
        least_share={"south": Fraction(1, 2)},
    )
    choice = choose_exactly(problem).choice
    assert choice.faults() == []
    assert choice.years == {"a": 0, "b": 0, "z": 0}


def real_city(budgets):
    return Problem(
        candidates=tuple(
            Candidate(
                key=f"y{n}",
                cost=20_000_000 + n * 7_919_377 % 90_000_000,
                benefit=100 + n * 37 % 900,
                district=DISTRICTS[n % 3],
            )
            for n in range(148)
        ),
        budgets=budgets,
        least_share={"old town": Fraction(1, 4)},
    )


def test_a_real_year():
    problem = real_city((2_000_000_000,))
    exact, greedy = choose_exactly(problem), choose_greedily(problem)
    assert exact.proved
    assert exact.choice.faults() == greedy.faults() == []
    assert greedy.worth <= exact.choice.worth <= greedy.worth * Fraction(11, 10)


def test_two_real_years_are_good_enough_before_they_are_proved():
    problem = real_city((2_000_000_000, 1_500_000_000))
    solution = choose_exactly(problem, seconds=3)
    assert solution.choice.faults() == []
    assert solution.gap < 0.01
    assert solution.choice.worth >= choose_greedily(problem).worth


def test_by_hand_first():
    candidates = (
        Candidate(key="poor", cost=90, benefit=1, fixed_year=1),
        Candidate(key="good", cost=50, benefit=80),
        Candidate(key="held", cost=1, benefit=500, held=True),
    )
    problem = Problem(candidates=candidates, budgets=(60, 100))
    for choice in (choose_exactly(problem).choice, choose_greedily(problem)):
        assert choice.years == {"poor": 1, "good": 0}


def test_sooner_is_better():
    problem = Problem(candidates=(Candidate(key="a", cost=5, benefit=10),), budgets=(5, 5))
    assert choose_exactly(problem).choice.years == {"a": 0}


def test_a_year_later_is_worth_a_twentieth_less():
    one = Candidate(key="a", cost=1, benefit=10_000)
    problem = Problem(candidates=(one,), budgets=(1, 1, 1))
    assert [problem.worth(one, year) for year in problem.years] == [10_000, 9_500, 9_025]
    choice = Choice(problem=problem, years={"a": 2})
    assert choice.worth == 9_025


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_the_better_yard_goes_first_however_they_are_listed(order):
    benefits = {"a": 100, "b": 90, "c": 80}
    candidates = tuple(Candidate(key=key, cost=10, benefit=benefits[key]) for key in order)
    problem = Problem(candidates=candidates, budgets=(10, 10, 10))
    choice = choose_exactly(problem).choice
    assert choice.years == {"a": 0, "b": 1, "c": 2}
    assert choice.worth == 100 + Fraction("85.5") + Fraction("72.2")


def test_quarters_are_done_together():
    yards = [
        Candidate(key="1", cost=10, benefit=5, district="north", yards=(1,)),
        Candidate(key="2", cost=20, benefit=9, district="south", yards=(2,)),
        Candidate(key="3", cost=7, benefit=9, district="south", yards=(3,), held=True),
        Candidate(key="4", cost=4, benefit=1, district="north", yards=(4,)),
    ]
    joined = by_quarter(yards, {"1": "Q", "2": "Q", "3": "Q"})
    assert [one.key for one in joined] == ["Q", "4"]
    assert (joined[0].cost, joined[0].benefit, joined[0].yards) == (30, 14, (1, 2))
    assert joined[0].district == "south"
    assert not joined[0].held
    assert joined[1] is yards[3]


def test_a_quarter_of_held_yards_is_held():
    yards = [Candidate(key=str(n), cost=1, benefit=1, yards=(n,), held=True) for n in (1, 2)]
    (joined,) = by_quarter(yards, {"1": "Q", "2": "Q"})
    assert joined.held


def test_a_quarter_has_one_year():
    yards = [Candidate(key=str(n), cost=1, benefit=1, fixed_year=n) for n in (0, 1)]
    with pytest.raises(ProblemError, match="different years"):
        by_quarter(yards, {"0": "Q", "1": "Q"})


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"budgets": ()}, "budget"),
        ({"budgets": (-1,)}, "budget"),
        ({"candidates": (Candidate(key="a", cost=0, benefit=1),)}, "positive"),
        ({"candidates": (Candidate(key="a", cost=1, benefit=-1),)}, "negative"),
        ({"candidates": (Candidate(key="a", cost=1, benefit=1),) * 2}, "one key"),
        ({"candidates": (Candidate(key="a", cost=1, benefit=1, fixed_year=1),)}, "without"),
        ({"candidates": (Candidate(key="a", cost=9, benefit=1, fixed_year=0),)}, "more than"),
        (
            {"candidates": (Candidate(key="a", cost=1, benefit=1, fixed_year=0, held=True),)},
            "at once",
        ),
        ({"least_share": {"north": Fraction(2, 3), "south": Fraction(1, 2)}}, "whole"),
        ({"least_share": {"north": Fraction(-1, 3)}}, "negative"),
    ],
)
def test_problems_that_are_none(change, reason):
    usual = {"candidates": (), "budgets": (5,)}
    with pytest.raises(ProblemError, match=reason):
        Problem(**(usual | change))
