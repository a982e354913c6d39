"""The queue: fixed goalposts, exact sums, an order that others do not disturb."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planning.queue.scoring import (
    CRITERIA,
    NEVER,
    POINT,
    STABILITY_FACTORS,
    Goalpost,
    Policy,
    PolicyError,
    Queue,
    Yards,
    movers,
    moves,
    points_of,
    rank,
    stability,
)

GOALPOSTS = {
    "apartments": Goalpost(20, 600),
    "complaints": Goalpost(0, 30),
    "area_m2": Goalpost(500, 20_000),
}
POLICY = Policy({"apartments": 40, "complaints": 40, "area_m2": 20}, GOALPOSTS)

row = st.tuples(
    st.integers(0, 900),
    st.floats(0, 60, allow_nan=False),
    st.floats(0, 30_000, allow_nan=False),
    st.one_of(st.just(NEVER), st.integers(15_000, 21_000)),
)
towns = st.lists(row, min_size=1, max_size=25)


def yards(rows, ids=None):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return Yards(
        ids=np.array(range(1, len(rows) + 1) if ids is None else ids, dtype=np.int64),
        values={
            name: np.array(column, dtype=float)
            for name, column in zip(CRITERIA, columns, strict=False)
        },
        first_complaint=np.array(columns[3], dtype=np.int64),
    )


def large_town(count, seed=1):
    rng = np.random.default_rng(seed)
    return Yards(
        ids=rng.permutation(np.arange(1, count + 1)),
        values={
            "apartments": rng.integers(8, 700, count).astype(float),
            "complaints": rng.exponential(4, count).round(3),
            "area_m2": rng.uniform(300, 30_000, count).round(1),
        },
        first_complaint=np.where(
            rng.random(count) < 0.3, NEVER, rng.integers(18_000, 20_500, count)
        ),
    )


def ids_in_order(queue: Queue) -> list[int]:
    return queue.yards.ids[queue.order].tolist()


@given(towns)
def test_parts_sum_to_the_score(rows):
    queue = rank(yards(rows), POLICY)
    assert (sum(queue.points.values()) == queue.score).all()
    assert ((queue.score >= 0) & (queue.score <= 100 * POINT)).all()


@given(towns, st.data())
def test_removing_a_yard_never_reorders_others(rows, data):
    everybody = yards(rows)
    gone = data.draw(st.integers(0, len(rows) - 1))
    others = [i for i in range(len(rows)) if i != gone]
    left = yards([rows[i] for i in others], ids=everybody.ids[others])
    before = [i for i in ids_in_order(rank(everybody, POLICY)) if i != everybody.ids[gone]]
    assert ids_in_order(rank(left, POLICY)) == before


@given(towns, st.data())
def test_more_of_a_criterion_never_costs_a_place(rows, data):
    index = data.draw(st.integers(0, len(rows) - 1))
    criterion = data.draw(st.integers(0, 2))
    more = data.draw(st.integers(1, 500))
    changed = [list(one) for one in rows]
    changed[index][criterion] += more
    before = rank(yards(rows), POLICY).position[index]
    assert rank(yards(changed), POLICY).position[index] <= before


@given(towns)
def test_an_older_complaint_never_costs_a_place(rows):
    older = [list(one) for one in rows]
    older[0][3] = 10_000
    assert rank(yards(older), POLICY).position[0] <= rank(yards(rows), POLICY).position[0]


@given(towns, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    there = rank(yards([rows[i] for i in mixed], ids=[i + 1 for i in mixed]), POLICY)
    assert ids_in_order(there) == ids_in_order(rank(yards(rows), POLICY))


def test_ties():
    same = (100, 5.0, 4000.0)
    # Above the goalpost more apartments are worth nothing, but break a tie.
    rows = [(*same, 19_000), (*same, NEVER), (*same, 18_000), (*same, 18_000)]
    assert ids_in_order(rank(yards(rows), POLICY)) == [3, 4, 1, 2]
    assert ids_in_order(rank(yards([(700, 1, 1, 5), (800, 1, 1, 9)]), POLICY)) == [2, 1]


def test_same_input_same_bytes():
    first, second = rank(large_town(2000), POLICY), rank(large_town(2000), POLICY)
    assert first.order.tobytes() == second.order.tobytes()
    assert first.score.tobytes() == second.score.tobytes()


def test_equals_an_independent_computation_in_pandas():
    town = large_town(3000, seed=5)
    frame = pd.DataFrame({"id": town.ids, "first": town.first_complaint, **town.values})
    frame["score"] = 0
    for name, weight in POLICY.weights.items():
        post = GOALPOSTS[name]
        part = ((frame[name] - post.low) / (post.high - post.low)).clip(lower=0, upper=1)
        frame["score"] += (part * weight * 10_000).round().astype(int)
    frame = frame.sort_values(
        ["score", "apartments", "first", "id"], ascending=[False, False, True, True]
    )
    queue = rank(town, POLICY)
    assert ids_in_order(queue) == frame["id"].tolist()
    assert queue.score[queue.order].tolist() == frame["score"].tolist()


@given(towns, st.data())
def test_what_would_move_a_yard_moves_it(rows, data):
    queue = rank(yards(rows), POLICY)
    index = data.draw(st.integers(0, len(rows) - 1))
    found = moves(queue, index)
    assume(found)
    for move in found:
        changed = [list(one) for one in rows]
        changed[index][CRITERIA.index(move.criterion)] = move.value
        assert rank(yards(changed), POLICY).position[index] < queue.position[index]


def test_the_first_yard_needs_no_advice():
    queue = rank(yards([(600, 30, 20_000, 1), (20, 0, 500, 2)]), POLICY)
    assert moves(queue, 0) == []
    # The second can never reach the first by one criterion alone.
    assert moves(queue, 1) == []


def test_stability():
    clear = [(600, 30, 20_000, 1), (300, 10, 9000, 2), (20, 0, 500, 3)]
    queue = rank(yards(clear), POLICY)
    assert stability(queue, top=1).tolist() == [1.0, 0.0, 0.0]
    assert stability(queue, top=3).tolist() == [1.0, 1.0, 1.0]
    # Half of the points by apartments, half by complaints: the weights decide.
    close = rank(yards([(600, 0, 500, 1), (20, 30, 500, 2)]), POLICY)
    badge = stability(close, top=1)
    assert badge.sum() == 1.0
    assert 0.3 < badge[0] < 0.7
    assert stability(close, top=1).tobytes() == badge.tobytes()


def test_stability_is_under_a_fifth_more_or_less():
    """Ahead under each policy that is a tenth away, not under each that is a fifth away."""
    rows = [(440, 14, 10_000, 1), (320, 19, 10_000, 2), (200, 2, 10_000, 3)]
    badge = stability(rank(yards(rows), POLICY), top=1)
    assert (badge * 27).round().tolist() == [21, 6, 0]


@given(towns, st.integers(0, 30))
def test_stability_is_the_share_of_orders_with_the_yard_in_front(rows, top):
    queue = rank(yards(rows), POLICY)
    inside = np.zeros(len(rows))
    for factors in product(STABILITY_FACTORS, repeat=3):
        weights = [w * f for w, f in zip(POLICY.weights.values(), factors, strict=True)]
        weights = {
            name: 100 * weight / sum(weights)
            for name, weight in zip(POLICY.weights, weights, strict=True)
        }
        points = points_of(queue.scaled, weights)
        score = sum(points[name] for name in CRITERIA)
        apartments = queue.yards.values["apartments"]
        order = sorted(
            range(len(rows)),
            key=lambda i: (
                -score[i], -apartments[i], queue.yards.first_complaint[i], queue.yards.ids[i],
            ),
        )  # fmt: skip
        inside[order[:top]] += 1
    assert stability(queue, top=top).tolist() == (inside / 27).tolist()


def test_who_moves_when_the_policy_changes():
    town = yards([(600, 0, 500, 1), (20, 30, 500, 2), (30, 1, 600, 3)])
    other = Policy({"apartments": 20, "complaints": 60, "area_m2": 20}, GOALPOSTS)
    assert movers(rank(town, POLICY), rank(town, other)) == [(1, 1, 2), (2, 2, 1)]


@pytest.mark.parametrize(
    "weights, goalposts",
    [
        ({"apartments": 50, "complaints": 50}, GOALPOSTS),
        ({"apartments": 50, "complaints": 50, "area_m2": 1}, GOALPOSTS),
        ({"apartments": 150, "complaints": -50, "area_m2": 0}, GOALPOSTS),
        ({"apartments": float("nan"), "complaints": 50, "area_m2": 50}, GOALPOSTS),
        (POLICY.weights, {"apartments": Goalpost(0, 1)}),
    ],
)
def test_policies_that_are_none(weights, goalposts):
    with pytest.raises(PolicyError):
        Policy(weights, goalposts)


@pytest.mark.parametrize("low, high", [(1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)])
def test_goalposts_that_are_none(low, high):
    with pytest.raises(PolicyError):
        Goalpost(low, high)


def test_values_that_are_none():
    with pytest.raises(PolicyError):
        rank(yards([(1, float("nan"), 1, 1)]), POLICY)


def test_no_yards():
    assert rank(yards([]), POLICY).order.size == 0
