"""Where complaints lie: which hang together, and which yard each is in or beside.

Pure, over arrays of positions (n, 2) in metres of the city's CRS. Many people write from one
address, so each position is looked at once. Labels of clusters mean nothing but "together".
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

NO_YARD = -1
# Distances compared at once: bounds memory.
_AT_ONCE = 1_000_000
# Cells by which yards are found for positions.
_PLACING_CELL_M = 50.0
# Positions placed at once: bounds memory.
_POINTS_AT_ONCE = 200_000
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
    cells, start, order, member = _cells(xy, reach_m * _CELL)
    xy = xy[order]
    count = np.diff(np.r_[start, len(xy)])
    label = np.arange(len(cells))
    ends = np.zeros((0, 2), dtype=np.int64)
    for step in _AHEAD:
        pairs = _neighbours(cells, step)
        pairs = pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
        linked = pairs[_in_reach(pairs, xy, start, count, reach_m)]
        if len(linked):
            ends = np.concatenate([ends, linked])
            graph = sparse.coo_matrix(
                (np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])),
                (len(cells), len(cells)),
            )
            _n, label = connected_components(graph, directed=False)
    return label.astype(np.int64)[member]


def _cells(xy: np.ndarray, edge_m: float) -> tuple[np.ndarray, ...]:
    """Occupied cells (m, 2) in order, where each begins among the ordered positions, that order,
    and the cell of each position as given."""
    ij = np.floor(xy / edge_m).astype(np.int64)
    low = ij.min(axis=0) - 2
    ij -= low
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
    for one in np.flatnonzero(work > _AT_ONCE).tolist():
        here, there = (xy[start[cell] : start[cell] + count[cell]] for cell in pairs[one].tolist())
        found[one] = bool((cKDTree(here).query(there)[0] <= reach_m).any())
    usual = np.flatnonzero((work > 0) & (work <= _AT_ONCE))
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


def yards_at(xy: np.ndarray, *, ids: np.ndarray, shapes: np.ndarray, near_m: float) -> np.ndarray:
    """The yard of each position, or within `near_m` of it: the nearest, then the lowest id.

    Positions in a yard first; only for those in none the distances.
    """
    found = np.full(len(xy), NO_YARD, dtype=np.int64)
    if not len(xy) or not len(ids):
        return found
    shapely.prepare(shapes)
    boxes = _BoxesByCell(shapely.bounds(shapes))
    for begin in range(0, len(xy), _POINTS_AT_ONCE):
        part = xy[begin : begin + _POINTS_AT_ONCE]
        point, shape = boxes.around(part)
        inside = shapely.intersects_xy(shapes[shape], *part[point].T)
        found[begin : begin + len(part)] = _lowest(len(part), point[inside], ids[shape[inside]])
    left = np.flatnonzero(found == NO_YARD)
    tree = shapely.STRtree(shapes)
    for begin in range(0, len(left), _POINTS_AT_ONCE):
        which = left[begin : begin + _POINTS_AT_ONCE]
        point, shape = tree.query_nearest(
            shapely.points(xy[which]), max_distance=near_m, all_matches=True
        )
        found[which] = _lowest(len(which), point, ids[shape])
    return found


class _BoxesByCell:
    """Which boxes (n, 4) hold a position: a table of square cells, no object a position."""

    def __init__(self, boxes: np.ndarray) -> None:
        self.boxes = boxes
        corners = np.floor(boxes / _PLACING_CELL_M).astype(np.int64)
        self.low = corners[:, :2].min(axis=0)
        self.size = corners[:, 2:].max(axis=0) - self.low + 1
        across, along = (corners[:, 2:] - corners[:, :2] + 1).T
        box = np.repeat(np.arange(len(boxes)), across * along)
        first = np.cumsum(across * along) - across * along
        x, y = np.divmod(np.arange(len(box)) - first[box], along[box])
        key = self._key(corners[box, :2] + np.column_stack([x, y]))
        order = np.argsort(key, kind="stable")
        self.key, self.box = key[order], box[order]

    def _key(self, cells: np.ndarray) -> np.ndarray:
        """A number a cell; -1 where no box can be."""
        x, y = (cells - self.low).T
        there = (x >= 0) & (x < self.size[0]) & (y >= 0) & (y < self.size[1])
        return np.where(there, x * self.size[1] + y, -1)

    def around(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (index of a position, index of a box that holds it)."""
        key = self._key(np.floor(xy / _PLACING_CELL_M).astype(np.int64))
        start = np.searchsorted(self.key, key, side="left")
        count = np.searchsorted(self.key, key, side="right") - start
        point = np.repeat(np.arange(len(xy)), count)
        first = np.cumsum(count) - count
        box = self.box[start[point] + np.arange(len(point)) - first[point]]
        x, y = xy[point].T
        west, south, east, north = self.boxes[box].T
        held = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return point[held], box[held]


def _lowest(count: int, point: np.ndarray, yard: np.ndarray) -> np.ndarray:
    """Of each of `count` points the lowest yard it is paired with, or NO_YARD."""
    lowest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(lowest, point, yard)
    return np.where(lowest < np.iinfo(np.int64).max, lowest, NO_YARD)
