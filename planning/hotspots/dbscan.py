"""DBSCAN in arrays: exact, the same for the same events in whatever order, bounded in memory.

An event is dense when `least_events` events, itself among them, lie within reach. Dense events
within reach of each other are in one cluster; an event at the rim goes with the nearest dense one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from planning.hotspots.identity import NOISE
from planning.hotspots.nearness import cells_of, distinct, hanging_together

NOBODY = -1
# Neighbours looked at once: bounds memory, and what is looked at stays near the processor.
_AT_ONCE = 100_000
# Trees are asked a hair further; what is in reach is settled by the squares of distances.
_HAIR = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Gathered:
    """dense: bool (n,). leader (n,): of a dense row the lowest dense row of its cluster; of one at
    the rim the nearest dense row, of equally near ones the lowest; else NOBODY."""

    dense: np.ndarray
    leader: np.ndarray

    def labels(self) -> np.ndarray:
        """int64 (n,): clusters from 0 by their lowest dense row, NOISE for what is in none."""
        rows = np.arange(len(self.leader))
        number = np.cumsum(self.dense & (self.leader == rows)) - 1
        # From the rim to a dense row, from there to the lowest of the cluster.
        label = number[self.leader[self.leader]]
        return np.where(self.leader == NOBODY, NOISE, label)


def gathered(xy: np.ndarray, *, reach_m: float, least_events: int) -> Gathered:
    """Clusters of positions (n, 2) in metres, in the order of what tells them apart (their ids).

    Distances of exactly `reach_m` are within reach.
    """
    if not len(xy):
        return Gathered(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))
    spots = distinct(xy)
    events = np.bincount(spots.at)
    # Neighbours in space are neighbours in memory.
    _cells, start, order, _member = cells_of(spots.xy, reach_m=reach_m)
    place, events = spots.xy[order], events[order]
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    at = at[spots.at]
    dense = _dense(place, events, start, reach_m, least_events)
    lowest = np.empty(len(place), dtype=np.int64)
    # Of several rows of a spot the one written last stays: the first.
    lowest[at[::-1]] = np.arange(len(at))[::-1]
    leader = np.full(len(place), NOBODY)
    if dense.any():
        label = hanging_together(place[dense], reach_m=reach_m)
        first = np.full(label.max() + 1, len(at))
        np.minimum.at(first, label, lowest[dense])
        leader[dense] = first[label]
        leader[~dense] = _nearest(place[~dense], place[dense], lowest[dense], reach_m)
    return Gathered(dense=dense[at], leader=leader[at])


def _dense(
    place: np.ndarray, events: np.ndarray, start: np.ndarray, reach_m: float, least_events: int
) -> np.ndarray:
    """Which spots, in the order of cells that begin at `start`, have enough events in reach."""
    in_cell = np.add.reduceat(events, start)
    dense = np.repeat(in_cell, np.diff(np.r_[start, len(place)])) >= least_events
    left = np.flatnonzero(~dense)
    if not len(left):
        return dense
    tree = _tree(place)
    # Where the last of so many nearest spots is in reach there are enough events; else all that
    # are in reach are among them, and some may be spots of many events.
    spots = min(least_events, len(place))
    for part in _portions(left, 1):
        found = _in_reach(tree, place, part, np.array([spots]), reach_m)
        dense[part] = (found[:, 0] != NOBODY) & (spots == least_events)
    if events.max() == 1:
        return dense
    left = left[~dense[left]]
    for part in _portions(left, spots):
        found = _in_reach(tree, place, part, np.arange(1, spots + 1), reach_m)
        dense[part] = np.where(found != NOBODY, events[found], 0).sum(axis=1) >= least_events
    return dense


def _in_reach(
    tree: cKDTree, place: np.ndarray, part: np.ndarray, nearest: np.ndarray, reach_m: float
) -> np.ndarray:
    """Of each spot of `part` (m,) the so many nearest ones (m, k), NOBODY beyond the reach."""
    _away, found = tree.query(
        place[part], k=nearest, distance_upper_bound=reach_m * _HAIR, workers=-1
    )
    there = found < len(place)
    found[~there] = 0
    apart = place[found] - place[part, None]
    there &= apart[..., 0] ** 2 + apart[..., 1] ** 2 <= reach_m**2
    return np.where(there, found, NOBODY)


def _nearest(rim: np.ndarray, core: np.ndarray, row: np.ndarray, reach_m: float) -> np.ndarray:
    """Of each spot of the rim the row of the nearest core spot in reach, or NOBODY."""
    nearest = np.full(len(rim), NOBODY)
    tree = _tree(core)
    for part in _portions(np.arange(len(rim)), 2):
        away, found = tree.query(
            rim[part], k=[1, 2], distance_upper_bound=reach_m * _HAIR, workers=-1
        )
        there = found[:, 0] < len(core)
        part, away, found = part[there], away[there], found[there]
        apart = core[found[:, 0]] - rim[part]
        near = apart[:, 0] ** 2 + apart[:, 1] ** 2 <= reach_m**2
        nearest[part[near]] = row[found[near, 0]]
        equal = np.flatnonzero(near & (away[:, 1] <= away[:, 0] * _HAIR))
        for some in _portions(equal, 1000):
            around = tree.query_ball_point(rim[part[some]], away[some, 0] * _HAIR)
            for spot, all_near in zip(part[some].tolist(), around, strict=True):
                apart = core[all_near] - rim[spot]
                squares = apart[:, 0] ** 2 + apart[:, 1] ** 2
                nearest[spot] = row[all_near][squares == squares.min()].min()
    return nearest


def _tree(place: np.ndarray) -> cKDTree:
    """Split at the middle of space, not at the median: no sorting, and as quick to ask."""
    return cKDTree(place, balanced_tree=False, compact_nodes=False)


def _portions(index: np.ndarray, each: int) -> list[np.ndarray]:
    """Cut into parts of at most _AT_ONCE things, `each` of them a row."""
    rows = max(1, _AT_ONCE // each)
    return [index[begin : begin + rows] for begin in range(0, len(index), rows)]
