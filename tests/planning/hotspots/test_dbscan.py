"""DBSCAN in arrays: against scikit-learn, the plain definition, order and memory."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN

from planning.hotspots import dbscan
from planning.hotspots.dbscan import NOBODY, gathered
from planning.hotspots.identity import NOISE, renamed
from tests.planning.awkward import LATTICE, ORIGINS, PLACES, REACH

LEAST = st.integers(1, 8)


def check(xy, least):
    """Dense events, clusters and noise are scikit-learn's; the rim follows the plain rule."""
    found = gathered(xy, reach_m=REACH, least_events=least)
    labels = found.labels()
    assert len(labels) == len(xy)
    if not len(xy):
        return
    other = DBSCAN(eps=REACH, min_samples=least).fit(xy)
    assert np.flatnonzero(found.dense).tolist() == other.core_sample_indices_.tolist()
    assert ((labels == NOISE) == (other.labels_ == NOISE)).all()
    core = found.dense
    assert labels[core].tolist() == renamed(other.labels_[core]).tolist()
    # Squares, as both sides compare them.
    squares = cdist(xy, xy, "sqeuclidean")
    for row in np.flatnonzero(~core):
        near = [(squares[row, one], one) for one in np.flatnonzero(core)]
        near = [pair for pair in near if pair[0] <= REACH**2]
        assert found.leader[row] == (min(near)[1] if near else NOBODY)


@given(PLACES, ORIGINS, LEAST)
def test_is_that_of_scikit_learn_at_odd_places(places, far, least):
    check(np.array(places, dtype=float).reshape(-1, 2) + far, least)


@given(LATTICE, ORIGINS, LEAST)
@example([(n * REACH, 0.0) for n in range(9)], 0.0, 3)
@example([(0.0, 0.0)] * 5 + [(REACH, 0.0)] * 2 + [(2 * REACH, 0.0)] * 5, 0.0, 8)
def test_is_that_of_scikit_learn_on_a_lattice(places, far, least):
    """Equal positions, lines, and every distance a multiple of the reach."""
    check(np.array(places, dtype=float).reshape(-1, 2) + far, least)


@pytest.mark.parametrize("seed", range(3))
def test_is_that_of_scikit_learn_in_a_town(seed):
    rng = np.random.default_rng(seed)
    blobs = [rng.normal(centre, 40, (60, 2)) for centre in rng.uniform(0, 1500, (6, 2))]
    xy = np.concatenate(
        [*blobs, rng.uniform(0, 1500, (300, 2)), rng.integers(0, 60, (300, 2)) * 25]
    )
    check(xy + [512_000, 6_080_000], 5)


def test_small_portions_find_the_same(monkeypatch):
    xy = np.random.default_rng(3).integers(0, 40, (600, 2)) * 12.5
    usual = gathered(xy, reach_m=REACH, least_events=6)
    assert 0 < usual.dense.sum() < len(xy)
    monkeypatch.setattr(dbscan, "_AT_ONCE", 7)
    again = gathered(xy, reach_m=REACH, least_events=6)
    assert again.dense.tolist() == usual.dense.tolist()
    assert again.leader.tolist() == usual.leader.tolist()


@given(LATTICE, LEAST, st.randoms(use_true_random=False))
def test_what_is_dense_does_not_depend_on_the_order(places, least, random):
    xy = np.array(places, dtype=float).reshape(-1, 2)
    mixed = list(range(len(xy)))
    random.shuffle(mixed)
    first = gathered(xy, reach_m=REACH, least_events=least)
    second = gathered(xy[mixed], reach_m=REACH, least_events=least)
    core = first.dense[mixed]
    assert core.tolist() == second.dense.tolist()
    assert renamed(first.labels()[mixed][core]).tolist() == renamed(second.labels()[core]).tolist()


MEMORY = """
import resource, sys
import numpy as np
from planning.hotspots.dbscan import gathered
rng = np.random.default_rng(1)
xy = np.concatenate([
    # One address; two crowds just beyond reach of each other; as many again around them.
    np.full((400_000, 2), 6.08e6), rng.uniform(0, 10, (50_000, 2)),
    rng.uniform(0, 10, (50_000, 2)) + [70, 0], rng.uniform(0, 2000, (50_000, 2)),
])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = gathered(xy, reach_m=60.0, least_events=5)
assert found.dense[:500_000].all()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_is_bounded_where_everything_is_near_everything():
    """Pairs in reach are some 10 to the 11: 100 bytes an event and the portions are enough."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(done.stdout) < 300
