"""Breakage rates: little pipe is spoken for by its class, much pipe by itself."""

import numpy as np
import pytest
from scipy import stats

from planning.hotspots.rates import law_of, shrunk_rates


def test_one_break_on_ten_metres_is_not_the_worst():
    length = np.array([10.0, 5000.0, *[500.0] * 40])
    breaks = np.array([1, 60, *([0, 1, 2, 3] * 10)])
    rates = shrunk_rates(breaks, length, ["steel"] * 42, years=3)
    assert rates.raw[0] == pytest.approx(1 / 0.03)
    assert np.argmax(rates.raw) == 0
    assert np.argmax(rates.shrunk) == 1
    assert (rates.low <= rates.shrunk).all()
    assert (rates.shrunk <= rates.high).all()


def test_shrunk_rates_come_nearer_to_the_truth():
    rng = np.random.default_rng(1)
    truth = rng.gamma(2.0, 0.5, 2000)
    length = rng.uniform(20, 800, 2000)
    breaks = rng.poisson(truth * length / 1000 * 3)
    rates = shrunk_rates(breaks, length, ["cast iron"] * 2000, years=3)
    assert np.mean((rates.shrunk - truth) ** 2) < 0.2 * np.mean((rates.raw - truth) ** 2)
    covered = ((rates.low <= truth) & (truth <= rates.high)).mean()
    assert 0.85 <= covered <= 0.95


def test_the_law_is_found_again():
    rng = np.random.default_rng(2)
    km_years = rng.uniform(0.5, 3, 5000)
    law = law_of(rng.poisson(rng.gamma(3.0, 0.5, 5000) * km_years), km_years)
    assert law.mean == pytest.approx(1.5, rel=0.1)
    assert law.exposure == pytest.approx(2.0, rel=0.2)


def test_classes_speak_for_their_own():
    breaks = np.array([0] * 20 + [3, 4, 5, 6] * 5)
    rates = shrunk_rates(breaks, np.full(40, 100.0), ["new"] * 20 + ["old"] * 20, years=1)
    assert rates.shrunk[:20].tolist() == [0.0] * 20
    assert rates.shrunk[20:].min() > 30


def test_small_classes_take_the_law_of_all():
    breaks = np.array([0, 9, *[0, 1, 2, 7] * 10])
    rates = shrunk_rates(breaks, np.full(42, 300.0), ["a", "b", *["c"] * 40], years=1)
    assert 0 < rates.shrunk[0] < rates.shrunk[1] < rates.raw[1]


def test_segments_that_differ_by_chance_only_share_one_rate():
    rng = np.random.default_rng(3)
    # Even more alike than chance would make them.
    breaks = np.full(50, 2)
    rates = shrunk_rates(breaks, np.full(50, 1000.0), rng.choice(["x"], 50).tolist(), years=1)
    assert rates.shrunk == pytest.approx(2.0)


def test_nothing_and_nonsense():
    assert shrunk_rates(np.array([]), np.array([]), [], years=1).shrunk.size == 0
    assert shrunk_rates(np.array([0]), np.array([0.0]), ["x"], years=1).shrunk.tolist() == [0.0]
    with pytest.raises(ValueError, match="period"):
        shrunk_rates(np.array([1]), np.array([1.0]), ["x"], years=0)
    with pytest.raises(ValueError, match="negative"):
        shrunk_rates(np.array([-1]), np.array([1.0]), ["x"], years=1)


def test_interval_is_that_of_the_gamma_law():
    breaks, length = np.array([0, 5, 1, 2, 9] * 4), np.full(20, 1000.0)
    law = law_of(breaks, length / 1000)
    rates = shrunk_rates(breaks, length, ["x"] * 20, years=1)
    shape, scale = law.mean * law.exposure + 9, 1 / (law.exposure + 1)
    assert rates.high[4] == pytest.approx(stats.gamma.ppf(0.95, shape, scale=scale))
