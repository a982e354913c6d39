"""Courts of apartment houses: slabs of five and nine storeys around shared ground.

A block is cut into courts by local drives; along the sides of each court stand slabs, some
joined at a corner; inside are a playground, a sports ground, a waste site, parking.
"""

import numpy as np
import shapely
from shapely import LineString, Polygon

from layers.demo import chance
from layers.demo.lots import sides_of
from layers.demo.shapes import (
    centred_rectangles,
    cut_line,
    long_axis,
    rectangles,
    split_polygon,
    without_conflicts,
)
from layers.demo.sheet import Sheet, Tags
from layers.demo.streets import Block

COURT_M2 = 21_000.0
DRIVE_HALF_WIDTH_M = 4.5
HOUSE_GAP_M = 9.0
# Storeys by kind of quarter: share of each.
STOREYS = {
    "slabs5": {"5": 0.86, "4": 0.05, "9": 0.07, "6": 0.02},
    "slabs9": {"9": 0.60, "5": 0.24, "10": 0.11, "12": 0.02, "16": 0.03},
    "centre": {"5": 0.52, "4": 0.14, "3": 0.16, "9": 0.11, "6": 0.05, "10": 0.02},
    "mixed": {"2": 0.62, "3": 0.14, "5": 0.2, "4": 0.04},
}
DEPTH_M = {"2": 11.5, "3": 13.0, "4": 13.0, "5": 12.8, "6": 14.0}
BUILT = {
    "2": (1948, 1962), "3": (1952, 1964), "4": (1955, 1968), "5": (1961, 1986),
    "6": (2008, 2024), "9": (1978, 2016), "10": (2009, 2025), "12": (2012, 2025),
    "16": (2014, 2025),
}  # fmt: skip


def build_courts(sheet: Sheet, blocks: list[Block], seed: int) -> None:
    """Fill blocks of use `court` and `low` (two-storey courts of the older parts)."""
    for block in blocks:
        style = block.zone.get("use") if block.use == "court" else "mixed"
        for court in _courts(sheet, block.inner, block.key):
            _fill_court(sheet, court, style if style in STOREYS else "slabs5", seed)


def _courts(sheet: Sheet, ground: Polygon, key: np.uint64, depth: int = 0) -> list[Polygon]:
    """Cut ground by local drives until no part is larger than about 1.5 ha."""
    axis, length, _ = long_axis(ground)
    limit = COURT_M2 * float(chance.between(np.array([key]), "court size", 0.8, 1.5)[0])
    if ground.area < limit or length < 130 or depth > 4:
        return [ground]
    centre = np.array(ground.centroid.coords[0])
    shift = float(chance.between(np.array([key]), "cut", -0.1, 0.1)[0]) * length
    across = np.array([-axis[1], axis[0]])
    point = centre + axis * shift
    drive = cut_line(ground, point, across)
    parts = split_polygon(ground, point, across)
    if drive is None or len(parts) < 2 or min(p.area for p in parts) < 3000:
        return [ground]
    ends = np.asarray(drive.coords)
    step = (ends[-1] - ends[0]) / np.hypot(*(ends[-1] - ends[0]))
    drive = LineString([ends[0] - step * 14, *ends[1:-1], ends[-1] + step * 14])
    sheet.line(drive, {"highway": "service", "surface": "asphalt"})
    taken = drive.buffer(DRIVE_HALF_WIDTH_M, cap_style="flat")
    found = []
    for number, part in enumerate(sorted(parts, key=lambda p: p.centroid.coords[0])):
        left = part.difference(taken)
        for piece in shapely.get_parts(left):
            if piece.geom_type == "Polygon" and piece.area > 1500:
                found += _courts(sheet, piece, chance.combine(key, number + 1), depth + 1)
    return found


def _fill_court(sheet: Sheet, court: Polygon, style: str, seed: int) -> None:
    centre = np.array(court.centroid.coords[0])
    key = chance.spots(seed, "court", centre[:1], centre[1:], 4.0)
    storeys = str(chance.pick(key, "storeys", STOREYS[style])[0])
    layout = str(
        chance.pick(key, "layout", {"around": 0.46, "three": 0.26, "rows": 0.17, "towers": 0.11})[0]
    )
    if layout == "towers" and storeys in "23456":
        layout = "around"
    if court.area < 3500:
        layout = "rows"
    depth = DEPTH_M.get(storeys, 14.0)
    if layout == "rows":
        slabs = _rows(court, depth, key)
    elif layout == "towers":
        slabs = _towers(court, key)
    else:
        slabs = _around(court, depth, storeys, key, open_side=layout == "three")
    slabs = [slab for slab in slabs if court.buffer(0.5).contains(slab)]
    if not slabs:
        return
    slabs = np.array(slabs, dtype=object)
    slabs = slabs[without_conflicts(slabs, HOUSE_GAP_M, -shapely.area(slabs))]
    for slab in slabs:
        sheet.house(slab, _house_tags(slab, storeys, seed))
    drives = _drives(court, slabs, centre)
    for drive in drives:
        sheet.line(drive, {"highway": "service", "service": "driveway", "surface": "asphalt"})
    _furnish(sheet, court, slabs, drives, key, centre)


def _around(court, depth, storeys, key, *, open_side: bool) -> list[Polygon]:
    """Slabs along the sides, some joined into an L at a corner."""
    ground = court.buffer(-4.0, join_style="mitre")
    if ground.is_empty or ground.geom_type != "Polygon":
        return []
    sides = sides_of(np.array([ground], dtype=object), 34.0)
    count = len(sides.length)
    keys = chance.combine(np.arange(count).astype(np.uint64), key[0])
    skip = int(chance.uniform(key, "open side")[0] * max(1, count)) if open_side else -1
    longest = 72.0 if storeys in "23" else 118.0
    # At each corner one house stands in it; the other keeps off, or joins it to an L.
    mine = chance.uniform(keys, "corner") < 0.5
    off = np.where(chance.uniform(keys, "join") < 0.4, depth, depth + 11.0)
    before = np.where(mine, 0.0, off)
    after = np.roll(np.where(mine, off, 0.0), -1)
    slabs: list[Polygon] = []
    for i in range(count):
        usable = sides.length[i] - before[i] - after[i]
        pieces = max(1, int(np.ceil(usable / longest)))
        each = (usable - (pieces - 1) * 14.0) / pieces
        if i == skip or each < 24:
            continue
        at = before[i] + np.arange(pieces) * (each + 14.0)
        slabs += list(
            rectangles(
                sides.start[i] + sides.along[i] * at[:, None],
                np.tile(sides.along[i], (pieces, 1)),
                np.full(pieces, each),
                np.full(pieces, depth),
            )
        )
    return _joined(slabs)


def _joined(slabs: list[Polygon]) -> list[Polygon]:
    """Make one L-shaped house of neighbours that touch at a corner."""
    result: list[Polygon] = []
    for slab in slabs:
        if result and result[-1].distance(slab) < 2.0:
            house = shapely.union(
                result[-1].buffer(1.1, join_style="mitre"), slab.buffer(1.1, join_style="mitre")
            ).buffer(-1.1, join_style="mitre").simplify(0.3)  # fmt: skip
            if house.geom_type == "Polygon" and not house.interiors and house.area < 3400:
                result[-1] = house
                continue
        result.append(slab)
    return result


def _rows(court, depth, key) -> list[Polygon]:
    """Parallel slabs across the longer axis."""
    axis, length, width = long_axis(court)
    across = np.array([-axis[1], axis[0]])
    spacing = float(chance.between(key, "spacing", 38, 52)[0])
    count = max(1, int((length - 2 * depth) / spacing) + 1)
    each = min(width - 14.0, 96.0)
    if each < 22:
        return []
    centre = np.array(court.centroid.coords[0])
    places = centre + axis * ((np.arange(count) - (count - 1) / 2) * spacing)[:, None]
    return list(
        centred_rectangles(
            places, np.tile(across, (count, 1)), np.full(count, each), np.full(count, depth)
        )
    )


def _towers(court, key) -> list[Polygon]:
    """Point blocks in a loose chequer."""
    axis, length, width = long_axis(court)
    across = np.array([-axis[1], axis[0]])
    centre = np.array(court.centroid.coords[0])
    columns, rows = max(1, int(length / 62)), max(1, int(width / 58))
    u, v = np.meshgrid(np.arange(columns) - (columns - 1) / 2, np.arange(rows) - (rows - 1) / 2)
    chosen = ((np.arange(columns)[None, :] + np.arange(rows)[:, None]) % 2 == 0).ravel()
    places = centre + axis * (u.ravel()[:, None] * 62) + across * (v.ravel()[:, None] * 58)
    places = places[chosen][:4]
    side = float(chance.between(key, "tower", 22, 27)[0])
    n = len(places)
    return list(
        centred_rectangles(places, np.tile(axis, (n, 1)), np.full(n, side), np.full(n, side * 0.9))
    )


def _house_tags(slab: Polygon, storeys: str, seed: int) -> Tags:
    """Tags as real mappers leave them: not every house says that it is one of apartments."""
    centre = slab.centroid
    key = chance.spots(seed, "house", np.array([centre.x]), np.array([centre.y]), 2.0)

    def draw(salt: str) -> float:
        return float(chance.uniform(key, salt)[0])

    low = storeys in ("2", "3")
    kind = str(
        chance.pick(
            key,
            "kind",
            {"apartments": 0.22, "residential": 0.3, "yes": 0.48}
            if low
            else {"apartments": 0.83, "residential": 0.05, "yes": 0.11, "dormitory": 0.01},
        )[0]
    )
    tags = {"building": kind}
    if kind != "apartments" or draw("levels") < 0.86:
        tags["building:levels"] = storeys
    floors = int(storeys)
    if kind in ("apartments", "residential") and draw("flats") < 0.72:
        flats = max(4, round(slab.area * floors * 0.8 / 66 / 2) * 2)
        tags["building:flats"] = str(flats)
    if draw("dated") < 0.64:
        first, last = BUILT[storeys]
        tags["start_date"] = str(first + int(draw("year") ** 0.8 * (last - first + 1)))
    if draw("rca") < 0.3:
        tags["ref:KZ:RCA"] = f"0201{int(draw('rca code') * 1e12):012d}"
    if draw("roof") < 0.35:
        tags["roof:shape"] = "hipped" if low else "flat"
    return tags


DRIVE_FROM_HOUSE_M = 7.5


def _drives(court: Polygon, slabs: np.ndarray, centre: np.ndarray) -> list[LineString]:
    """A drive along the court side of each house, where it meets no other house."""
    found = []
    tree = shapely.STRtree(slabs)
    for number, slab in enumerate(slabs):
        axis, length, width = long_axis(slab)
        if length < 34 or width > 0.6 * length:
            continue
        middle = np.array(slab.centroid.coords[0])
        across = np.array([-axis[1], axis[0]])
        side = 1.0 if (centre - middle) @ across > 0 else -1.0
        start = middle + across * side * (width / 2 + DRIVE_FROM_HOUSE_M)
        drive = LineString([start - axis * length / 2, start + axis * length / 2])
        near = set(tree.query(drive, "dwithin", 4.0).tolist()) - {number}
        if court.contains(drive) and not near:
            found.append(drive)
    return found


PLAYGROUND_SURFACES = {"sand": 0.36, "rubber": 0.3, "grass": 0.14, "ground": 0.14, "tartan": 0.06}
CONDITIONS = {"good": 0.5, "fair": 0.33, "poor": 0.17}


def _dated(key: np.ndarray, salt: str, first: int, last: int) -> str:
    """A date of installation, as precise as a clerk wrote it down."""
    u = chance.uniform(key, f"{salt} year")[0]
    year = first + int(u**0.6 * (last - first + 1))
    month = 1 + int(chance.uniform(key, f"{salt} month")[0] * 6) + 4
    day = 1 + int(chance.uniform(key, f"{salt} day")[0] * 28)
    precise = chance.uniform(key, f"{salt} precision")[0]
    if precise < 0.3:
        return f"{year}"
    return f"{year}-{month:02d}" if precise < 0.55 else f"{year}-{month:02d}-{day:02d}"


SPORTS = {"soccer": 0.5, "basketball": 0.2, "multi": 0.12, "fitness": 0.1, "ice_hockey": 0.08}


def _furnish(sheet: Sheet, court: Polygon, slabs, drives, key, centre) -> None:
    """Playground, sports ground, waste site and parking on the ground that houses leave."""
    free = court.buffer(-5).difference(shapely.union_all(shapely.buffer(slabs, 7.0)))
    axis, _, _ = long_axis(court)
    reach = min(70.0, np.sqrt(court.area) * 0.6)
    taken: list[Polygon] = [drive.buffer(3) for drive in drives]

    def place(salt: str, length: float, width: float) -> Polygon | None:
        """A free rectangle near the middle, if one of six tries finds it."""
        for attempt in range(6):
            own = chance.combine(key, attempt)
            shift = (chance.uniform(own, salt)[0], chance.uniform(own, salt + " across")[0])
            spot = centre + (np.array(shift) - 0.5) * reach
            shape = centred_rectangles(
                spot[None], axis[None], np.array([length]), np.array([width])
            )[0]
            if free.contains(shape) and all(shape.distance(other) > 4 for other in taken):
                taken.append(shape)
                return shape
        return None

    draw = {name: chance.uniform(key, name)[0] for name in ("play", "sport", "waste", "park")}
    if draw["play"] < 0.72 and (ground := place("playground", 22.0, 15.0)):
        sheet.area(ground, _playground(key))
    if draw["sport"] < 0.26 and (ground := place("pitch", 30.0, 16.0)):
        sheet.area(ground, _pitch(key))
    if draw["waste"] < 0.5 and (ground := place("waste", 7.0, 3.0)):
        sheet.point(*ground.centroid.coords[0], {"amenity": "waste_disposal", "access": "yes"})
    _paths(sheet, free, key, centre, count=2 if draw["play"] < 0.5 else 1)
    if draw["park"] < 0.42 and (ground := place("parking", 34.0, 12.0)):
        sheet.area(ground, {"amenity": "parking", "surface": "asphalt"})


def _playground(key: np.ndarray) -> Tags:
    tags = {
        "leisure": "playground",
        "surface": str(chance.pick(key, "surface", PLAYGROUND_SURFACES)[0]),
        "condition": str(chance.pick(key, "condition", CONDITIONS)[0]),
    }
    if chance.uniform(key, "undated")[0] >= 0.12:
        tags["start_date"] = _dated(key, "playground", 2006, 2025)
    return tags


def _pitch(key: np.ndarray) -> Tags:
    sport = str(chance.pick(key, "sport", SPORTS)[0])
    return {
        "leisure": "pitch",
        "sport": sport,
        "surface": "artificial_turf" if sport == "soccer" else "asphalt",
        "condition": str(chance.pick(key, "pitch condition", CONDITIONS)[0]),
        "start_date": _dated(key, "pitch", 2009, 2025),
    }


def _paths(sheet: Sheet, free: shapely.Geometry, key, centre, *, count: int) -> None:
    """Footpaths through the middle of a court."""
    for salt in ("path", "other path")[:count]:
        turn = np.pi * float(chance.uniform(key, salt)[0])
        path = cut_line(free, centre, np.array([np.cos(turn), np.sin(turn)]))
        if path is not None and path.length > 30:
            sheet.line(path, {"highway": "footway", "surface": "asphalt"})
