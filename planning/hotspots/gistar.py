"""Getis-Ord Gi* on a hexagonal grid: where there are more events than chance would put there.

For a cell i with w cells in its neighbourhood (itself included) and values x of all n cells

    Gi* = (sum of x over the neighbourhood - w mean) / (S sqrt(w (n - w) / (n - 1)))

with S the standard deviation of x (Ord and Getis 1995, binary weights). Several slices of time
are compared each with its own mean, and their sums and variances added: a month in which there
is more of everything everywhere makes no cell a hotspot.

Probabilities come without permutations. Counts of rare events are skewed, and the normal law
would find hotspots in noise; so the third moment of the sum of w values drawn without
replacement is taken exactly and the law of Pearson's third kind used, which has that skew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy import special

from planning.hotspots.grid import disk, neighbours

# Below this skew the normal law is used: the other one runs into rounding.
_SYMMETRIC = 1e-4


@dataclass(frozen=True, slots=True)
class Moments:
    """What all cells of the city have in common, exact: number, and sums of powers of values.

    Parts of a city are put together with `+`, without rounding and in any order.
    """

    cells: int
    total: Fraction
    squares: Fraction
    cubes: Fraction

    @classmethod
    def of(cls, values: np.ndarray) -> "Moments":
        """Of the values of cells."""
        different, counts = np.unique(np.asarray(values, dtype=float), return_counts=True)
        exact = [(Fraction(v), c) for v, c in zip(different.tolist(), counts.tolist(), strict=True)]
        return cls(
            cells=int(counts.sum()),
            total=sum((v * c for v, c in exact), Fraction(0)),
            squares=sum((v**2 * c for v, c in exact), Fraction(0)),
            cubes=sum((v**3 * c for v, c in exact), Fraction(0)),
        )

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.cells + other.cells,
            self.total + other.total,
            self.squares + other.squares,
            self.cubes + other.cubes,
        )

    @property
    def mean(self) -> float:
        return float(self.total / self.cells) if self.cells else 0.0

    @property
    def variance(self) -> float:
        """Of the population, not of a sample."""
        if not self.cells:
            return 0.0
        return float(self.squares / self.cells - (self.total / self.cells) ** 2)

    @property
    def third(self) -> float:
        """The third central moment."""
        if not self.cells:
            return 0.0
        mean = self.total / self.cells
        return float(self.cubes / self.cells - 3 * mean * self.squares / self.cells + 2 * mean**3)


@dataclass(frozen=True, slots=True)
class LocalG:
    """Of each cell: Gi*, and the two-sided probability of one as far out by chance."""

    z: np.ndarray
    p: np.ndarray


def neighbourhood_sums(
    ids: np.ndarray, values: np.ndarray, *, rings: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of `values` over each cell and the rings around it, and how many cells that are.

    ids: sorted. values: (n,) or (n, slices). The order of additions is that of the offsets.
    """
    sums, sizes = np.zeros(values.shape), np.zeros(len(ids), dtype=np.int64)
    for offset in disk(rings):
        found = neighbours(ids, (int(offset[0]), int(offset[1])))
        there = found >= 0
        sums[there] += values[found[there]]
        sizes += there
    return sums, sizes


def local_g(
    ids: np.ndarray, values: np.ndarray, *, rings: int = 1, moments: Moments | None = None
) -> LocalG:
    """Gi* of each cell over itself and `rings` rings.

    ids: sorted ids of all cells of the study area, also those without events. values: (n,).
    moments: those of the whole city when `ids` is a part of it with its surroundings.
    """
    values = np.asarray(values, dtype=float)
    sums, sizes = neighbourhood_sums(ids, values, rings=rings)
    return from_sums(sums[:, None], sizes, [moments or Moments.of(values)])


def from_sums(sums: np.ndarray, sizes: np.ndarray, moments: Sequence[Moments]) -> LocalG:
    """Gi* of neighbourhoods with `sums` (n, slices) over `sizes` (n,) cells in each slice."""
    excess = np.zeros(len(sums))
    variance = np.zeros(len(sums))
    third = np.zeros(len(sums))
    for column, whole in enumerate(moments):
        excess += sums[:, column] - sizes * whole.mean
        variance += _variance_of_sum(sizes, whole)
        third += _third_of_sum(sizes, whole)
    varies = variance > 0
    z = np.divide(excess, np.sqrt(variance), out=np.zeros(len(sums)), where=varies)
    skew = np.divide(third, variance**1.5, out=np.zeros(len(sums)), where=varies)
    return LocalG(z=z, p=_probability(z, skew, varies))


def _variance_of_sum(sizes: np.ndarray, whole: Moments) -> np.ndarray:
    n = whole.cells
    if n < 2:
        return np.zeros(len(sizes))
    return whole.variance * sizes * (n - sizes) / (n - 1)


def _third_of_sum(sizes: np.ndarray, whole: Moments) -> np.ndarray:
    """Third central moment of the sum of `sizes` values drawn without replacement."""
    n = whole.cells
    if n < 3:
        return np.zeros(len(sizes))
    return whole.third * sizes * (n - sizes) * (n - 2.0 * sizes) / ((n - 1.0) * (n - 2.0))


def _probability(z: np.ndarray, skew: np.ndarray, varies: np.ndarray) -> np.ndarray:
    """Two-sided: twice the smaller tail."""
    tail = special.ndtr(-np.abs(z))
    skewed = varies & (np.abs(skew) > _SYMMETRIC)
    # Pearson's third kind is a gamma law moved and scaled to mean 0 and variance 1.
    root = 2.0 / skew[skewed]
    shape = root**2
    at = np.maximum(shape + z[skewed] * root, 0.0)
    tail[skewed] = np.minimum(special.gammainc(shape, at), special.gammaincc(shape, at))
    return np.where(varies, np.minimum(1.0, 2.0 * tail), 1.0)


def discoveries(p: np.ndarray, *, level: float = 0.05) -> np.ndarray:
    """Which tests to believe so that at most `level` of the believed are expected to be false.

    Benjamini and Hochberg (1995). It holds for tests that depend on each other positively, as
    neighbouring cells do; where nothing is there, the chance to believe anything is `level`.
    """
    p = np.asarray(p, dtype=float)
    flat = np.sort(p, axis=None)
    passed = np.flatnonzero(flat <= level * np.arange(1, flat.size + 1) / max(flat.size, 1))
    if not passed.size:
        return np.zeros(p.shape, dtype=bool)
    return p <= flat[passed[-1]]
