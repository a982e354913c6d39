"""Small lots with a house at the street: private quarters, villages, garden societies.

One vectorised pass over all sides of all blocks: lots along each side, a house near the
front, an outbuilding behind.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from layers.demo import chance
from layers.demo.shapes import cut_line, long_axis, rectangles, without_conflicts
from layers.demo.sheet import Sheet, Tags


@dataclass(frozen=True)
class LotStyle:
    """Sizes in metres, shares 0..1."""

    frontage: tuple[float, float]
    setback: tuple[float, float]
    width: tuple[float, float]
    depth: tuple[float, float]
    built: float
    behind: float
    behind_at: tuple[float, float]
    behind_width: tuple[float, float]
    behind_depth: tuple[float, float]
    addressed: float
    gap: float = 2.0


STYLES = {
    "private": LotStyle(
        (18, 24.5),
        (1.5, 5),
        (7.5, 11.5),
        (8.5, 13.5),
        0.83,
        0.15,
        (21, 30),
        (4, 10),
        (3.5, 6),
        0.94,
    ),
    "newprivate": LotStyle(
        (22, 30), (4, 8), (9, 14), (10, 14), 0.55, 0.2, (26, 36), (5, 9), (4, 6.5), 0.72
    ),
    "village": LotStyle(
        (26, 38), (3, 9), (7.5, 11.5), (8, 12), 0.66, 0.35, (22, 38), (5, 14), (4, 7), 0.72
    ),
    "gardens": LotStyle(
        (18, 24), (4, 9), (4, 6.5), (4.5, 7), 0.31, 0.04, (14, 20), (2.5, 4), (2.5, 4), 0.8, 1.5
    ),
}


WIDEST_M = 105.0
# Most mappers say no more than "a building"; few count its storeys.
KINDS = {"yes": 0.982, "house": 0.01, "detached": 0.008}
STOREYS_KNOWN = 0.026


def with_lanes(sheet: Sheet, ground: shapely.Polygon) -> list[shapely.Polygon]:
    """Cut ground too deep for two rows of lots by a lane along its longer axis."""
    axis, _, width = long_axis(ground)
    if width < WIDEST_M or ground.area < 9_000:
        return [ground]
    centre = np.array(ground.centroid.coords[0])
    lane = cut_line(ground, centre, axis)
    if lane is None:
        return [ground]
    sheet.line(lane, {"highway": "service"})
    left = ground.difference(lane.buffer(5.0, cap_style="square"))
    parts = [p for p in shapely.get_parts(left) if p.geom_type == "Polygon" and p.area > 1500]
    return [piece for part in parts for piece in with_lanes(sheet, part)]


@dataclass
class Sides:
    """Sides of blocks: start (n, 2), direction (n, 2), length (n,), block (n,)."""

    start: np.ndarray
    along: np.ndarray
    length: np.ndarray
    block: np.ndarray


def sides_of(polygons: np.ndarray, shortest_m: float) -> Sides:
    """The sides of polygons, counter-clockwise, so that the left is inside."""
    ready = shapely.orient_polygons(shapely.simplify(polygons, 1.5), exterior_cw=False)
    coords, ring = shapely.get_coordinates(shapely.get_exterior_ring(ready), return_index=True)
    same = ring[1:] == ring[:-1]
    start, end, block = coords[:-1][same], coords[1:][same], ring[:-1][same]
    length = np.hypot(*(end - start).T)
    keep = length >= shortest_m
    along = (end - start)[keep] / length[keep, None]
    return Sides(start[keep], along, length[keep], block[keep])


@dataclass
class Lots:
    """Lots along sides, one value each (n,): start (n, 2), direction (n, 2), frontage, key,
    block, and the order in which they win where they clash (long sides first)."""

    start: np.ndarray
    along: np.ndarray
    front: np.ndarray
    key: np.ndarray
    block: np.ndarray
    order: np.ndarray
    built: np.ndarray


def lots_of(polygons: np.ndarray, style: LotStyle, seed: int) -> Lots:
    """Share all sides of `polygons` (n,) out to lots."""
    sides = sides_of(polygons, style.frontage[0] + 6)
    side_keys = chance.spots(seed, "side", *(sides.start + sides.along * 7).T)
    frontage = chance.between(side_keys, "frontage", *style.frontage)
    count = np.maximum(((sides.length - 5) / frontage).astype(int), 0)
    side = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count)
    spare = (sides.length - count * frontage) / 2
    at = spare[side] + number * frontage[side]
    start = sides.start[side] + sides.along[side] * at[:, None]
    keys = chance.spots(seed, "lot", *start.T)
    fill = 0.72 + 0.28 * np.minimum(1, 1.6 * chance.uniform(side_keys, "filled")[side])
    return Lots(
        start=start,
        along=sides.along[side],
        front=frontage[side],
        key=keys,
        block=sides.block[side],
        order=-sides.length[side],
        built=chance.uniform(keys, "built") < style.built * fill,
    )


def build_lots(
    sheet: Sheet,
    polygons: np.ndarray,
    style: LotStyle,
    seed: int,
    *,
    societies: list[str] | None = None,
) -> int:
    """Fill `polygons` (n,) with lots; returns the number of houses.

    societies: for each polygon the garden society whose numbers its houses carry.
    """
    polygons = np.array([p for p in polygons if not p.is_empty], dtype=object)
    if not len(polygons):
        return 0
    lots = lots_of(polygons, style, seed)
    houses, fronts = _houses(lots.start, lots.along, lots.front, lots.key, style)
    behind = _behind(lots.start, lots.along, lots.front, lots.key, style)
    has_behind = lots.built & (chance.uniform(lots.key, "behind") < style.behind)
    shapes = np.concatenate([houses[lots.built], behind[has_behind]])
    lot = np.concatenate([np.flatnonzero(lots.built), np.flatnonzero(has_behind)])
    is_house = np.arange(len(lot)) < lots.built.sum()
    # All houses come before all outbuildings.
    order = np.where(is_house, lots.order[lot], 1e6 + lots.order[lot])
    shapely.prepare(polygons)
    kept = np.flatnonzero(shapely.contains(polygons[lots.block[lot]], shapes))
    kept = kept[without_conflicts(shapes[kept], style.gap, order[kept])]
    homes = kept[is_house[kept]]
    keys = lots.key[lot[homes]]
    addressed = chance.uniform(keys, "addressed") < style.addressed
    for index, tags, has_address in zip(homes, _tags(keys), addressed, strict=True):
        sheet.house(
            shapes[index],
            tags,
            front=fronts[lot[index]],
            wants_address=bool(has_address),
            society=societies[lots.block[lot[index]]] if societies else "",
        )
    for index in kept[~is_house[kept]]:
        sheet.house(shapes[index], {"building": "yes"}, wants_address=False)
    return len(homes)


def _tags(keys: np.ndarray) -> list[Tags]:
    """Tags of small houses, as mappers leave them."""
    found = [{"building": kind} for kind in chance.pick(keys, "kind", KINDS).tolist()]
    for tags, u in zip(found, chance.uniform(keys, "storeys"), strict=True):
        if u < STOREYS_KNOWN:
            tags["building:levels"] = "1" if u < 0.9 * STOREYS_KNOWN else "2"
    return found


def _houses(start, along, front, keys, style) -> tuple[np.ndarray, np.ndarray]:
    """Houses (n,) with or without an annexe, and the middle of their lots' fronts (n, 2)."""
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    width = np.minimum(chance.between(keys, "width", *style.width), front - 4)
    depth = chance.between(keys, "depth", *style.depth)
    setback = chance.between(keys, "setback", *style.setback)
    side = (front - width) * chance.between(keys, "place", 0.15, 0.6)
    origin = start + along * side[:, None] + inward * setback[:, None]
    plain = rectangles(origin, along, width, depth)
    part = chance.between(keys, "annexe", 0.45, 0.7)
    steps = [(0, 0), (1, 0), (1, 1), (part, 1), (part, 1.32), (0, 1.32), (0, 0)]
    ring = np.stack(
        [
            origin + along * (width * a)[:, None] + inward * (depth * b)[:, None]
            for a, b in ((np.broadcast_to(a, width.shape), np.float64(b)) for a, b in steps)
        ],
        axis=1,
    )
    ell = shapely.polygons(ring)
    has_annexe = (chance.uniform(keys, "has annexe") < 0.24) & (style.width[0] > 6)
    return np.where(has_annexe, ell, plain), start + along * (front / 2)[:, None]


def _behind(start, along, front, keys, style) -> np.ndarray:
    """Outbuildings (n,) deep in the lot."""
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    width = np.minimum(chance.between(keys, "b width", *style.behind_width), front - 3)
    depth = chance.between(keys, "b depth", *style.behind_depth)
    deep = chance.between(keys, "b at", *style.behind_at)
    side = np.where(chance.uniform(keys, "b side") < 0.5, 1.0, front - width - 1.0)
    origin = start + along * side[:, None] + inward * deep[:, None]
    return rectangles(origin, along, width, depth)
