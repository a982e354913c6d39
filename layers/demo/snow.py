"""Snow clearing: planned rounds by street class, and a winter's recorded passes."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from citymap.geo import WGS84_SRID, transformer
from layers.demo import chance
from layers.demo.plan import PLAN_SRID, Plan
from layers.demo.streets import StreetNet, runs

# The demo's last winter; earlier years count back from it. Fixed: same seed, same data.
LAST_WINTER = 2025
UTC_OFFSET_H = 5
FIX_EVERY_S = 30
SPEED_MPS = (3.6, 6.2)
NOISE_M = 2.5
ROUNDS_A_SNOWFALL = {1: 1.0, 2: 0.85, 3: 0.34}
PRIORITY = {"trunk": 1, "primary": 1, "secondary": 1, "tertiary": 2, "residential": 3}
VEHICLES = ("КДМ-130", "Автогрейдер ДЗ-98", "МТЗ-82 с отвалом", "КамАЗ-комбинированный")
LONGEST_ROUND_M = 26_000.0


@dataclass(frozen=True)
class Round:
    """A planned round: its streets as lines in driving order."""

    name: str
    street_class: str
    priority: int
    lines: list[np.ndarray]


def build_rounds(plan: Plan, net: StreetNet) -> list[Round]:
    """Rounds over main streets by class, and over each quarter's side streets."""
    urban = shapely.union_all([item.geom for item in plan.of("urban")]).buffer(900)
    shapely.prepare(urban)
    inside = shapely.contains(urban, shapely.centroid(net.edges))
    groups: dict[tuple[str, str], list[np.ndarray]] = {}
    zones = plan.of("zone")
    for number, street in enumerate(net.streets):
        mine = net.edges[(net.edge_street == number) & inside]
        if not len(mine) or street.road_class not in PRIORITY:
            continue
        place = zones[street.zone].name_ru if street.zone >= 0 else ""
        if street.zone >= 0 and zones[street.zone].get("use") == "industry":
            continue
        groups.setdefault((street.road_class, place), []).extend(runs(mine, street.line, 5_000.0))
    found = []
    words = {"trunk": "Обход", "primary": "Магистрали", "secondary": "Проспекты и улицы",
             "tertiary": "Районные улицы", "residential": "Квартал"}  # fmt: skip
    for (road_class, place), lines in sorted(groups.items()):
        for part, chosen in enumerate(_portions(lines), start=1):
            name = f"{words[road_class]} {place}".strip() + f", круг {part}"
            found.append(Round(name, road_class, PRIORITY[road_class], chosen))
    return found


def _portions(lines: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Share lines out to rounds of at most LONGEST_ROUND_M, from west to east."""
    ordered = sorted(lines, key=lambda c: (round(c[0][0] / 1500), c[0][1], c[0][0]))
    found: list[list[np.ndarray]] = [[]]
    length = 0.0
    for coords in ordered:
        own = np.hypot(*np.diff(coords, axis=0).T).sum()
        if length + own > LONGEST_ROUND_M and found[-1]:
            found.append([])
            length = 0.0
        found[-1].append(coords)
        length += own
    return [lines for lines in found if lines]


def write_rounds(path: Path, cities: list[tuple[Plan, list[Round]]], organization: str) -> None:
    """GeoJSON, one MultiLineString a round; properties are the importer's field names."""
    to_degrees = transformer(PLAN_SRID, WGS84_SRID).transform
    features = []
    for plan, rounds in cities:
        for item in rounds:
            parts = [
                [[round(lon, 7), round(lat, 7)] for lon, lat in zip(*to_degrees(*c.T), strict=True)]
                for c in item.lines
            ]
            name = item.name if plan.number == 0 else f"{plan.names['name:ru']}: {item.name}"
            features.append(
                {
                    "type": "Feature",
                    "id": f"{plan.number}-{chance.word(item.name):016x}",
                    "properties": {
                        "id": f"{plan.number}-{chance.word(item.name):016x}",
                        "name": name,
                        "street_class": item.street_class,
                        "priority": item.priority,
                        "organization": organization,
                    },
                    "geometry": {"type": "MultiLineString", "coordinates": parts},
                }
            )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def snowfalls(seed: int, years: int) -> list[dt.date]:
    """Days with snow to clear: about one day in six from mid-November to late March."""
    found = []
    for back in range(years - 1, -1, -1):
        first = dt.date(LAST_WINTER - back, 11, 12)
        for number in range(134):
            key = np.array([chance.word(seed, "snow", LAST_WINTER - back, number)])
            if chance.uniform(key, "falls")[0] < 0.17:
                found.append(first + dt.timedelta(days=number))
    return found


class TrackWriter:
    """Writes fixes of one city after another into one CSV; memory holds one snowfall."""

    def __init__(self, path: Path, seed: int, years: int) -> None:
        self.path, self.seed, self.days = path, seed, snowfalls(seed, years)
        self.to_degrees = transformer(PLAN_SRID, WGS84_SRID).transform

    def write(self, plan: Plan, rounds: list[Round], *, first: bool) -> None:
        """Append a city's passes; the first city begins the file."""
        with self.path.open("w" if first else "a", encoding="utf-8", newline="") as file:
            if first:
                file.write("vehicle,type,time,lon,lat\n")
            for day in self.days:
                for number, item in enumerate(rounds):
                    file.write(self._pass(plan, item, number, day))

    def _pass(self, plan: Plan, item: Round, number: int, day: dt.date) -> str:
        key = np.array([chance.word(self.seed, plan.number, item.name, day.isoformat())])
        if chance.uniform(key, "driven")[0] >= ROUNDS_A_SNOWFALL[item.priority]:
            return ""
        vehicle = f"{plan.number}{number + 1:03d} ASA 15"
        kind = VEHICLES[number % len(VEHICLES)]
        hour = {1: 3.5, 2: 7.5, 3: 11.0}[item.priority] + 2 * chance.uniform(key, "start")[0]
        start = dt.datetime.combine(day, dt.time(0), dt.UTC) + dt.timedelta(
            hours=hour - UTC_OFFSET_H
        )
        clock, rows = int(start.timestamp()), []
        for line_number, coords in enumerate(item.lines):
            own = chance.combine(key, line_number + 1)
            line = shapely.LineString(coords)
            step = float(chance.between(own, "speed", *SPEED_MPS)[0]) * FIX_EVERY_S
            count = max(2, int(line.length / step) + 1)
            at = np.linspace(0, line.length, count)
            xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
            keys = chance.combine(np.arange(count).astype(np.uint64), own[0])
            xy = xy + NOISE_M * (
                np.column_stack([chance.uniform(keys, "x"), chance.uniform(keys, "y")]) - 0.5
            )
            lon, lat = self.to_degrees(*xy.T)
            moments = np.datetime_as_string(
                (clock + np.arange(count) * FIX_EVERY_S).astype("datetime64[s]")
            )
            rows += [
                f"{vehicle},{kind},{moment}Z,{x:.6f},{y:.6f}\n"
                for moment, x, y in zip(moments, lon.tolist(), lat.tolist(), strict=True)
            ]
            clock += count * FIX_EVERY_S + 420
        return "".join(rows)
