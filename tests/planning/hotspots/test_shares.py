"""Hotspots against everything that is reported: exact, silent on noise, found where planted."""

import numpy as np
import pytest
from scipy import stats

from planning.hotspots.gistar import discoveries
from planning.hotspots.grid import HexGrid, disk, neighbours
from planning.hotspots.shares import Share, local_shares

GRID = HexGrid(200.0)


@pytest.fixture(scope="module")
def ids():
    x, y = np.meshgrid(np.arange(0, 9000, 60.0), np.arange(0, 9000, 60.0))
    return np.unique(GRID.cells_of(np.column_stack([x.ravel(), y.ravel()])))


def noise(rng, ids, *, share=0.08):
    """Much where many live: the exposure of cells differs a hundredfold."""
    everything = rng.poisson(rng.gamma(0.5, 20.0, len(ids)))
    return rng.binomial(everything, share), everything


def test_200_runs_of_noise_flag_next_to_nothing(ids):
    rng = np.random.default_rng(4111)
    flagged = 0
    for _ in range(200):
        counts, everything = noise(rng, ids)
        found = local_shares(ids, counts, everything)
        flagged += bool((discoveries(found.p) & (found.z > 0)).any())
    assert flagged <= 10


def test_what_is_planted_is_found(ids):
    rng = np.random.default_rng(1)
    counts, everything = noise(rng, ids)
    centre = len(ids) // 2
    counts[centre] += 40
    everything[centre] += 40
    found = local_shares(ids, counts, everything)
    hot = np.flatnonzero(discoveries(found.p) & (found.z > 0))
    around = {int(neighbours(ids, tuple(offset))[centre]) for offset in disk(1)}
    assert centre in hot
    assert set(hot.tolist()) <= around


def test_probabilities_by_hand(ids):
    few = ids[:1]
    found = local_shares(few, np.array([3]), np.array([10]), rings=0, share=Share(10, 100))
    assert found.p[0] == pytest.approx(2 * stats.binom.sf(2, 10, 0.1))
    assert found.z[0] == pytest.approx((3 - 1) / np.sqrt(10 * 0.1 * 0.9))


def test_nothing_anywhere(ids):
    none = np.zeros(len(ids), dtype=int)
    found = local_shares(ids, none, none)
    assert (found.p == 1).all()
    assert (found.z == 0).all()


def test_parts_give_the_figures_of_the_whole(ids):
    rng = np.random.default_rng(2)
    counts, everything = noise(rng, ids)
    whole = local_shares(ids, counts, everything)
    half = len(ids) // 2
    part = np.arange(0, half + 400)
    found = local_shares(
        ids[part], counts[part], everything[part], share=Share.of(counts, everything)
    )
    inner = np.arange(half - 400)
    assert np.array_equal(found.p[inner], whole.p[inner])
