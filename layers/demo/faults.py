"""Deliberate faults, as real extracts have them, for the import's report to show.

Few, and each at a known place: what the report must say of them is in the tests.
"""

import numpy as np

from layers.demo import chance
from layers.demo.osmfile import Encoded, add_ways
from layers.demo.sheet import House, Sheet

ODD_LEVELS = ("пять", "5;9", "0", "55555", "-2", "1,5", "9 эт.")
ODD_DATES = ("2019-13-45", "давно", "31.02.2018", "20222")
MISSING_WAYS = 12


def spoil_sheet(sheet: Sheet, seed: int) -> None:
    """Odd storeys and dates on some houses and playgrounds (in place)."""
    levelled = [h for h in sheet.houses if "building:levels" in h.tags]
    for number, value in enumerate(ODD_LEVELS):
        house = _one(levelled, seed, f"levels {number}")
        house.tags = {**house.tags, "building:levels": value}
    dated = [h for h in sheet.houses if "start_date" in h.tags]
    for number, value in enumerate(ODD_DATES):
        house = _one(dated, seed, f"date {number}")
        house.tags = {**house.tags, "start_date": value}
    grounds = [i for i, (_, tags) in enumerate(sheet.areas) if tags.get("leisure") == "playground"]
    index = grounds[int(chance.word(seed, "ground") % np.uint64(len(grounds)))]
    geom, tags = sheet.areas[index]
    sheet.areas[index] = (geom, {**tags, "start_date": "2023-02-30"})


def _one(houses: list[House], seed: int, salt: str) -> House:
    return houses[int(chance.word(seed, salt) % np.uint64(len(houses)))]


def spoil_file(encoded: Encoded, corner: np.ndarray, seed: int) -> None:
    """Ways without some or all of their nodes, bow-ties, an open outline (in place).

    corner: a place in open country near the edge of the city, metres (2,).
    """
    place = {way[0]: number for number, way in enumerate(encoded.ways)}
    streets = [w for w in encoded.ways if w[2].get("highway") == "residential" and len(w[1]) > 4]
    for number in range(MISSING_WAYS):
        which = int(chance.word(seed, "cut", number) % np.uint64(len(streets)))
        way_id, refs, tags = streets[which]
        lost = int(chance.word(seed, "lost", number) % np.uint64(1 << 40)) + (1 << 55)
        encoded.ways[place[way_id]] = (way_id, [*refs, lost, lost + 1], tags)
    bow_tie = [(0, 0), (14, 12), (14, 0), (0, 12), (0, 0)]
    line = [(30, 0), (42, 0), (30, 0), (42, 0), (30, 0)]
    opened = [(60, 0), (72, 0), (72, 10), (60, 10)]
    lone = [(90, 0), (90.004, 0), (90, 0.004), (90, 0)]
    faulty = (
        (bow_tie, {"building": "yes", "addr:street": "Полевая", "addr:housenumber": "б/н"}),
        (line, {"building": "yes"}),
        (opened, {"building": "house"}),
        (lone, {"building": "shed"}),
        ([(x, y + 60) for x, y in bow_tie], {"landuse": "grass"}),
    )
    add_ways(encoded, [(np.array(shape, dtype=float) + corner, tags) for shape, tags in faulty])
    ghost = (1 << 56) + int(chance.word(seed, "ghost") % np.uint64(1 << 30))
    encoded.relations.append(
        (ghost, [("w", ghost + 1, "outer"), ("w", ghost + 2, "inner")],
         {"type": "multipolygon", "building": "yes"})
    )  # fmt: skip
    encoded.relations.sort(key=lambda relation: relation[0])
