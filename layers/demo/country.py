"""Outside the blocks: river, lakes, woods, meadows, garden societies, villages, railway."""

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate
from shapely.ops import substring

from layers.demo import chance
from layers.demo.grounds import industry
from layers.demo.lots import STYLES, build_lots
from layers.demo.plan import Plan, PlanFeature
from layers.demo.shapes import biggest_part, blob, smooth_ring
from layers.demo.sheet import Sheet
from layers.demo.streets import TRACK_GAP_M, Block, grid_lines, rail_corridor, river_polygon


def water(sheet: Sheet, plan: Plan, seed: int) -> shapely.Geometry:
    """River, stream, lakes and oxbows; returns all of it."""
    found = []
    river = river_polygon(plan)
    for part in shapely.get_parts(river):
        sheet.area(part, {"natural": "water", "water": "river", **names_of(plan.of("river")[0])})
        found.append(part)
    for item in plan.of("river") + plan.of("stream"):
        sheet.line(item.geom, {"waterway": item.kind, **names_of(item)})
    for item in plan.of("lake"):
        lake = smooth_ring(item.geom).difference(river)
        sheet.area(lake, {"natural": "water", "water": "lake", **names_of(item)})
        found.append(lake)
    taken = shapely.union_all([*found, town_ground(plan), *_fields(plan)])
    for meadow in plan.of("meadow"):
        for oxbow in _oxbows(meadow.geom, seed):
            if not oxbow.intersects(taken):
                sheet.area(oxbow, {"natural": "water", "water": "oxbow"})
                found.append(oxbow)
    return shapely.union_all(found)


def names_of(item: PlanFeature | None) -> dict[str, str]:
    """name, name:ru and name:kk of a feature of the plan."""
    if item is None or not item.name_ru:
        return {}
    return {"name": item.name_kk or item.name_ru, "name:ru": item.name_ru} | (
        {"name:kk": item.name_kk} if item.name_kk else {}
    )


def soft(polygon: Polygon) -> Polygon:
    """A field's outline: as drawn, corners rounded a little."""
    return biggest_part(polygon.buffer(-30).buffer(30, quad_segs=3))


def town_ground(plan: Plan) -> shapely.Geometry:
    """Where the town is built."""
    return shapely.union_all([item.geom for item in plan.of("urban")])


def _fields(plan: Plan) -> list[shapely.Geometry]:
    return [item.geom for kind in ("gardens", "village", "area") for item in plan.of(kind)]


def _oxbows(meadow: Polygon, seed: int) -> list[Polygon]:
    """Old river bends: crescents at chance places of the flood meadows."""
    x, y = _scatter(meadow, 780.0)
    keys = chance.spots(seed, "oxbow", x, y, 50.0)
    found = []
    for cx, cy, key in zip(x, y, keys, strict=True):
        u = chance.uniform(chance.combine(np.arange(6).astype(np.uint64), key), "oxbow")
        if u[0] > 0.62:
            continue
        radius, turn, arc = 90 + 210 * u[1], 2 * np.pi * u[2], np.pi * (0.6 + 0.9 * u[3])
        t = np.linspace(0, arc, 18)
        centre = np.array([cx, cy]) + 300 * (u[4:6] - 0.5)
        bend = np.column_stack([np.cos(t + turn), 0.75 * np.sin(t + turn)]) * radius + centre
        width = 9 + 22 * u[4]
        taper = width * np.clip(np.sin(np.pi * (t + 0.25) / (arc + 0.5)), 0.2, 1)
        pieces = shapely.linestrings(np.stack([bend[:-1], bend[1:]], axis=1))
        shape = shapely.union_all(shapely.buffer(pieces, taper[1:], quad_segs=3)).simplify(1.0)
        if meadow.contains(shape) and shape.geom_type == "Polygon":
            found.append(shape)
    return found


def _scatter(area: Polygon, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """A grid of places over the box of an area, fixed to absolute metres."""
    minx, miny, maxx, maxy = area.bounds
    xs = np.arange(np.floor(minx / spacing), np.ceil(maxx / spacing)) * spacing
    ys = np.arange(np.floor(miny / spacing), np.ceil(maxy / spacing)) * spacing
    x, y = np.meshgrid(xs, ys)
    return x.ravel() + spacing / 2, y.ravel() + spacing / 2


def woods(sheet: Sheet, plan: Plan, blue: shapely.Geometry, seed: int) -> None:
    """Birch groves (колки) over the steppe, and the plan's woods."""
    region = plan.of("region")[0].geom
    roads = shapely.union_all([item.geom for item in plan.of("street") + plan.of("rail")])
    taken = shapely.union_all(
        [blue, town_ground(plan).buffer(60), roads.buffer(45), *_fields(plan)]
    )
    shapely.prepare(taken)
    x, y = _scatter(region, 640.0)
    keys = chance.spots(seed, "grove", x, y, 50.0)
    for cx, cy, key in zip(x, y, keys, strict=True):
        u = chance.uniform(chance.combine(np.arange(7).astype(np.uint64), key), "grove")
        if u[0] > 0.46:
            continue
        centre = np.array([cx, cy]) + 420 * (u[1:3] - 0.5)
        grove = blob(u[2:7], centre, 45 + 165 * u[6] ** 2, 0.35).buffer(0)
        if grove.geom_type == "Polygon" and region.contains(grove) and not taken.intersects(grove):
            sheet.area(grove, {"natural": "wood", "leaf_type": "broadleaved"})


def meadows(sheet: Sheet, plan: Plan, blue: shapely.Geometry) -> None:
    """Flood meadows, less water, town and fields."""
    taken = shapely.union_all([blue, town_ground(plan), *_fields(plan)])
    for item in plan.of("meadow"):
        ground = smooth_ring(item.geom).intersection(plan.of("region")[0].geom).difference(taken)
        sheet.area(ground.simplify(2), {"landuse": "meadow", "flood_prone": "yes"})


def railway(sheet: Sheet, plan: Plan) -> None:
    """Parallel tracks of main line, branch, yards and sidings; the station."""
    for item in plan.of("rail"):
        tracks, role = int(item.get("tracks", 1)), item.get("role")
        for number in range(tracks):
            offset = (number - (tracks - 1) / 2) * TRACK_GAP_M
            line = item.geom if offset == 0 else shapely.offset_curve(item.geom, offset)
            if role == "yard":
                cut = 6.0 * TRACK_GAP_M * abs(number - (tracks - 1) / 2)
                line = _tapered(line, item.geom, cut)
            for part in shapely.get_parts(line):
                if part.length < 20:
                    continue
                tags = {"railway": "rail", "gauge": "1520"}
                if role in ("main", "branch"):
                    tags |= {"usage": role, "electrified": "contact_line"}
                else:
                    tags["service"] = "siding" if role == "siding" else "yard"
                sheet.line(part, tags)


def _tapered(line: LineString, axis: LineString, cut: float) -> LineString:
    """A yard track that leaves the axis, runs beside it and comes back."""
    ends = [axis.interpolate(0), axis.interpolate(axis.length)]
    middle = substring(line, cut, line.length - cut)
    if middle.length < 100:
        return line
    coords = np.asarray(middle.coords)
    if np.hypot(*(coords[0] - ends[0].coords[0])) > np.hypot(*(coords[-1] - ends[0].coords[0])):
        coords = coords[::-1]
    return LineString([ends[0].coords[0], *coords, ends[1].coords[0]])


def gardens(sheet: Sheet, plan: Plan, blue: shapely.Geometry, seed: int) -> None:
    """Garden societies: each massif is cut into societies with tracks and small plots."""
    number = 0
    names = _shuffled(plan.gardens, seed + plan.number)
    for massif in sorted(plan.of("gardens"), key=lambda item: item.geom.centroid.coords[0]):
        outline = soft(massif.geom).difference(blue.buffer(25))
        for part in shapely.get_parts(outline):
            for society in _societies(part, massif.get("angle", 0)):
                name = names[number % len(names)]
                number += 1
                suffix = "СТ" if chance.word(seed, name) % np.uint64(3) else "ДО"
                _society(sheet, society, f"{name} {suffix}", massif, seed)


def _shuffled(names: list[str], seed: int) -> list[str]:
    order = chance.uniform(np.array([chance.word(seed, name) for name in names]), "order")
    return [names[i] for i in np.argsort(order, kind="stable")]


def _societies(ground: Polygon, angle: float) -> list[Polygon]:
    """Cut a massif along its grid directions until each society has at most 28 ha."""
    if ground.geom_type != "Polygon" or ground.area < 8_000:
        return []
    if ground.area < 280_000:
        return [ground]
    turned = rotate(ground, -angle, origin=(0, 0))
    minx, miny, maxx, maxy = turned.bounds
    if maxx - minx > maxy - miny:
        middle = (minx + maxx) / 2
        halves = [(minx - 9, miny - 9, middle, maxy + 9), (middle, miny - 9, maxx + 9, maxy + 9)]
    else:
        middle = (miny + maxy) / 2
        halves = [(minx - 9, miny - 9, maxx + 9, middle), (minx - 9, middle, maxx + 9, maxy + 9)]
    found = []
    for half in halves:
        part = turned.intersection(shapely.box(*half))
        for piece in shapely.get_parts(part):
            found += _societies(rotate(piece, angle, origin=(0, 0)), angle)
    return found


def _society(sheet: Sheet, outline: Polygon, name: str, massif: PlanFeature, seed: int) -> None:
    outline = outline.simplify(4)
    prefix = {
        "name:prefix:ru": "садоводческое товарищество" if name.endswith("СТ") else "дачное общество"
    }
    sheet.area(outline, {"landuse": "allotments", "name": name, **prefix})
    grid = PlanFeature(
        "zone",
        {"angle": massif.get("angle", 0), "block_w": 70, "block_l": 330, "name_ru": name},
        outline,
    )
    inner = outline.buffer(-5)
    if inner.is_empty or inner.geom_type != "Polygon":
        return
    tracks = [inner.exterior]
    for _, _, line in grid_lines(grid, seed):
        tracks += [
            part
            for part in shapely.get_parts(inner.intersection(line))
            if part.geom_type == "LineString" and part.length > 45
        ]
    for track in shapely.get_parts(shapely.line_merge(shapely.union_all(tracks, grid_size=0.01))):
        sheet.line(
            track, {"highway": "track", "name": name} if track.is_ring else {"highway": "track"}
        )
    noded = shapely.get_parts(shapely.union_all(tracks, grid_size=0.01))
    blocks = shapely.get_parts(shapely.polygonize(noded))
    inner_blocks = shapely.buffer(blocks, -3.5, join_style="mitre")
    good = np.array(
        [b for b in inner_blocks if b.geom_type == "Polygon" and b.area > 400], dtype=object
    )
    build_lots(sheet, good, STYLES["gardens"], seed, societies=[name] * len(good))


def villages(sheet: Sheet, plan: Plan, seed: int) -> list[tuple[PlanFeature, list]]:
    """Villages: a grid of few streets, large lots. Returns each with its streets' lines."""
    found = []
    for item in plan.of("village"):
        outline = soft(item.geom)
        sheet.area(
            outline,
            {
                "landuse": "residential",
                "residential": "rural",
                "place": "village",
                **names_of(item),
            },
        )
        grid = PlanFeature(
            "zone",
            {
                "angle": item.get("angle", 0),
                "block_w": 165,
                "block_l": 340,
                "name_ru": item.name_ru,
                "rough": 1,
            },
            outline,
        )
        inner = outline.buffer(-28)
        lines = []
        for name, number, line in grid_lines(grid, seed):
            for part in shapely.get_parts(inner.intersection(line)):
                if part.geom_type == "LineString" and part.length > 120:
                    lines.append(((name, number), part))
        noded = shapely.union_all([part for _, part in lines] + [inner.exterior], grid_size=0.01)
        blocks = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        fronts = shapely.buffer(blocks, -8.0, join_style="mitre")
        good = np.array(
            [b for b in fronts if b.geom_type == "Polygon" and b.area > 2500], dtype=object
        )
        build_lots(sheet, good, STYLES["village"], seed)
        found.append((item, lines))
    return found


def corridor_areas(sheet: Sheet, plan: Plan) -> None:
    """The railway's land."""
    sheet.area(rail_corridor(plan).simplify(1), {"landuse": "railway"})


OUTER_TAGS = {
    "cemetery": {"landuse": "cemetery"},
    "wood": {"natural": "wood"},
    "farm": {"landuse": "farmyard"},
    "industry": {"landuse": "industrial"},
    "garages": {"landuse": "garages"},
    "park": {"leisure": "park"},
}


def outer_areas(sheet: Sheet, plan: Plan, blocks: list[Block]) -> None:
    """Areas of the plan that took no block lie outside the town and are drawn as they are."""
    placed = {id(block.area) for block in blocks if block.area}
    town = town_ground(plan)
    for item in plan.of("area"):
        tags = OUTER_TAGS.get(item.get("use"))
        if id(item) in placed or tags is None or town.contains(item.geom.centroid):
            continue
        outline = soft(item.geom)
        if item.get("use") in ("industry", "farm"):
            centre = outline.centroid
            key = chance.word("outer", round(centre.x, -1), round(centre.y, -1))
            block = Block(outline, outline, None, key, item.get("use"), item)
            industry(sheet, block)
        else:
            sheet.area(outline, {**tags, **names_of(item)})
