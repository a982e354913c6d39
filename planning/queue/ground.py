"""In which yard, or beside which, complaints lie.

Pure, over arrays of positions (n, 2) in metres of the city's CRS.
"""

import numpy as np
import shapely

NO_YARD = -1
# Cells by which yards are found for positions.
_PLACING_CELL_M = 50.0
# Positions placed at once: bounds memory.
_POINTS_AT_ONCE = 200_000


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
