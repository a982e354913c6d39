"""Grounds with large buildings: schools, kindergartens, hospitals, offices, industry, garages."""

from collections.abc import Callable

import numpy as np
import shapely
from shapely import Polygon

from layers.demo import chance
from layers.demo.shapes import centred_rectangles, cut_line, long_axis, without_conflicts
from layers.demo.sheet import Sheet, Tags
from layers.demo.streets import Block

Place = tuple[float, float, float, float]  # centre (u, v), length and depth, of the axes' box
# Plans of large buildings, in metres around their middle.
SCHOOL_SHAPES: tuple[tuple[Place, ...], ...] = (
    ((-28, 0, 16, 52), (28, 0, 16, 52), (0, 0, 44, 16)),
    ((0, 0, 70, 15), (-28, -20, 14, 30), (20, 18, 30, 24)),
    ((0, 0, 62, 16), (-24, 22, 15, 30), (24, 22, 15, 30)),
)
KINDERGARTEN_SHAPES: tuple[tuple[Place, ...], ...] = (
    ((-18, 0, 13, 30), (18, 0, 13, 30), (0, 0, 26, 12)),
    ((0, 0, 40, 13), (-12, 14, 14, 18), (12, 14, 14, 18)),
)
PUBLIC_KINDS: tuple[Tags, ...] = (
    {"building": "government", "office": "government"},
    {"building": "office"},
    {"building": "commercial"},
    {"building": "public", "amenity": "theatre"},
    {"building": "public", "amenity": "library"},
    {"building": "yes", "amenity": "bank"},
    {"building": "hospital", "amenity": "clinic"},
    {"building": "college", "amenity": "college"},
)


def _draw(block: Block, salt: str) -> float:
    return float(chance.uniform(np.array([block.key]), salt)[0])


def compound(
    ground: Polygon, parts: tuple[Place, ...], at: np.ndarray, axis: np.ndarray
) -> Polygon:
    """A building out of joined rectangles, turned along `axis`, shrunk until it fits."""
    across = np.array([-axis[1], axis[0]])
    for scale in (1.0, 0.8, 0.62, 0.5):
        pieces = [
            centred_rectangles(
                (at + scale * (axis * u + across * v))[None], axis[None],
                np.array([scale * length]), np.array([scale * depth]),
            )[0]
            for u, v, length, depth in parts
        ]  # fmt: skip
        joined = shapely.union_all(pieces).simplify(0.05)
        if joined.geom_type == "Polygon" and ground.contains(joined):
            return joined
    return Polygon()


def school(sheet: Sheet, block: Block, number: int) -> None:
    """School grounds: the building, a football pitch, a running ground."""
    axis, length, width = long_axis(block.inner)
    centre = np.array(block.inner.centroid.coords[0])
    shape = SCHOOL_SHAPES[int(_draw(block, "shape") * len(SCHOOL_SHAPES))]
    building = compound(block.inner, shape, centre - axis * min(length * 0.18, 45), axis)
    if building.is_empty:
        return
    name = {"name": f"№ {number} орта мектеп", "name:kk": f"№ {number} орта мектеп"}
    name["name:ru"] = f"Средняя школа № {number}"
    sheet.area(block.inner, {"amenity": "school", **name})
    sheet.house(
        building, {"building": "school", "building:levels": "3", **_year(block, 1956, 2018)}
    )
    at = centre + axis * min(length * 0.26, 70)
    for size in ((64.0, 40.0), (44.0, 26.0)):
        pitch = centred_rectangles(at[None], axis[None], np.array([size[0]]), np.array([size[1]]))[
            0
        ]
        if block.inner.contains(pitch) and pitch.distance(building) > 5:
            sheet.area(pitch, {"leisure": "pitch", "sport": "soccer", "surface": "grass"})
            break


def _year(block: Block, first: int, last: int) -> Tags:
    return {"start_date": str(first + int(_draw(block, "year") * (last - first + 1)))}


def kindergarten(sheet: Sheet, block: Block, number: int) -> None:
    """Kindergarten grounds with a low building in the middle."""
    axis, _, _ = long_axis(block.inner)
    centre = np.array(block.inner.centroid.coords[0])
    shape = KINDERGARTEN_SHAPES[int(_draw(block, "shape") * len(KINDERGARTEN_SHAPES))]
    building = compound(block.inner, shape, centre, axis)
    if building.is_empty:
        return
    name = {"name": f"№ {number} балабақша", "name:kk": f"№ {number} балабақша"}
    name["name:ru"] = f"Детский сад № {number}"
    sheet.area(block.inner, {"amenity": "kindergarten", **name})
    sheet.house(
        building, {"building": "kindergarten", "building:levels": "2", **_year(block, 1964, 2021)}
    )


def scatter(
    sheet: Sheet,
    ground: Polygon,
    key: np.uint64,
    axis: np.ndarray,
    *,
    count: int,
    length: tuple[float, float],
    depth: tuple[float, float],
    gap: float,
    tags_of: Callable[[int, np.uint64], Tags],
    addressed: float = 0.0,
) -> None:
    """Up to `count` large buildings parallel to `axis` at chance places of a ground."""
    minx, miny, maxx, maxy = ground.bounds
    keys = chance.combine(np.arange(count * 3).astype(np.uint64), key)
    places = np.column_stack(
        [chance.between(keys, "x", minx, maxx), chance.between(keys, "y", miny, maxy)]
    )
    size = chance.uniform(keys, "size") ** 2.2
    lengths = length[0] + size * (length[1] - length[0])
    depths = np.minimum(depth[0] + chance.uniform(keys, "depth") * (depth[1] - depth[0]), lengths)
    turned = chance.uniform(keys, "turn") < 0.3
    along = np.where(turned[:, None], [[-axis[1], axis[0]]], axis[None])
    shapes = centred_rectangles(places, along, lengths, depths)
    shapely.prepare(ground)
    inside = np.flatnonzero(shapely.contains(ground, shapes))
    kept = inside[without_conflicts(shapes[inside], gap, -lengths[inside])][:count]
    wants = chance.uniform(keys, "addressed") < addressed
    for number, index in enumerate(kept):
        sheet.house(shapes[index], tags_of(number, keys[index]), wants_address=bool(wants[index]))


def public(sheet: Sheet, block: Block) -> None:
    """Offices, a theatre, a library: one public building and smaller ones."""
    kind = PUBLIC_KINDS[int(_draw(block, "kind") * len(PUBLIC_KINDS))]
    storeys = str(2 + int(_draw(block, "storeys") * 4))

    def tags_of(number: int, key: np.uint64) -> Tags:
        return {**kind, "building:levels": storeys} if number == 0 else {"building": "yes"}

    axis, _, _ = long_axis(block.inner)
    count = max(2, int(block.inner.area / 3000))
    scatter(
        sheet,
        block.inner.buffer(-3),
        block.key,
        axis,
        count=count,
        length=(16, 70),
        depth=(12, 26),
        gap=12,
        tags_of=tags_of,
        addressed=0.7,
    )


def shops(sheet: Sheet, block: Block, names: list[str]) -> None:
    """A retail block: a supermarket and shops."""
    sheet.area(block.inner, {"landuse": "retail"})

    def tags_of(number: int, key: np.uint64) -> Tags:
        if number > 2:
            return {"building": "yes"}
        name = names[int(chance.uniform(np.array([key]), "shop")[0] * len(names))]
        return {"building": "retail", "shop": "supermarket" if number == 0 else "yes", "name": name}

    axis, _, _ = long_axis(block.inner)
    scatter(
        sheet,
        block.inner,
        block.key,
        axis,
        count=max(2, int(block.inner.area / 2200)),
        length=(10, 58),
        depth=(9, 28),
        gap=7,
        tags_of=tags_of,
        addressed=0.8,
    )


def industry(sheet: Sheet, block: Block) -> None:
    """Works: halls and sheds in lines, drives between, a fence line around."""
    ground = block.inner.buffer(-6)
    if ground.is_empty or ground.geom_type != "Polygon":
        return
    sheet.area(block.inner, {"landuse": "industrial"})
    key = np.array([block.key])
    axis, length, _ = long_axis(ground)
    across = np.array([-axis[1], axis[0]])
    centre = np.array(ground.centroid.coords[0])
    drives = []
    for number in range(int(np.clip(length / 120, 1, 6))):
        place = centre + axis * ((number + 0.5) * 120 - length / 2 + 30 * (_draw(block, "d") - 0.5))
        drive = cut_line(block.polygon.buffer(-1), place, across)
        if drive is not None and drive.length > 60:
            sheet.line(drive, {"highway": "service"})
            drives.append(drive.buffer(6))
    spine = cut_line(block.polygon.buffer(-1), centre, axis)
    if spine is not None and spine.length > 120:
        sheet.line(spine, {"highway": "service"})
        drives.append(spine.buffer(6))
    free = ground.difference(shapely.union_all(drives)) if drives else ground
    dense = float(chance.between(key, "dense", 0.5, 1.5)[0])

    def tags_of(number: int, one: np.uint64) -> Tags:
        u = float(chance.uniform(np.array([one]), "kind")[0])
        if u < 0.07:
            return {"building": "industrial", "building:levels": "1"}
        return {"building": "warehouse"} if u < 0.075 else {"building": "yes"}

    for part in shapely.get_parts(free):
        if part.geom_type == "Polygon" and part.area > 1500:
            spot = chance.combine(key, int(abs(part.centroid.x) + abs(part.centroid.y)))[0]
            scatter(
                sheet,
                part,
                spot,
                axis,
                count=max(1, int(dense * part.area / 5200)),
                length=(9, 125),
                depth=(7, 46),
                gap=9,
                tags_of=tags_of,
                addressed=0.04,
            )


def garages(sheet: Sheet, block: Block, name: str) -> None:
    """A garage cooperative: long rows, drives between them."""
    sheet.area(block.inner, {"landuse": "garages", **({"name": name} if name else {})})
    axis, length, width = long_axis(block.inner)
    across = np.array([-axis[1], axis[0]])
    centre = np.array(block.inner.centroid.coords[0])
    ground = block.inner.buffer(-1)
    for number in range(int(width / 21)):
        at = centre + across * ((number + 0.5) * 21 - width / 2)
        for shift in (-3.3, 3.3):
            row = cut_line(ground, at + across * shift, axis)
            if row is None or row.length < 24:
                continue
            row = shapely.LineString([row.interpolate(4), row.interpolate(row.length - 4)])
            shape = row.buffer(3.0, cap_style="flat")
            if ground.contains(shape):
                sheet.house(shape, {"building": "garages"}, wants_address=False)
        drive = cut_line(ground, at + across * 10.5, axis)
        if drive is not None and drive.length > 30:
            sheet.line(drive, {"highway": "service"})


def park(sheet: Sheet, block: Block, tags: Tags) -> None:
    """A park with curved paths, a few pavilions and benches of trees."""
    sheet.area(block.inner, tags)
    axis, length, width = long_axis(block.inner)
    centre = np.array(block.inner.centroid.coords[0])
    turns = chance.uniform(chance.combine(np.arange(7).astype(np.uint64), block.key), "path")
    for turn in np.unique(np.round(turns, 3)):
        angle = np.pi * turn
        way = cut_line(block.inner, centre, np.array([np.cos(angle), np.sin(angle)]))
        if way is not None and way.length > 40:
            sheet.line(way, {"highway": "footway", "surface": "paving_stones"})
    radius = min(length, width) * 0.28
    if radius > 25:
        ring = shapely.Point(*centre).buffer(radius).exterior
        sheet.line(ring, {"highway": "footway", "surface": "paving_stones"})
    if radius > 60:
        count = int(block.inner.area / 22000)
        scatter(
            sheet,
            block.inner.buffer(-20),
            block.key,
            axis,
            count=count,
            length=(8, 26),
            depth=(7, 14),
            gap=20,
            tags_of=lambda number, key: {"building": "yes"},
        )


def _with_drives(sheet: Sheet, block: Block) -> shapely.Geometry:
    """Draw two crossing drives over large grounds; what is left for buildings."""
    ground = block.inner.buffer(-8)
    axis, _, _ = long_axis(block.inner)
    centre = np.array(block.inner.centroid.coords[0])
    drives = []
    for along in (axis, np.array([-axis[1], axis[0]])):
        drive = cut_line(block.polygon.buffer(-1), centre, along)
        if drive is not None:
            sheet.line(drive, {"highway": "service", "surface": "asphalt"})
            drives.append(drive.buffer(7))
    return ground.difference(shapely.union_all(drives))


def hospital(sheet: Sheet, block: Block, names: Tags) -> None:
    """Hospital grounds with pavilions."""
    sheet.area(block.inner, {"amenity": "hospital", **names})
    axis, _, _ = long_axis(block.inner)

    def tags_of(number: int, key: np.uint64) -> Tags:
        return {"building": "hospital" if number < 6 else "yes", "building:levels": "4"} | (
            names if number == 0 else {}
        )

    scatter(
        sheet,
        _with_drives(sheet, block),
        block.key,
        axis,
        count=int(block.inner.area / 5200),
        length=(18, 92),
        depth=(13, 20),
        gap=16,
        tags_of=tags_of,
        addressed=0.25,
    )


def campus(sheet: Sheet, block: Block, names: Tags) -> None:
    """University grounds: the main building, dormitories, laboratories."""
    sheet.area(block.inner, {"amenity": "university", **names})
    axis, _, _ = long_axis(block.inner)

    def tags_of(number: int, key: np.uint64) -> Tags:
        if number == 0:
            return {"building": "university", "building:levels": "4", **names}
        return {"building": "dormitory" if number < 4 else "yes", "building:levels": "5"}

    scatter(
        sheet,
        _with_drives(sheet, block),
        block.key,
        axis,
        count=int(block.inner.area / 5200),
        length=(30, 100),
        depth=(14, 24),
        gap=18,
        tags_of=tags_of,
        addressed=0.6,
    )
