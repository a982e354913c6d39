"""What happens in the demo's years: arrays, one entry per appeal. Pure, deterministic.

Everything is drawn from keys of seed and number (`layers.demo.chance`), so the same seed and the
same last day give the same years on every machine.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from appeals.demo.seasons import GROUPS, HOURS, RARE, WEEKDAYS
from layers.demo import chance

CONTACTS_A_DAY = 256
APPEAL_SHARE = 0.2
HOTSPOTS_A_YEAR, HOTSPOT_APPEALS, HOTSPOT_RADIUS_M = 4, 40, 120.0
DUPLICATES, RECURRENCES = 0.08, 0.04
# April water comes to houses this near to the river.
LOW_GROUND_M = 700.0


@dataclass(frozen=True, kw_only=True)
class City:
    """Where appeals can be: houses as x, y (metres), their weight, distance to the river."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    river_m: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Hotspot:
    """More of one kind at one place than chance: the truth that later checks look for."""

    x: float
    y: float
    radius_m: float
    group: str
    first_day: dt.date
    last_day: dt.date
    appeals: int


def plan_contacts(last_day: dt.date, *, years: int, scale: int, seed: int) -> pd.DataFrame:
    """When residents get in touch: one row per contact with `at` (local), `key`, `is_appeal`."""
    days = pd.date_range(end=pd.Timestamp(last_day), periods=365 * years, freq="D")
    weights = np.array([WEEKDAYS[day.weekday()] for day in days])
    counts = np.round(CONTACTS_A_DAY * scale * weights / weights.mean()).astype(int)
    number = np.arange(counts.sum(), dtype=np.uint64)
    keys = chance.combine(number, chance.word(seed, "contact"))
    hours = chance.pick(keys, "hour", {str(h): w for h, w in enumerate(HOURS)}).astype(int)
    seconds = (chance.uniform(keys, "second") * 3600).astype(int)
    at = np.repeat(days.to_numpy(), counts) + (hours * 3600 + seconds).astype("timedelta64[s]")
    return pd.DataFrame(
        {"at": at, "key": keys, "is_appeal": chance.uniform(keys, "appeal") < APPEAL_SHARE}
    ).sort_values(["at", "key"], ignore_index=True)


def plan_appeals(
    contacts: pd.DataFrame, city: City, leaves: dict[str, list[str]], *, seed: int
) -> tuple[pd.DataFrame, list[Hotspot]]:
    """What each appeal is about and where, with planted duplicates, recurrences and hotspots.

    Columns: at, key, group, category, house (row of `city`), x, y, twin (row that it repeats,
    or -1), twin_kind.
    """
    found = contacts[contacts.is_appeal].reset_index(drop=True)
    keys = found["key"].to_numpy(dtype=np.uint64)
    found["group"] = _groups(found["at"], keys)
    found["category"] = _leaves(found["group"].to_numpy(), keys, leaves)
    found["house"] = _houses(found, keys, city)
    jitter = chance.between(keys, "east", -8, 8), chance.between(keys, "north", -8, 8)
    found["x"] = city.x[found["house"]] + jitter[0]
    found["y"] = city.y[found["house"]] + jitter[1]
    hotspots = _plant_hotspots(found, keys, city, leaves, seed)
    _plant_twins(found, keys)
    return found, hotspots


def _groups(at: pd.Series, keys: np.ndarray) -> np.ndarray:
    chosen = np.empty(len(keys), dtype=object)
    for month in range(1, 13):
        there = (at.dt.month == month).to_numpy()
        shares = {group: weights[month - 1] for group, weights in GROUPS.items()}
        chosen[there] = chance.pick(keys[there], "group", shares)
    return chosen


def _leaves(groups: np.ndarray, keys: np.ndarray, leaves: dict[str, list[str]]) -> np.ndarray:
    chosen = np.empty(len(keys), dtype=object)
    for group, codes in leaves.items():
        there = groups == group
        chosen[there] = chance.pick(keys[there], "leaf", {c: RARE.get(c, 1.0) for c in codes})
    return chosen


def _houses(found: pd.DataFrame, keys: np.ndarray, city: City) -> np.ndarray:
    """A house for each, by weight; floods on low ground by the river."""
    chosen = _by_weight(city.weight, keys)
    low = np.flatnonzero(city.river_m < LOW_GROUND_M)
    flood = (found["group"] == "FLOOD").to_numpy()
    if len(low) and flood.any():
        chosen[flood] = low[_by_weight(city.weight[low], keys[flood])]
    return chosen


def _by_weight(weight: np.ndarray, keys: np.ndarray) -> np.ndarray:
    edges = np.cumsum(weight)
    place = np.searchsorted(edges, chance.uniform(keys, "house") * edges[-1], side="right")
    return np.minimum(place, len(weight) - 1)


def _plant_hotspots(
    found: pd.DataFrame, keys: np.ndarray, city: City, leaves: dict[str, list[str]], seed: int
) -> list[Hotspot]:
    """Turn some appeals of a window of 60 days into one kind at one place."""
    if found.empty:
        return []
    first, last = found["at"].iloc[0], found["at"].iloc[-1]
    count = max(1, round((last - first).days / 365 * HOTSPOTS_A_YEAR))
    hotspots = []
    taken = np.zeros(len(found), dtype=bool)
    for number in range(count):
        key = np.array([chance.word(seed, "hotspot", number)])
        start = first + (last - first) * float(chance.between(key, "when", 0.0, 0.8)[0])
        end = start + pd.Timedelta(days=60)
        group = str(
            chance.pick(key, "group", dict.fromkeys(["ROAD", "WATER", "WASTE", "DIG"], 1))[0]
        )
        house = int(_by_weight(city.weight, key)[0])
        inside = np.flatnonzero((found["at"] >= start) & (found["at"] < end) & ~taken)
        order = inside[np.argsort(chance.uniform(keys[inside], f"hotspot {number}"))]
        chosen = np.sort(order[:HOTSPOT_APPEALS])
        taken[chosen] = True
        angle = chance.uniform(keys[chosen], "angle") * 2 * np.pi
        reach = HOTSPOT_RADIUS_M * np.sqrt(chance.uniform(keys[chosen], "reach"))
        found.loc[chosen, "x"] = city.x[house] + reach * np.cos(angle)
        found.loc[chosen, "y"] = city.y[house] + reach * np.sin(angle)
        found.loc[chosen, "house"] = house
        found.loc[chosen, "group"] = group
        found.loc[chosen, "category"] = leaves[group][0]
        hotspots.append(
            Hotspot(
                x=float(city.x[house]), y=float(city.y[house]), radius_m=HOTSPOT_RADIUS_M,
                group=group, first_day=start.date(), last_day=end.date(), appeals=len(chosen),
            )
        )  # fmt: skip
    return hotspots


def _plant_twins(found: pd.DataFrame, keys: np.ndarray) -> None:
    """Some repeat an appeal of the last days (duplicates) or of the last months (recurrences)."""
    draw = chance.uniform(keys, "twin")
    kind = np.where(
        draw < DUPLICATES, "duplicate",
        np.where(draw < DUPLICATES + RECURRENCES, "recurrence", ""),
    )  # fmt: skip
    day = found["at"].to_numpy().astype("datetime64[s]").astype(np.int64) / 86400
    back = np.where(
        kind == "duplicate", chance.between(keys, "back", 0.05, 4.0),
        chance.between(keys, "back", 40.0, 150.0),
    )  # fmt: skip
    twin = np.searchsorted(day, day - back, side="right") - 1
    rows = np.arange(len(found))
    # Only what is no repetition itself is repeated.
    twin = np.where((kind != "") & (twin >= 0) & (twin < rows), twin, -1)
    twin = np.where((twin >= 0) & (kind[np.maximum(twin, 0)] == ""), twin, -1)
    repeats = twin >= 0
    for column in ("group", "category", "house"):
        found.loc[repeats, column] = found[column].to_numpy()[twin[repeats]]
    for column, salt in (("x", "twin east"), ("y", "twin north")):
        moved = found[column].to_numpy()[twin[repeats]]
        found.loc[repeats, column] = moved + chance.between(keys[repeats], salt, -15, 15)
    found["twin"], found["twin_kind"] = twin, np.where(repeats, kind, "")
