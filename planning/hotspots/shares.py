"""Hotspots of a theme against everything that is reported there.

Where many people live, more of everything is reported; such a place stands out in counts and
says nothing about the theme. Here the events of a theme around a cell are compared with the share
that the theme has in the whole city: of `t` events of all themes, `s` or more are of this theme by
chance with the binomial probability. Both sums are whole numbers, so parts of a city give the
figures of the whole when the city's share is handed in.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from planning.hotspots.gistar import LocalG, neighbourhood_sums


@dataclass(frozen=True, slots=True)
class Share:
    """What all cells have in common: events of the theme, and of all themes."""

    theme: int
    everything: int

    @classmethod
    def of(cls, counts: np.ndarray, everything: np.ndarray) -> "Share":
        return cls(int(counts.sum()), int(everything.sum()))

    def __add__(self, other: "Share") -> "Share":
        return Share(self.theme + other.theme, self.everything + other.everything)

    @property
    def value(self) -> float:
        return self.theme / self.everything if self.everything else 0.0


def local_shares(
    ids: np.ndarray,
    counts: np.ndarray,
    everything: np.ndarray,
    *,
    rings: int = 1,
    share: Share | None = None,
) -> LocalG:
    """Of each cell and `rings` rings: the score of the excess, and the two-sided probability.

    ids: sorted, (n,). counts, everything: events of the theme and of all themes, (n,), the former
    within the latter. share: that of the whole city when `ids` is a part of it.
    """
    whole = (share or Share.of(counts, everything)).value
    both = np.column_stack([counts, everything]).astype(float)
    sums, _sizes = neighbourhood_sums(ids, both, rings=rings)
    own, total = sums[:, 0], sums[:, 1]
    deviation = np.sqrt(total * whole * (1.0 - whole))
    z = np.divide(own - total * whole, deviation, out=np.zeros(len(ids)), where=deviation > 0)
    tails = np.minimum(stats.binom.cdf(own, total, whole), stats.binom.sf(own - 1, total, whole))
    return LocalG(z=z, p=np.where(deviation > 0, np.minimum(1.0, 2.0 * tails), 1.0))
