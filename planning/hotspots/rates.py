"""Breakage rates of network segments, per kilometre and year, shrunk to their class.

One break on ten metres of pipe is 100 breaks a kilometre, and means little. The breaks of a
segment are taken as Poisson with a rate of its own, the rates of a class as gamma distributed;
the class's mean and spread are estimated from all its segments (moments, Marshall 1991), and a
segment's rate is the mean of what is left possible after its own breaks were counted: much pipe
speaks for itself, little is spoken for by its class.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

# Classes of fewer segments take the law of all segments together.
MIN_SEGMENTS = 10


@dataclass(frozen=True, slots=True)
class GammaLaw:
    """How the rates of a class are spread: `mean`, and `exposure` that its word weighs.

    exposure: km years; infinite when the segments differ no more than chance makes them.
    """

    mean: float
    exposure: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Per segment, breaks per km and year: raw, shrunk, and a 90 % interval of the shrunk."""

    raw: np.ndarray
    shrunk: np.ndarray
    low: np.ndarray
    high: np.ndarray


def law_of(breaks: np.ndarray, km_years: np.ndarray) -> GammaLaw:
    """The law of the rates of segments with these breaks and exposures."""
    exposure = math.fsum(km_years)
    if exposure <= 0:
        return GammaLaw(0.0, math.inf)
    mean = math.fsum(breaks) / exposure
    rates = np.divide(breaks, km_years, out=np.full(len(breaks), mean), where=km_years > 0)
    spread = math.fsum(km_years * (rates - mean) ** 2) / exposure
    spread -= mean * len(breaks) / exposure
    return GammaLaw(mean, mean / spread if spread > 0 else math.inf)


def shrunk_rates(
    breaks: np.ndarray, length_m: np.ndarray, classes: Sequence[Hashable], *, years: float
) -> Rates:
    """Rates of segments; `classes` may be any hashables (material, decade laid, kind)."""
    if years <= 0:
        raise ValueError("the period must be positive")
    breaks = np.asarray(breaks, dtype=float)
    km_years = np.asarray(length_m, dtype=float) / 1000.0 * years
    if (breaks < 0).any() or (km_years < 0).any():
        raise ValueError("breaks and lengths are not negative")
    rank = {name: number for number, name in enumerate(dict.fromkeys(classes))}
    member = np.array([rank[name] for name in classes], dtype=np.int64)
    everything = law_of(breaks, km_years)
    mean, weight = np.empty(len(breaks)), np.empty(len(breaks))
    for number in rank.values():
        own = member == number
        law = law_of(breaks[own], km_years[own]) if own.sum() >= MIN_SEGMENTS else everything
        mean[own], weight[own] = law.mean, law.exposure
    return _posterior(breaks, km_years, mean, weight)


def _posterior(
    breaks: np.ndarray, km_years: np.ndarray, mean: np.ndarray, weight: np.ndarray
) -> Rates:
    raw = np.divide(breaks, km_years, out=np.zeros(len(breaks)), where=km_years > 0)
    shrunk, low, high = mean.copy(), mean.copy(), mean.copy()
    # Classes whose segments do not differ: every segment has the rate of its class.
    differs = np.isfinite(weight)
    shape = mean[differs] * weight[differs] + breaks[differs]
    scale = 1.0 / (weight[differs] + km_years[differs])
    shrunk[differs] = shape * scale
    low[differs] = stats.gamma.ppf(0.05, shape, scale=scale)
    high[differs] = stats.gamma.ppf(0.95, shape, scale=scale)
    return Rates(raw=raw, shrunk=shrunk, low=low, high=high)
