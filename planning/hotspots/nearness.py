"""Which positions hang together: linked by steps that are no longer than a reach.

Pure, over arrays of positions (n, 2) in metres of the city's CRS. Many people write from one
address, so each position is looked at once. Labels mean nothing but "together".
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

# Distances compared at once: bounds memory.
_AT_ONCE = 200_000
# More comparisons than this of one pair of cells are quicker by a tree.
_BY_TREE = 30_000
# A hair less than reach / sqrt(2): whatever shares a cell is in reach, rounding or not.
_CELL = (1 - 1e-9) / 2**0.5
# One half of the cells around that can hold something in reach; the other half looks back.
_AHEAD = [(dx, dy) for dx in range(3) for dy in range(-2, 3) if (dx, dy) > (0, 0)]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Each position once: xy (m, 2); at (n,): which of them each given one is."""

    xy: np.ndarray
    at: np.ndarray


def distinct(xy: np.ndarray) -> Distinct:
    """Equal positions brought together."""
    xy = np.ascontiguousarray(xy, dtype=float).reshape(-1, 2) + 0.0
    # Sorted by a mix of both numbers: one sort. Should two positions mix alike, the worst is that
    # one of them is kept twice.
    bits = xy.view(np.uint64)
    mixed = (bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ bits[:, 1]
    order = np.argsort(mixed)
    ordered = xy[order]
    x, y = ordered[:, 0], ordered[:, 1]
    first = np.ones(len(xy), dtype=bool)
    first[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    at = np.empty(len(xy), dtype=np.int64)
    at[order] = np.cumsum(first) - 1
    return Distinct(xy=ordered[first], at=at)


def hanging_together(xy: np.ndarray, *, reach_m: float) -> np.ndarray:
    """Labels from 0: positions linked by steps of at most `reach_m` share one.

    DBSCAN with one event as the least. A square cell whose diagonal is the reach is one cluster by
    itself; so cells are linked, not events, and only cells that are not together yet are compared.
    """
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    cells, start, order, member = cells_of(xy, reach_m=reach_m)
    xy = xy[order]
    count = np.diff(np.r_[start, len(xy)])
    low, high = np.minimum.reduceat(xy, start), np.maximum.reduceat(xy, start)
    label = np.arange(len(cells))
    ends = np.zeros((0, 2), dtype=np.int64)
    for step in _AHEAD:
        pairs = _neighbours(cells, step)
        pairs = pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
        if max(map(abs, step)) == 2:
            pairs = pairs[_may_reach(pairs, low, high, reach_m)]
        linked = pairs[_in_reach(pairs, xy, start, count, reach_m)]
        if len(linked):
            ends = np.concatenate([ends, linked])
            graph = sparse.coo_matrix(
                (np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])),
                (len(cells), len(cells)),
            )
            _n, label = connected_components(graph, directed=False)
    return label.astype(np.int64)[member]


def cells_of(xy: np.ndarray, *, reach_m: float) -> tuple[np.ndarray, ...]:
    """Occupied cells (m, 2) in order, where each begins among the ordered positions, that order,
    and the cell of each position as given. Whatever shares a cell is in reach."""
    ij = np.floor((xy - xy.min(axis=0)) / (reach_m * _CELL)).astype(np.int64) + 2
    # Two columns of room on each side, so that no neighbour is taken for one of the next row.
    width = int(ij[:, 1].max()) + 5
    key = ij[:, 0] * width + ij[:, 1]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    member = np.empty(len(xy), dtype=np.int64)
    member[order] = np.cumsum(first) - 1
    start = np.flatnonzero(first)
    known = ordered[start]
    return np.column_stack([known // width, known % width]), start, order, member


def _neighbours(cells: np.ndarray, step: tuple[int, int]) -> np.ndarray:
    """Pairs of indices of occupied cells, the second `step` from the first."""
    width = int(cells[:, 1].max()) + 5
    key = cells[:, 0] * width + cells[:, 1]
    wanted = key + step[0] * width + step[1]
    index = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    there = np.flatnonzero(key[index] == wanted)
    return np.column_stack([there, index[there]])


def _may_reach(pairs: np.ndarray, low: np.ndarray, high: np.ndarray, reach_m: float) -> np.ndarray:
    """Of each pair of cells, whether the boxes about their positions are in reach. Rounded as
    distances are: what lies in the boxes is no nearer than they are."""
    a, b = pairs.T
    gap = np.maximum(0, np.maximum(low[a] - high[b], low[b] - high[a]))
    return gap[:, 0] ** 2 + gap[:, 1] ** 2 <= reach_m**2


def _in_reach(
    pairs: np.ndarray, xy: np.ndarray, start: np.ndarray, count: np.ndarray, reach_m: float
) -> np.ndarray:
    """Of each pair of cells, whether some position of one is in reach of one of the other."""
    found = np.zeros(len(pairs), dtype=bool)
    # Where there are many, one of a few tries is in reach as a rule.
    first, last = start, start + count - 1
    for here, there in ((first, first), (last, last), (first, last), (last, first)):
        left = np.flatnonzero(~found)
        apart = xy[here[pairs[left, 0]]] - xy[there[pairs[left, 1]]]
        found[left] = apart[:, 0] ** 2 + apart[:, 1] ** 2 <= reach_m**2
    work = np.where(found, 0, count[pairs[:, 0]] * count[pairs[:, 1]])
    for one in np.flatnonzero(work > _BY_TREE).tolist():
        here, there = (xy[start[cell] : start[cell] + count[cell]] for cell in pairs[one].tolist())
        found[one] = bool((cKDTree(here).query(there)[0] <= reach_m).any())
    usual = np.flatnonzero((work > 0) & (work <= _BY_TREE))
    portion = np.cumsum(work[usual]) // _AT_ONCE
    for part in np.split(usual, np.flatnonzero(np.diff(portion)) + 1):
        if not len(part):
            continue
        a, b, many = pairs[part, 0], pairs[part, 1], work[part]
        owner = np.repeat(np.arange(len(part)), many)
        nth = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
        other = count[b][owner]
        apart = xy[start[a][owner] + nth // other] - xy[start[b][owner] + nth % other]
        near = apart[:, 0] ** 2 + apart[:, 1] ** 2 <= reach_m**2
        found[part] = np.bincount(owner, weights=near, minlength=len(part)) > 0
    return found
