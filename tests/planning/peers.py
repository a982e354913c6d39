"""What other libraries say of the same figures."""

import warnings

import numpy as np
from esda.getisord import G_Local
from libpysal.weights import W

from planning.hotspots.grid import disk, neighbours


def esda_z(ids: np.ndarray, values: np.ndarray, rings: int) -> np.ndarray:
    """Gi* by esda over the same neighbourhoods."""
    around = {i: [] for i in range(len(ids))}
    for offset in disk(rings):
        if tuple(offset) != (0, 0):
            for i, j in enumerate(neighbours(ids, tuple(offset)).tolist()):
                if j >= 0:
                    around[i].append(j)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = W(around, silence_warnings=True)
        return G_Local(values.astype(float), weights, transform="B", star=True, permutations=0).Zs
