"""Names of streets and numbers of houses, in Russian and Kazakh."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString
from shapely.strtree import STRtree

from layers.demo import chance
from layers.demo.plan import Plan
from layers.demo.sheet import House, Sheet, Tags
from layers.demo.streets import Street

# Streets shorter than this carry the name of a longer one with a number.
LANE_M = 260.0
VILLAGE_NAMES = 46
REACH_M = 160.0


def name_streets(plan: Plan, streets: list[Street], lengths_m: np.ndarray, seed: int) -> None:
    """Give names to side streets: a place in the list by the street's own key, the next free
    one when taken. A street added or removed elsewhere changes few other names."""
    taken: set[int] = {
        index
        for index, (ru, _) in enumerate(plan.streets)
        for street in streets
        if street.zone < 0 and street.name_ru == ru
    }
    lanes: dict[str, int] = {}
    count = len(plan.streets)
    order = sorted(range(len(streets)), key=lambda i: (lengths_m[i] < LANE_M, int(streets[i].key)))
    for index in order:
        street = streets[index]
        if street.zone < 0 or lengths_m[index] <= 0:
            continue
        place = int(street.key % np.uint64(count))
        if lengths_m[index] >= LANE_M and len(taken) < count:
            while place in taken:
                place = (place + 1) % count
            taken.add(place)
            street.name_ru, street.name_kk = plan.streets[place]
            street.name_kk += " көшесі"
        else:
            ru, kk = plan.streets[place]
            lanes[ru] = lanes.get(ru, 0) + 1
            street.name_ru = f"{ru} {lanes[ru]}-й проезд"
            street.name_kk = f"{kk} {lanes[ru]}-өтпе жолы"
        if street.key % np.uint64(11) == 0:
            old_ru = plan.streets[int(street.key >> np.uint64(20)) % count][0]
            street.old_name = f"{old_ru} (бывш.)" if old_ru == street.name_ru else old_ru


def street_tags(street: Street) -> Tags:
    """Names as mappers write them: most in Russian first, some in Kazakh."""
    if not street.name_ru:
        return {"ref": street.ref} if street.ref else {}
    kazakh_first = street.key % np.uint64(10) < 3
    tags = {
        "name": street.name_kk if kazakh_first else street.name_ru,
        "name:ru": street.name_ru,
        "name:kk": street.name_kk,
    }
    if street.old_name:
        tags["old_name"] = street.old_name
    if street.ref:
        tags["ref"] = street.ref
    return tags


def address_name(street: Street) -> str:
    """How addresses on the street are written; not always as the street itself is."""
    return street.name_kk if street.key % np.uint64(20) == 0 else street.name_ru


@dataclass(frozen=True)
class AddressLine:
    """A stretch of a named street that houses are numbered along.

    course: the whole course of the street's part; start_m: length of its parts before this one;
    settlement: numbers count within it ("" is the city).
    """

    line: LineString
    course: LineString
    name: str
    settlement: str = ""
    start_m: float = 0.0


def number_houses(sheet: Sheet, streets: list[AddressLine], seed: int) -> int:
    """Number all houses that want an address: odd on the left, even on the right.

    Each house is of the nearest street within REACH_M. Returns the number of addresses.
    """
    wanting = [h for h in sheet.houses if h.wants_address and not h.society]
    fronts = shapely.points([house.front for house in wanting])
    near = STRtree(np.array([street.line for street in streets]))
    which, line = near.query_nearest(fronts, max_distance=REACH_M, all_matches=False)
    course = np.array([street.course for street in streets], dtype=object)[line]
    fronts = fronts[which]
    at = shapely.line_locate_point(course, fronts)
    ahead = shapely.line_interpolate_point(course, at + 1.0)
    behind = shapely.line_interpolate_point(course, np.maximum(at - 1.0, 0))
    dx, dy = (
        shapely.get_x(ahead) - shapely.get_x(behind),
        shapely.get_y(ahead) - shapely.get_y(behind),
    )
    left = (
        dx * (shapely.get_y(fronts) - shapely.get_y(behind))
        - dy * (shapely.get_x(fronts) - shapely.get_x(behind))
        > 0
    )
    sides: dict[tuple[str, str, bool], list[tuple[float, int]]] = {}
    for position, (house, one, side) in enumerate(zip(which, line, left, strict=True)):
        street = streets[one]
        found = sides.setdefault((street.settlement, street.name, bool(side)), [])
        found.append((street.start_m + float(at[position]), int(house)))
    for key, found in sorted(sides.items()):
        _number_side(wanting, key, sorted(found), seed)
    return len(which) + _number_societies(sheet, seed)


def _number_side(
    houses: list[House], side: tuple[str, str, bool], found: list[tuple[float, int]], seed: int
) -> None:
    settlement, name, left = side
    key = chance.word(seed, settlement, name, left)
    keys = chance.combine(np.arange(len(found)).astype(np.uint64), key)
    skip, letter = chance.uniform(keys, "skip"), chance.uniform(keys, "letter")
    number = -1 if left else 0
    for index, (_, house) in enumerate(found):
        if letter[index] < 0.05 and number > 0:
            text = f"{number}А" if letter[index] < 0.03 else f"{number}/1"
        else:
            number += 2 if skip[index] > 0.06 else 4
            text = str(number)
        houses[house].tags = {
            **houses[house].tags,
            "addr:street": name,
            "addr:housenumber": text,
        }


def _number_societies(sheet: Sheet, seed: int) -> int:
    """Plots of garden societies are numbered through."""
    found: dict[str, list[House]] = {}
    for house in sheet.houses:
        if house.society and house.wants_address:
            found.setdefault(house.society, []).append(house)
    for society, houses in found.items():
        houses.sort(key=lambda h: (round(h.front[1] / 66), h.front[0], h.front[1]))
        rows = len(houses) > 230 and chance.word(seed, society) % np.uint64(3) == 0
        for number, house in enumerate(houses, start=1):
            street, plot = society, number
            if rows:
                street, plot = f"{(number - 1) // 60 + 1}-я ({society})", (number - 1) % 60 + 1
            house.tags = {**house.tags, "addr:street": street, "addr:housenumber": str(plot)}
    return sum(len(houses) for houses in found.values())
