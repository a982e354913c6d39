"""Clusters that keep their number from run to run.

A new cluster continues the old one with which it shares most events. Each old number goes to
one new cluster at most; a cluster that continues none gets the next free number.
"""

from collections.abc import Hashable, Mapping

import numpy as np

NOISE = -1


def continued(
    old: Mapping[Hashable, int], new: Mapping[Hashable, int], *, next_id: int
) -> dict[int, int]:
    """New label -> lasting number.

    old: event -> number in the last run. new: event -> label in this run, NOISE left out of
    account. next_id: the first number never given so far. Ties: the larger old cluster's share
    first, then the lower number, then the cluster whose first event comes first.
    """
    shared: dict[tuple[int, int], int] = {}
    first: dict[int, Hashable] = {}
    for event in sorted(new, key=_ordered):
        label = new[event]
        if label == NOISE:
            continue
        first.setdefault(label, event)
        number = old.get(event, NOISE)
        if number != NOISE:
            shared[number, label] = shared.get((number, label), 0) + 1
    rank = {label: position for position, label in enumerate(first)}
    given: dict[int, int] = {}
    taken: set[int] = set()
    for (number, label), _ in sorted(
        shared.items(), key=lambda item: (-item[1], item[0][0], rank[item[0][1]])
    ):
        if label not in given and number not in taken:
            given[label] = number
            taken.add(number)
    for label in first:
        if label not in given:
            given[label] = next_id
            next_id += 1
    return given


def _ordered(event: Hashable) -> tuple[str, Hashable]:
    """Events of mixed types in one order."""
    return type(event).__name__, event


def renamed(labels: np.ndarray) -> np.ndarray:
    """Labels numbered by first appearance, noise kept: equal for equal partitions."""
    labels = np.asarray(labels)
    names: dict[int, int] = {}
    return np.array(
        [NOISE if one == NOISE else names.setdefault(one, len(names)) for one in labels.tolist()],
        dtype=np.int64,
    )
