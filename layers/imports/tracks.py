"""Cutting GPS fixes into tracks: pure, vectorised, no database.

A track is one vehicle's fixes in order of time with no gap longer than `max_gap_s` and no jump
that the vehicle cannot have driven. Positions are WGS 84 degrees and distances are geodesic, so
that the rule is the same anywhere on earth.
"""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

MAX_GAP_S = 300.0
# 120 km/h: twice what a snowplow drives on an open road.
MAX_SPEED_MPS = 120 / 3.6
# Two fixes of a vehicle at rest may lie this far apart (urban multipath), whatever the time.
GPS_NOISE_M = 50.0
# Positions are compared at 7 decimals of a degree: about a centimetre.
POSITION_DECIMALS = 7

_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Fixes:
    """GPS fixes as parallel arrays `(n,)`, in any order.

    vehicle: integer codes; time_us: microseconds since 1970 in UTC; lon, lat: degrees, finite.
    """

    vehicle: np.ndarray
    time_us: np.ndarray
    lon: np.ndarray
    lat: np.ndarray

    def __len__(self) -> int:
        return len(self.vehicle)

    def take(self, chosen: np.ndarray) -> "Fixes":
        """The fixes at `chosen` (indices or mask)."""
        return Fixes(self.vehicle[chosen], self.time_us[chosen], self.lon[chosen], self.lat[chosen])


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks as parallel arrays `(k,)`, ordered by vehicle and start.

    lines: shapely LineStrings in EPSG:4326 without repeated points; fixes: how many fixes each
    was made of; length_m: geodesic length along them. `repeated`, `spikes` and `alone` count
    the fixes that are in no track: same vehicle and instant as another, thrown far aside for one
    fix, or without a second position beside them.
    """

    vehicle: np.ndarray
    started_us: np.ndarray
    ended_us: np.ndarray
    fixes: np.ndarray
    length_m: np.ndarray
    lines: np.ndarray
    repeated: int
    spikes: int
    alone: int

    def __len__(self) -> int:
        return len(self.vehicle)


def cut_tracks(
    fixes: Fixes,
    *,
    max_gap_s: float = MAX_GAP_S,
    max_speed_mps: float = MAX_SPEED_MPS,
) -> Tracks:
    """Cut fixes into tracks of at least two distinct positions.

    Every fix ends in exactly one track, or is counted as repeated, a spike or alone:
    `len(fixes) == tracks.fixes.sum() + repeated + spikes + alone`.
    """
    ordered = fixes.take(np.lexsort((fixes.time_us, fixes.vehicle)))
    ordered = Fixes(
        ordered.vehicle,
        ordered.time_us,
        np.round(ordered.lon, POSITION_DECIMALS),
        np.round(ordered.lat, POSITION_DECIMALS),
    )
    single = ordered.take(_first_of_each_instant(ordered))
    clean = single.take(~_spikes(single, max_gap_s=max_gap_s, max_speed_mps=max_speed_mps))
    if not len(clean):
        return _no_tracks(repeated=len(fixes) - len(single), spikes=len(single) - len(clean))

    every = np.arange(len(clean))
    reached, step_m = _reachable(
        clean, every[:-1], every[1:], max_gap_s=max_gap_s, max_speed_mps=max_speed_mps
    )
    begins = np.append(True, ~reached)
    track = np.cumsum(begins) - 1
    is_point = begins.copy()
    is_point[1:] |= step_m > 0
    good = np.bincount(track, weights=is_point) >= 2
    inside = good[track]

    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(clean)) - 1
    counts = np.bincount(track)
    lengths = np.bincount(track[1:], weights=np.where(begins[1:], 0, step_m), minlength=len(good))
    drawn = inside & is_point
    renumbered = np.cumsum(good) - 1
    lines = shapely.linestrings(
        np.column_stack([clean.lon[drawn], clean.lat[drawn]]), indices=renumbered[track[drawn]]
    )
    return Tracks(
        vehicle=clean.vehicle[first][good],
        started_us=clean.time_us[first][good],
        ended_us=clean.time_us[last][good],
        fixes=counts[good],
        length_m=lengths[good],
        lines=np.asarray(lines, dtype=object),
        repeated=len(fixes) - len(single),
        spikes=len(single) - len(clean),
        alone=int((~inside).sum()),
    )


def _no_tracks(*, repeated: int, spikes: int) -> Tracks:
    none = np.empty(0, dtype=np.int64)
    return Tracks(
        vehicle=none, started_us=none, ended_us=none, fixes=none,
        length_m=np.empty(0), lines=np.empty(0, dtype=object),
        repeated=repeated, spikes=spikes, alone=0,
    )  # fmt: skip


def _first_of_each_instant(fixes: Fixes) -> np.ndarray:
    """Mask `(n,)` of ordered fixes: the first of each vehicle and instant."""
    keep = np.ones(len(fixes), dtype=bool)
    keep[1:] = (np.diff(fixes.vehicle) != 0) | (np.diff(fixes.time_us) != 0)
    return keep


def _distance_m(fixes: Fixes, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Geodesic distances `(k,)` in metres between the fixes at the indices `start` and `end`."""
    if not len(start):
        return np.empty(0)
    return _GEOD.inv(fixes.lon[start], fixes.lat[start], fixes.lon[end], fixes.lat[end])[2]


def _reachable(
    fixes: Fixes,
    start: np.ndarray,
    end: np.ndarray,
    *,
    max_gap_s: float,
    max_speed_mps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Mask `(k,)`: the fix at `end` continues the track of the one at `start`; and distances."""
    seconds = (fixes.time_us[end] - fixes.time_us[start]) / 1e6
    distance_m = _distance_m(fixes, start, end)
    mask = (
        (fixes.vehicle[end] == fixes.vehicle[start])
        & (seconds <= max_gap_s)
        & (distance_m <= max_speed_mps * seconds + GPS_NOISE_M)
    )
    return mask, distance_m


def _spikes(fixes: Fixes, *, max_gap_s: float, max_speed_mps: float) -> np.ndarray:
    """Mask `(n,)` of fixes thrown aside: unreachable from both neighbours, which reach each other.

    Of neighbouring candidates (two devices that share one number) only the first is dropped.
    """
    spike = np.zeros(len(fixes), dtype=bool)
    if len(fixes) < 3:
        return spike
    limits = {"max_gap_s": max_gap_s, "max_speed_mps": max_speed_mps}
    every = np.arange(len(fixes))
    near, _ = _reachable(fixes, every[:-1], every[1:], **limits)
    lonely = np.flatnonzero(~near[:-1] & ~near[1:]) + 1
    across, _ = _reachable(fixes, lonely - 1, lonely + 1, **limits)
    spike[lonely[across]] = True
    spike[1:] &= ~spike[:-1]
    return spike
