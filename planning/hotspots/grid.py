"""A hexagonal grid in metres whose cells keep their ids for ever.

Pointy-top hexagons in axial coordinates (q to the east, r to the south-east of q), the centre of
cell (0, 0) at the origin of the CRS. A cell's id depends on its coordinates and nothing else, so
runs, partitions and cities can be compared cell by cell.
"""

from dataclasses import dataclass

import numpy as np
import shapely

_SQRT3 = 3.0**0.5
# 26 bits for each coordinate: ids stay below 2^52 and survive JSON and JavaScript.
_BITS = 26
_HALF = 1 << (_BITS - 1)
_MASK = (1 << _BITS) - 1
# Corners as multiples of the edge, counter-clockwise from the top.
_CORNERS = np.array(
    [
        (0.0, 1.0), (-_SQRT3 / 2, 0.5), (-_SQRT3 / 2, -0.5),
        (0.0, -1.0), (_SQRT3 / 2, -0.5), (_SQRT3 / 2, 0.5),
    ]
)  # fmt: skip


class GridError(ValueError):
    """A position or cell that the grid cannot name."""


@dataclass(frozen=True, slots=True)
class HexGrid:
    """Hexagons with edges of `edge_m` metres (their circumradius; the area is 2.598 edge^2)."""

    edge_m: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.edge_m) and self.edge_m > 0):
            raise GridError("the edge of a hexagon must be a positive number of metres")

    @property
    def area_m2(self) -> float:
        return 1.5 * _SQRT3 * self.edge_m**2

    def cells_of(self, xy: np.ndarray) -> np.ndarray:
        """Ids of the cells that hold the positions (n, 2); int64 (n,)."""
        xy = np.asarray(xy, dtype=float).reshape(-1, 2)
        if not np.isfinite(xy).all():
            raise GridError("a position is not finite")
        q = (_SQRT3 / 3 * xy[:, 0] + xy[:, 1] / 3) / self.edge_m
        r = -2 / 3 * xy[:, 1] / self.edge_m
        return ids_of(*_rounded(q, r))

    def centres(self, ids: np.ndarray) -> np.ndarray:
        """Centres of cells, (n, 2)."""
        q, r = axial_of(ids)
        x = self.edge_m * _SQRT3 * (q + r / 2)
        return np.column_stack([x, -1.5 * self.edge_m * r])

    def outlines(self, ids: np.ndarray) -> np.ndarray:
        """Cells as shapely polygons, (n,)."""
        corners = self.centres(ids)[:, None, :] + self.edge_m * _CORNERS[None, :, :]
        return shapely.polygons(np.concatenate([corners, corners[:, :1]], axis=1))

    def covering(self, area: shapely.Geometry) -> np.ndarray:
        """Ids of the cells whose centre lies in `area`, sorted. The study area of a run."""
        if area.is_empty:
            return np.empty(0, dtype=np.int64)
        west, south, east, north = area.bounds
        rows = np.arange(
            np.floor(-north / (1.5 * self.edge_m)), np.ceil(-south / (1.5 * self.edge_m)) + 1
        )
        columns = np.arange(
            np.floor(west / (self.edge_m * _SQRT3)), np.ceil(east / (self.edge_m * _SQRT3)) + 1
        )
        r, column = (part.ravel() for part in np.meshgrid(rows, columns))
        q = column - np.floor(r / 2)
        ids = np.sort(ids_of(q.astype(np.int64), r.astype(np.int64)))
        shapely.prepare(area)
        return ids[shapely.intersects_xy(area, *self.centres(ids).T)]


def _rounded(q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fractional axial coordinates to those of the hexagon around them (cube rounding)."""
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    fix_q = (dq > dr) & (dq > ds)
    fix_r = ~fix_q & (dr > ds)
    return (
        np.where(fix_q, -rr - rs, rq).astype(np.int64),
        np.where(fix_r, -rq - rs, rr).astype(np.int64),
    )


def ids_of(q: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Ids from axial coordinates (int64)."""
    q, r = np.asarray(q, dtype=np.int64), np.asarray(r, dtype=np.int64)
    if q.size and max(np.abs(q).max(), np.abs(r).max()) >= _HALF:
        raise GridError("a cell lies too far from the origin for its size")
    return ((q + _HALF) << _BITS) | (r + _HALF)


def axial_of(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Axial coordinates (q, r) from ids."""
    ids = np.asarray(ids, dtype=np.int64)
    return (ids >> _BITS) - _HALF, (ids & _MASK) - _HALF


def disk(rings: int) -> np.ndarray:
    """Axial offsets (k, 2) of a cell and `rings` rings around it, in a fixed order."""
    return np.array(
        [
            (q, r)
            for q in range(-rings, rings + 1)
            for r in range(max(-rings, -q - rings), min(rings, -q + rings) + 1)
        ],
        dtype=np.int64,
    )


def neighbours(ids: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """For sorted `ids` the index of the cell at `offset` from each; -1 where there is none."""
    q, r = axial_of(ids)
    wanted = ids_of(q + offset[0], r + offset[1])
    found = np.searchsorted(ids, wanted)
    found[found == len(ids)] = 0
    return np.where(ids[found] == wanted, found, -1) if len(ids) else found
