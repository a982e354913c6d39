"""Kernel density: events per square kilometre and year, exact, on a lattice of metres.

The kernel is the quartic one, 3 / (pi h^2) (1 - d^2 / h^2)^2 within the radius h and nothing
beyond it, so there is no tail to cut off: each event is added to the lattice points within h,
and the result is the direct sum. Events are added in a fixed order (by position, then weight),
so a part of the city with the events within h around it gets the same figures as the whole.
"""

from dataclasses import dataclass

import numpy as np

M2_PER_KM2 = 1_000_000.0
# Pairs of event and lattice point in one step: bounds the memory to some 100 MB.
_PAIRS_AT_ONCE = 2_000_000
MAX_POINTS = 4_000_000


class DensityError(ValueError):
    """Events or a lattice that cannot be summed."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points (column * step_m, row * step_m) of the CRS; `west` and `south` count steps."""

    step_m: float
    west: int
    south: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if not (np.isfinite(self.step_m) and self.step_m > 0):
            raise DensityError("the step must be a positive number of metres")
        if self.width < 1 or self.height < 1 or self.width * self.height > MAX_POINTS:
            raise DensityError(f"a lattice has 1 to {MAX_POINTS} points")

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], *, step_m: float) -> "Lattice":
        """The points within west, south, east, north (metres), and one more on each side."""
        west, south = (int(np.floor(value / step_m)) for value in bounds[:2])
        east, north = (int(np.ceil(value / step_m)) for value in bounds[2:])
        return cls(step_m, west, south, east - west + 1, north - south + 1)

    @property
    def x(self) -> np.ndarray:
        return (self.west + np.arange(self.width)) * self.step_m

    @property
    def y(self) -> np.ndarray:
        return (self.south + np.arange(self.height)) * self.step_m


def kernel_density(
    xy: np.ndarray,
    *,
    lattice: Lattice,
    radius_m: float,
    years: float,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Events per km2 per year at the lattice points, (height, width), south first.

    xy: positions (n, 2). years: length of the period. weights: of the events; 1 when not given.
    """
    if not (radius_m > 0 and years > 0):
        raise DensityError("radius and period must be positive")
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    weights = np.ones(len(xy)) if weights is None else np.asarray(weights, dtype=float)
    if not (np.isfinite(xy).all() and np.isfinite(weights).all()):
        raise DensityError("a position or weight is not finite")
    x, y, weights = _merged(xy, weights)
    sums = np.zeros(lattice.width * lattice.height)
    reach = int(np.ceil(radius_m / lattice.step_m)) + 1
    offsets = np.arange(-reach, reach + 1)
    rows, columns = (part.ravel() for part in np.meshgrid(offsets, offsets, indexing="ij"))
    step = max(1, _PAIRS_AT_ONCE // len(rows))
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        _add(sums, x[part], y[part], weights[part], rows, columns, lattice, radius_m)
    scale = 3.0 / (np.pi * radius_m**2) * M2_PER_KM2 / years
    return (sums * scale).reshape(lattice.height, lattice.width)


def _merged(xy: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events in the fixed order; those at one position and of one weight become one."""
    rows, counts = np.unique(np.column_stack([xy, weights]), axis=0, return_counts=True)
    return rows[:, 0], rows[:, 1], rows[:, 2] * counts


def _add(
    sums: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    lattice: Lattice,
    radius_m: float,
) -> None:
    """Add events to the points around them, one after the other in their order."""
    column = np.rint(x / lattice.step_m).astype(np.int64)[:, None] + columns[None, :]
    row = np.rint(y / lattice.step_m).astype(np.int64)[:, None] + rows[None, :]
    near = 1.0 - (
        (column * lattice.step_m - x[:, None]) ** 2 + (row * lattice.step_m - y[:, None]) ** 2
    ) / (radius_m**2)
    column, row = column - lattice.west, row - lattice.south
    inside = (near > 0) & (column >= 0) & (column < lattice.width)
    inside &= (row >= 0) & (row < lattice.height)
    values = (near**2 * weights[:, None])[inside]
    # Unbuffered: the order of additions to a point is the order of the events.
    np.add.at(sums, row[inside] * lattice.width + column[inside], values)
