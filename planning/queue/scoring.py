"""Scores by fixed goalposts, the order, what would move a yard, how firm its place is.

A criterion is scaled between two goalposts that policy fixed, not between the smallest and the
largest value of the day: so a yard that comes or goes changes no other yard's score. Points are
whole numbers (ten-thousandths of a point): the parts of a score are its sum exactly, and the
order is the same on any machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

# In the order in which they are shown; ties are broken by the first.
CRITERIA = ("apartments", "complaints", "area_m2")
POINT = 10_000
# The days of "no complaint yet": later than any day.
NEVER = np.iinfo(np.int64).max
STABILITY_FACTORS = (0.8, 1.0, 1.2)


class PolicyError(ValueError):
    """Weights or goalposts by which nothing can be ordered."""


@dataclass(frozen=True, slots=True)
class Goalpost:
    """Values up to `low` give nothing, from `high` on everything."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise PolicyError("a goalpost goes from a number to a larger one")


@dataclass(frozen=True, slots=True)
class Policy:
    """weights: points of each criterion, 100 together. goalposts: of each criterion."""

    weights: Mapping[str, float]
    goalposts: Mapping[str, Goalpost]

    def __post_init__(self) -> None:
        if set(self.weights) != set(CRITERIA) or set(self.goalposts) != set(CRITERIA):
            raise PolicyError(f"a policy speaks of {', '.join(CRITERIA)}")
        values = list(self.weights.values())
        if not all(np.isfinite(value) and value >= 0 for value in values):
            raise PolicyError("weights are not negative")
        if round(sum(values) * POINT) != 100 * POINT:
            raise PolicyError("weights are 100 together")


@dataclass(frozen=True, slots=True)
class Yards:
    """What is ordered, one entry a yard: ids, values by criterion, first day of complaint.

    first_complaint: days since 1970, NEVER when there is none.
    """

    ids: np.ndarray
    values: Mapping[str, np.ndarray]
    first_complaint: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Queue:
    """The result, entries as in `Yards`.

    scaled: by criterion, 0 to 1. points: by criterion, in 1/POINT points. score: their sum.
    order: indices of the yards, first in the queue first. position: of each yard, from 1.
    """

    yards: Yards
    policy: Policy
    scaled: Mapping[str, np.ndarray]
    points: Mapping[str, np.ndarray]
    score: np.ndarray
    order: np.ndarray
    position: np.ndarray


def rank(yards: Yards, policy: Policy) -> Queue:
    """Order yards: by score, then more apartments, then the older first complaint, then id."""
    scaled = {name: scale(yards.values[name], policy.goalposts[name]) for name in CRITERIA}
    points = points_of(scaled, policy.weights)
    score = _sum(points, len(yards))
    order = _order(yards, score)
    return Queue(
        yards=yards,
        policy=policy,
        scaled=scaled,
        points=points,
        score=score,
        order=order,
        position=_positions(order),
    )


def scale(values: np.ndarray, goalpost: Goalpost) -> np.ndarray:
    """0 at and below the lower goalpost, 1 at and above the upper one."""
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        raise PolicyError("a value of a yard is not finite")
    return np.clip((values - goalpost.low) / (goalpost.high - goalpost.low), 0.0, 1.0)


def points_of(
    scaled: Mapping[str, np.ndarray], weights: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Whole numbers of 1/POINT points."""
    return {name: np.rint(scaled[name] * weights[name] * POINT).astype(np.int64) for name in scaled}


def _sum(points: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    return sum((points[name] for name in CRITERIA), np.zeros(count, dtype=np.int64))


def _order(yards: Yards, score: np.ndarray) -> np.ndarray:
    apartments = np.asarray(yards.values["apartments"], dtype=float)
    return np.lexsort((yards.ids, yards.first_complaint, -apartments, -score))


def _positions(order: np.ndarray) -> np.ndarray:
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(1, len(order) + 1)
    return position


# --- why, and what would change it ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """With this value of one criterion, all else as it is, the yard would pass the next one."""

    criterion: str
    value: float


def moves(queue: Queue, index: int) -> list[Move]:
    """What would bring a yard one place up. Empty for the first; none where a weight cannot."""
    place = int(queue.position[index])
    if place == 1:
        return []
    # One unit more than the yard ahead: ties need not be looked at.
    gap = int(queue.score[queue.order[place - 2]] - queue.score[index]) + 1
    found = []
    for name in CRITERIA:
        weight, goalpost = queue.policy.weights[name], queue.policy.goalposts[name]
        wanted = int(queue.points[name][index]) + gap
        # Half a unit more, so that rounding cannot fall short.
        share = (wanted + 0.5) / (weight * POINT) if weight else np.inf
        if wanted == round(weight * POINT):
            share = 1.0
        if share <= 1.0:
            found.append(Move(name, goalpost.low + share * (goalpost.high - goalpost.low)))
    return found


def stability(queue: Queue, *, top: int) -> np.ndarray:
    """Share of policies near this one in which a yard is among the first `top`, 0 to 1.

    The policies: each weight a fifth less, the same, a fifth more, in all combinations, brought
    back to 100 together.
    """
    inside = np.zeros(len(queue.yards), dtype=np.int64)
    trials = 0
    for factors in product(STABILITY_FACTORS, repeat=len(CRITERIA)):
        weights = {
            name: queue.policy.weights[name] * factor
            for name, factor in zip(CRITERIA, factors, strict=True)
        }
        total = sum(weights.values())
        weights = {name: 100 * weight / total for name, weight in weights.items()}
        score = _sum(points_of(queue.scaled, weights), len(queue.yards))
        inside += _among_first(queue.yards, score, top)
        trials += 1
    return inside / trials


def _among_first(yards: Yards, score: np.ndarray, top: int) -> np.ndarray:
    """Whether each yard is among the first `top`; only those that tie at the border are ordered."""
    top = min(max(top, 0), len(score))
    if top == 0:
        return np.zeros(len(score), dtype=bool)
    border = np.partition(score, len(score) - top)[len(score) - top]
    inside = score > border
    ties = np.flatnonzero(score == border)
    apartments = np.asarray(yards.values["apartments"], dtype=float)[ties]
    order = np.lexsort((yards.ids[ties], yards.first_complaint[ties], -apartments))
    inside[ties[order[: top - int(inside.sum())]]] = True
    return inside


def movers(before: Queue, after: Queue, *, least: int = 1) -> Sequence[tuple[int, int, int]]:
    """(yard id, place before, place after) of yards in both that moved by `least` or more.

    Furthest first, then by id.
    """
    old = dict(zip(before.yards.ids.tolist(), before.position.tolist(), strict=True))
    moved = [
        (yard, old[yard], place)
        for yard, place in zip(after.yards.ids.tolist(), after.position.tolist(), strict=True)
        if yard in old and abs(old[yard] - place) >= least
    ]
    return sorted(moved, key=lambda move: (-abs(move[1] - move[2]), move[0]))


def reasons(before: Queue, after: Queue, yard: int) -> dict[str, float]:
    """By criterion, by how many points a yard's score differs between two queues that have it."""
    one, other = (int(np.searchsorted(queue.yards.ids, yard)) for queue in (before, after))
    return {
        name: (int(after.points[name][other]) - int(before.points[name][one])) / POINT
        for name in CRITERIA
    }
