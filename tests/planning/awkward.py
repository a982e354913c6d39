"""Awkward places for tests of what is near what, in metres."""

import numpy as np
from hypothesis import strategies as st

REACH = 25.0
# Whole and odd metres: many pairs lie exactly at the reach, many on borders of cells.
METRES = st.one_of(st.integers(-120, 120), st.floats(-120, 120)).map(lambda m: round(m, 4) + 0.0)
PLACES = st.lists(st.tuples(METRES, METRES), max_size=40)
# Multiples of the reach: on a lattice every distance is one of many equal ones.
LATTICE = st.lists(st.tuples(*[st.integers(-4, 4).map(lambda n: n * REACH)] * 2), max_size=60)
# The city's CRS: y of a northern city.
ORIGINS = st.sampled_from([0.0, 6_080_000.0])


def together(labels) -> np.ndarray:
    """Labels by the first who bears each."""
    _known, first, at = np.unique(labels, return_index=True, return_inverse=True)
    return first[at]
