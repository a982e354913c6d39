"""Trends and classes: Kendall by hand, seasons without trends, each class by example."""

import numpy as np
import pytest
import shapely
from scipy import stats

from planning.hotspots.grid import HexGrid
from planning.hotspots.trends import Emerging, classify, emerging_hotspots, mann_kendall

GRID = HexGrid(250.0)
IDS = GRID.covering(shapely.Point(0, 0).buffer(3000))
# Events by month: floods in April, little in summer.
SEASON = np.array([1, 1, 2, 8, 2, 1, 0.5, 0.5, 1, 4, 2, 1])


def by_hand(row):
    pairs = [(i, j) for i in range(len(row)) for j in range(i)]
    s = sum(np.sign(row[i] - row[j]) for i, j in pairs)
    n = len(row)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in np.unique(row, return_counts=True)[1])
    return s, (n * (n - 1) * (2 * n + 5) - ties) / 18


def test_is_kendalls_test():
    rng = np.random.default_rng(1)
    series = rng.poisson(2, (50, 17))
    found = mann_kendall(series)
    for row, s, z in zip(series, found.s, found.z, strict=True):
        hand, variance = by_hand(row)
        assert s == hand
        assert z == pytest.approx(np.sign(s) * max(abs(s) - 1, 0) / np.sqrt(variance))
        tau = stats.kendalltau(np.arange(len(row)), row).statistic
        assert np.sign(s) == (np.sign(tau) if s else 0)


def test_a_trend_is_found_under_its_season():
    rising = SEASON[np.arange(36) % 12] * 10 + np.arange(36)
    assert mann_kendall(rising[None], season=12).p[0] < 0.001
    assert mann_kendall(rising[None][:, ::-1], season=12).s[0] < 0


def test_series_that_say_nothing():
    assert mann_kendall(np.zeros((2, 8))).p.tolist() == [1.0, 1.0]
    assert mann_kendall(np.ones((1, 1))).p.tolist() == [1.0]
    with pytest.raises(ValueError, match="steps"):
        mann_kendall(np.zeros(3))


def test_noise_with_the_rhythm_of_the_year_has_no_trends():
    """Neither in single cells beyond 5 %, nor anywhere in more than 5 % of the runs."""
    rng = np.random.default_rng(2)
    cells = runs_with_trend = runs_with_class = 0
    for _ in range(200):
        counts = rng.poisson(0.6 * SEASON[np.arange(36) % 12], (len(IDS), 36))
        cells += (mann_kendall(counts, season=12).p < 0.05).mean()
        found = emerging_hotspots(IDS, counts, season=12)
        runs_with_trend += bool(found.trend.any())
        runs_with_class += bool((found.classes != Emerging.NONE).any())
    assert cells / 200 <= 0.05
    assert runs_with_trend <= 10
    assert runs_with_class <= 10


def test_a_planted_outbreak_is_new_and_a_lasting_place_persists():
    rng = np.random.default_rng(3)
    ids = GRID.covering(shapely.Point(0, 0).buffer(7000))
    centres = GRID.centres(ids)
    lasting = np.hypot(*(centres - [-1500, 0]).T) < 500
    outbreak = np.hypot(*(centres - [1500, 0]).T) < 500
    rate = np.ones((len(ids), 12))
    rate[lasting] = 10
    rate[outbreak, -1] = 15
    found = emerging_hotspots(ids, rng.poisson(rate))
    assert set(found.classes[lasting]) == {Emerging.PERSISTENT}
    assert set(found.classes[outbreak]) == {Emerging.NEW}


def test_growth_under_the_rhythm_of_the_year_is_seen():
    """Twice as much after three years: only Aprils beside Aprils show it."""
    months = np.arange(36)
    place = np.hypot(*(GRID.centres(IDS) - [-1000, 0]).T) < 500
    growth = np.where(place[:, None], 20 * (1 + months / 35), 1.0)
    counts = np.random.default_rng(4).poisson(SEASON[months % 12] * growth)
    found = emerging_hotspots(IDS, counts, season=12)
    assert set(found.classes[place]) == {Emerging.INTENSIFYING}
    assert set(emerging_hotspots(IDS, counts).classes[place]) == {Emerging.PERSISTENT}


def steps(text):
    """h: hot, c: cold, .: neither."""
    letters = np.array(list(text))
    return letters == "h", letters == "c"


@pytest.mark.parametrize(
    "text, trend, expected",
    [
        (".........h", 0, Emerging.NEW),
        (".......hhh", 0, Emerging.CONSECUTIVE),
        ("hhhhhhhhhh", 1, Emerging.INTENSIFYING),
        (".hhhhhhhhh", 1, Emerging.INTENSIFYING),
        ("hhhhhhhhhh", 0, Emerging.PERSISTENT),
        ("hhhhh.hhhh", 0, Emerging.PERSISTENT),
        ("hhhhh.hh.h", 1, Emerging.SPORADIC),
        ("..hhhhhhhh", 1, Emerging.CONSECUTIVE),
        ("hhhhhhhh..", 0, Emerging.NONE),
        ("hhhhhhhhhh", -1, Emerging.DIMINISHING),
        ("h...h..h.h", 0, Emerging.SPORADIC),
        ("h...c..h.h", 0, Emerging.OSCILLATING),
        ("hhhhhhhhh.", 0, Emerging.HISTORICAL),
        ("hhhh......", 0, Emerging.NONE),
        ("..........", 1, Emerging.NONE),
        ("cccccccccc", -1, Emerging.NONE),
    ],
)
def test_classes(text, trend, expected):
    hot, cold = steps(text)
    assert classify(hot[None], cold[None], np.array([trend])).tolist() == [expected]
