"""Trends of cells and the classes of emerging hotspots.

The trend test is Kendall's, taken within each season where the series has one (Hirsch and Slack
1984): January is compared with Januaries. So a rhythm that comes back every year is no trend.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

from planning.hotspots.gistar import LocalG, Moments, discoveries, from_sums, neighbourhood_sums

# Hot in this share of the steps: always hot, as far as one can tell.
ALWAYS = 0.9


class Emerging(StrEnum):
    """What a hotspot does; NONE where there is none or it has no pattern."""

    NEW = "new"
    CONSECUTIVE = "consecutive"
    INTENSIFYING = "intensifying"
    PERSISTENT = "persistent"
    DIMINISHING = "diminishing"
    SPORADIC = "sporadic"
    OSCILLATING = "oscillating"
    HISTORICAL = "historical"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Trend:
    """Of each series: Kendall's S, its normal score (continuity corrected), two-sided p."""

    s: np.ndarray
    z: np.ndarray
    p: np.ndarray


def mann_kendall(series: np.ndarray, *, season: int = 1) -> Trend:
    """Test each row of `series` (n, steps) for a monotone trend.

    season: steps in a year when they have a rhythm (12 for months, 4 for quarters), else 1.
    """
    series = np.asarray(series, dtype=float)
    if series.ndim != 2 or season < 1:
        raise ValueError("series is (n, steps), season at least 1")
    s, variance = np.zeros(len(series)), np.zeros(len(series))
    for start in range(min(season, series.shape[1])):
        part = series[:, start::season]
        s += _kendall_s(part)
        variance += _kendall_variance(part)
    shifted = np.sign(s) * np.maximum(np.abs(s) - 1, 0)
    z = np.divide(shifted, np.sqrt(variance), out=np.zeros(len(s)), where=variance > 0)
    return Trend(s=s, z=z, p=np.minimum(1.0, 2 * stats.norm.sf(np.abs(z))))


def _kendall_s(part: np.ndarray) -> np.ndarray:
    """Later values that are larger less those that are smaller."""
    s = np.zeros(len(part))
    for lag in range(1, part.shape[1]):
        s += np.sign(part[:, lag:] - part[:, :-lag]).sum(axis=1)
    return s


def _kendall_variance(part: np.ndarray) -> np.ndarray:
    """Of S without a trend; tied values take theirs away."""
    n = part.shape[1]
    ties = np.zeros(len(part))
    # Each value of a group of t ties adds (t - 1)(2t + 5): together t(t - 1)(2t + 5).
    for column in range(n):
        same = (part == part[:, column : column + 1]).sum(axis=1)
        ties += (same - 1) * (2 * same + 5)
    return (n * (n - 1) * (2 * n + 5) - ties) / 18


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """Cells by steps: Gi* over the cell's surroundings and the step before, what is believed.

    hot, cold: (n, steps). trend: +1, -1 or 0 for each cell, believed ones only.
    """

    g: LocalG
    hot: np.ndarray
    cold: np.ndarray
    trend: np.ndarray
    classes: np.ndarray


def emerging_hotspots(
    ids: np.ndarray,
    counts: np.ndarray,
    *,
    rings: int = 1,
    season: int = 1,
    level: float = 0.05,
    moments: list[Moments] | None = None,
) -> SpaceTime:
    """Classify cells by what their surroundings did over time.

    ids: sorted, (n,). counts: events by cell and step, (n, steps). season: as in mann_kendall.
    moments: one per step, those of the whole city when `ids` is a part of it. (What is believed
    depends on all cells; parts take `g` and the trends' p and decide together.)
    """
    counts = np.asarray(counts, dtype=float)
    steps = counts.shape[1]
    if moments is None:
        moments = [Moments.of(counts[:, step]) for step in range(steps)]
    sums, sizes = neighbourhood_sums(ids, counts, rings=rings)
    windows = [range(max(0, step - 1), step + 1) for step in range(steps)]
    found = [from_sums(sums[:, list(w)], sizes, [moments[s] for s in w]) for w in windows]
    g = LocalG(
        z=np.column_stack([one.z for one in found]), p=np.column_stack([one.p for one in found])
    )
    believed = discoveries(g.p, level=level)
    # The sums of one step and not the scores: those of neighbouring steps share events.
    trend = mann_kendall(sums, season=season)
    direction = np.where(discoveries(trend.p, level=level), np.sign(trend.s), 0).astype(int)
    hot, cold = believed & (g.z > 0), believed & (g.z < 0)
    return SpaceTime(
        g=g, hot=hot, cold=cold, trend=direction, classes=classify(hot, cold, direction)
    )


def classify(hot: np.ndarray, cold: np.ndarray, trend: np.ndarray) -> np.ndarray:
    """Classes of cells (n,) from hot and cold by step (n, steps) and the direction of the trend."""
    n, steps = hot.shape
    times = hot.sum(axis=1)
    always = times >= ALWAYS * steps
    now = hot[:, -1]
    # Length of the run of hot steps at the end.
    run = np.where(hot.all(axis=1), steps, np.argmax(~hot[:, ::-1], axis=1))
    rules = [
        (always & ~now, Emerging.HISTORICAL),
        (now & (times == 1) & (steps > 1), Emerging.NEW),
        (always & (trend > 0), Emerging.INTENSIFYING),
        (always & (trend < 0), Emerging.DIMINISHING),
        (always, Emerging.PERSISTENT),
        (now & (run == times), Emerging.CONSECUTIVE),
        (now & cold.any(axis=1), Emerging.OSCILLATING),
        (now, Emerging.SPORADIC),
    ]
    return np.select(
        [condition for condition, _ in rules],
        [np.full(n, str(name), dtype=object) for _, name in rules],
        default=str(Emerging.NONE),
    )
