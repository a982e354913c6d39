"""Complaints count people: checked by hand, by pandas, and against somebody who cheats."""

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planning.queue.complaints import (
    HALF_LIFE_DAYS,
    SAME_PERSON_DAYS,
    Shares,
    complaints_of_yards,
    counted,
    weight_of_age,
)
from planning.queue.scoring import NEVER

TODAY = 20_000
messages = st.lists(
    st.tuples(st.integers(1, 4), st.integers(19_000, TODAY + 30), st.integers(-1, 3)), max_size=60
)


def by_yard(rows, shares, yards=(1, 2, 3), today=TODAY):
    person, day, cluster = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    return complaints_of_yards(
        np.array(yards), person=person, day=day, order=np.arange(len(rows)), cluster=cluster,
        shares=Shares(*(np.array(c) for c in zip(*shares, strict=True))), today=today, never=NEVER,
    )  # fmt: skip


def counted_by_hand(rows):
    last, keep = {}, []
    for index in sorted(range(len(rows)), key=lambda i: (rows[i][0], rows[i][1], i)):
        person, day = rows[index][:2]
        if person not in last or day - last[person] >= SAME_PERSON_DAYS:
            last[person] = day
            keep.append(index)
    return sorted(keep)


@given(messages)
def test_one_person_one_complaint_in_ninety_days(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    found = counted(np.array(columns[0]), np.array(columns[1]), np.arange(len(rows)))
    assert np.flatnonzero(found).tolist() == counted_by_hand(rows)


def test_fifty_messages_move_a_yard_as_much_as_one():
    shares = [(0, 1, 0.8), (1, 2, 1.0), (1, 1, 0.2)]
    others = [(2, TODAY - 100, 0), (3, TODAY - 5, 1)]
    one = by_yard([*others, (9, TODAY - 60, 0)], shares)
    fifty = by_yard([*others, *[(9, TODAY - 60 + n, n % 2) for n in range(50)]], shares)
    assert fifty.value.tolist() == one.value.tolist()
    assert fifty.first_day.tolist() == one.first_day.tolist()


def test_ninety_days_are_ninety_days():
    """By number, whatever the constant says: the 89th day is the same complaint, the 90th none."""
    days = np.array([0, 0, 1, 89, 90, 91, 179, 180])
    found = counted(np.ones(8, dtype=np.int64), days, np.arange(8))
    assert days[found].tolist() == [0, 90, 180]


def test_age_halves():
    ages = weight_of_age(np.array([0, HALF_LIFE_DAYS, 2 * HALF_LIFE_DAYS, -1]))
    assert (ages / ages[0]).tolist() == [1.0, 0.5, 0.25, 0.0]


def test_a_cluster_counts_by_the_share_that_lies_in_the_yard():
    rows = [(1, TODAY, 0), (2, TODAY, 0), (3, TODAY, 5), (4, TODAY, -1)]
    found = by_yard(rows, [(0, 1, 0.25), (0, 2, 0.5), (5, 2, 1.0), (6, 3, 1.0), (0, 99, 0.1)])
    assert found.value.tolist() == [0.5, 2.0, 0.0]
    assert found.first_day.tolist() == [TODAY, TODAY, NEVER]


@given(messages)
def test_equals_an_independent_computation_in_pandas(rows):
    if not rows:
        rows = [(1, TODAY, -1)]
    shares = [(0, 1, 0.3), (0, 2, 0.7), (1, 2, 1.0), (2, 3, 0.25), (3, 3, 1.0)]
    frame = pd.DataFrame(rows, columns=["person", "day", "cluster"])
    frame = frame[(frame["cluster"] >= 0) & (frame["day"] <= TODAY)].reset_index(drop=True)
    kept = frame.loc[counted_by_hand(list(frame.itertuples(index=False)))].copy()
    kept["weight"] = 0.5 ** ((TODAY - kept["day"]) / HALF_LIFE_DAYS)
    pairs = pd.DataFrame(shares, columns=["cluster", "yard", "share"]).merge(kept, on="cluster")
    value = (pairs["weight"] * pairs["share"]).groupby(pairs["yard"]).sum()
    first = pairs.groupby("yard")["day"].min()
    found = by_yard(rows, shares)
    for yard, ours, day in zip((1, 2, 3), found.value, found.first_day, strict=True):
        assert math.isclose(ours, value.get(yard, 0.0), abs_tol=1e-4)
        assert day == first.get(yard, NEVER)


@given(messages, st.randoms())
def test_the_order_of_messages_does_not_matter(rows, random):
    if not rows:
        return
    shares = [(0, 1, 0.3), (1, 2, 1.0), (2, 3, 0.1)]
    # Which of two messages of one day counts is told by their numbers, not their places.
    rows = [(person, day, person % 3) for person, day, _ in rows]
    mixed = list(rows)
    random.shuffle(mixed)
    assert by_yard(rows, shares).value.tobytes() == by_yard(mixed, shares).value.tobytes()


def test_nobody_complains():
    found = by_yard([(1, TODAY + 1, 0)], [(0, 1, 1.0)])
    assert found.value.tolist() == [0.0, 0.0, 0.0]
    assert found.first_day.tolist() == [NEVER] * 3
