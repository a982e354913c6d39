"""From a feed's trips to what a map shows of a route: its usual pattern. Pure, on pandas.

A pattern is the sequence of stops of a trip. A route has one row per direction, with the pattern
that most trips follow.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely


@dataclass(frozen=True, slots=True)
class Pattern:
    """The usual course of one direction of a route: `stops` in order, known ones only."""

    route_id: str
    direction: int
    stops: tuple[str, ...]
    trips: int
    shape_id: str
    headsign: str


def trip_stops(stop_times: pd.DataFrame, known: Set[str]) -> dict[str, tuple[str, ...]]:
    """Trip -> its known stops in the order of stop_sequence (columns as in stop_times.txt)."""
    table = pd.DataFrame(
        {
            "trip": stop_times["trip_id"].str.strip(),
            "stop": stop_times["stop_id"].str.strip(),
            "order": pd.to_numeric(stop_times["stop_sequence"], errors="coerce"),
        }
    )
    table = table[table["stop"].isin(known) & table["order"].notna()]
    if table.empty:
        return {}
    table = table.sort_values(["trip", "order"], kind="stable")
    trips = table["trip"].to_numpy()
    begins = np.flatnonzero(np.append(True, trips[1:] != trips[:-1]))
    stops = np.split(table["stop"].to_numpy(), begins[1:])
    return {trip: tuple(part) for trip, part in zip(trips[begins], stops, strict=True)}


def usual_patterns(
    trips: pd.DataFrame,
    stops_of: Mapping[str, tuple[str, ...]],
    positions: Mapping[str, tuple[float, float]],
) -> list[Pattern]:
    """The commonest pattern of every route and direction, by route and direction.

    trips: text columns route_id, trip_id, direction_id, shape_id, trip_headsign ('' unknown).
    positions: stop -> x, y; used where direction_id is missing: trips that run against the
    commonest pattern are then the other direction. Of equally common patterns the longest, then
    the first by stop ids counts. Trips with fewer than two stops are left out.
    """
    found: list[Pattern] = []
    for route_id, group in trips.groupby("route_id", sort=True):
        courses = [
            (stops_of.get(trip, ()), direction, shape, headsign)
            for trip, direction, shape, headsign in group[
                ["trip_id", "direction_id", "shape_id", "trip_headsign"]
            ].itertuples(index=False)
        ]
        courses = [course for course in courses if len(course[0]) >= 2]
        stated = all(direction in ("0", "1") for _stops, direction, _shape, _sign in courses)
        by_direction: dict[int, list] = {0: [], 1: []}
        if stated:
            for course in courses:
                by_direction[int(course[1])].append(course)
        elif courses:
            main, _count = _commonest(Counter(course[0] for course in courses))
            for course in courses:
                by_direction[int(runs_against(course[0], main, positions))].append(course)
        found.extend(
            _pattern(route_id, direction, same) for direction, same in by_direction.items() if same
        )
    return found


def runs_against(
    stops: tuple[str, ...], main: tuple[str, ...], positions: Mapping[str, tuple[float, float]]
) -> bool:
    """Whether a pattern leads the other way: from end to end it turns away from `main`.

    A round trip, which ends where it begins, runs with everything.
    """

    def course(pattern: tuple[str, ...]) -> np.ndarray:
        return np.subtract(positions[pattern[-1]], positions[pattern[0]])

    return bool(np.dot(course(stops), course(main)) < 0)


def _commonest(counts: Counter) -> tuple[tuple[str, ...], int]:
    return min(counts.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))


def _pattern(route_id: str, direction: int, courses: list) -> Pattern:
    stops, count = _commonest(Counter(course[0] for course in courses))
    same = [course for course in courses if course[0] == stops]

    def usual(values: list[str]) -> str:
        counts = Counter(value for value in values if value)
        return min(counts.items(), key=lambda item: (-item[1], item[0]))[0] if counts else ""

    return Pattern(
        route_id=route_id,
        direction=direction,
        stops=stops,
        trips=count,
        shape_id=usual([course[2] for course in same]),
        headsign=usual([course[3] for course in same]),
    )


def shape_lines(shapes: pd.DataFrame, wanted: Set[str]) -> dict[str, shapely.LineString]:
    """Shape -> line in degrees, for the wanted shapes with two distinct usable points."""
    table = pd.DataFrame(
        {
            "shape": shapes["shape_id"].str.strip(),
            "lon": pd.to_numeric(shapes["shape_pt_lon"], errors="coerce"),
            "lat": pd.to_numeric(shapes["shape_pt_lat"], errors="coerce"),
            "order": pd.to_numeric(shapes["shape_pt_sequence"], errors="coerce"),
        }
    )
    usable = on_earth(table["lon"].to_numpy(), table["lat"].to_numpy())
    table = table[table["shape"].isin(wanted) & usable & table["order"].notna()]
    lines = {}
    for shape, points in table.sort_values(["shape", "order"], kind="stable").groupby("shape"):
        if (line := line_through(points[["lon", "lat"]].to_numpy())) is not None:
            lines[shape] = line
    return lines


def line_through(points: np.ndarray) -> shapely.LineString | None:
    """A line through `(n, 2)` points without repeated neighbours; None for fewer than two."""
    distinct = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    return shapely.LineString(points[distinct]) if distinct.sum() >= 2 else None


def on_earth(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Mask `(n,)`: finite degrees in range, and not the 0, 0 of a missing position."""
    return (
        np.isfinite(lon) & np.isfinite(lat)
        & (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    )  # fmt: skip
