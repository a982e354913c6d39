"""Names on the map, boundaries, and country roads to what lies outside the town."""

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from layers.demo import chance
from layers.demo.country import names_of, soft
from layers.demo.plan import Plan
from layers.demo.shapes import biggest_part, smooth, smooth_ring
from layers.demo.sheet import Sheet, Tags
from layers.demo.streets import StreetNet

PLACE_MARGIN_M = 14.0


def place_names(sheet: Sheet, plan: Plan, net: StreetNet) -> None:
    """The city's own name, its quarters as areas, its villages as points."""
    for item in plan.of("boundary"):
        square = next((a.geom for a in plan.of("area") if a.get("use") == "square"), item.geom)
        names = {"place": "city", **city_names(plan)}
        names["population"] = str(item.get("population", ""))
        sheet.point(*square.centroid.coords[0], names)
    for zone in plan.of("zone"):
        mine = [b.polygon for b in net.blocks if b.zone is zone]
        if not mine or not zone.name_ru:
            continue
        whole = shapely.buffer(
            shapely.union_all(shapely.buffer(mine, PLACE_MARGIN_M)), -PLACE_MARGIN_M
        )
        outline = Polygon(biggest_part(whole).exterior).simplify(3)
        kind = "suburb" if outline.area > 2e6 else "neighbourhood"
        sheet.area(outline, {"place": kind, **names_of(zone)})


def city_names(plan: Plan) -> Tags:
    """The city's names: the plan's own for the home city, else those of the region's list."""
    return plan.names or names_of(plan.of("boundary")[0])


def boundaries(plan: Plan) -> list[tuple[np.ndarray, Tags]]:
    """Rings and tags of the city's boundary and of its districts."""
    found: list[tuple[np.ndarray, Tags]] = []
    names = city_names(plan)
    for item in plan.of("boundary"):
        city = smooth_ring(item.geom, 120)
        found.append(
            (
                np.asarray(city.exterior.coords),
                {
                    "boundary": "administrative", "admin_level": "6", "place": "city", **names,
                    "official_name:ru": f"Город {names['name:ru']}",
                },
            )
        )  # fmt: skip
        for part, tags in _districts(plan, city):
            found.append((np.asarray(part.exterior.coords), tags))
    return found


def _districts(plan: Plan, city: Polygon) -> list[tuple[Polygon, Tags]]:
    lines = [item.geom for item in plan.of("district_line")]
    noded = shapely.union_all([*lines, city.boundary])
    parts = [
        p for p in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        if city.contains(p.representative_point())
    ]  # fmt: skip
    found = []
    for item in plan.of("district"):
        for part in parts:
            if part.contains(item.geom):
                found.append(
                    (part, {"boundary": "administrative", "admin_level": "6", **names_of(item)})
                )
    return found


def country_roads(sheet: Sheet, plan: Plan, seed: int) -> None:
    """Tracks from villages and garden massifs to the nearest road, and across the steppe."""
    roads = shapely.union_all([item.geom for item in plan.of("street")])
    spots = [soft(item.geom) for kind in ("village", "gardens") for item in plan.of(kind)]
    for outline in spots:
        line = shapely.shortest_line(outline.exterior, roads)
        if 15 < line.length < 5000:
            _bend(sheet, line, {"highway": "unclassified", "surface": "unpaved"}, seed)
    centres = [outline.centroid for outline in spots]
    water = shapely.union_all([item.geom.buffer(70) for item in plan.of("river") + plan.of("lake")])
    for index, centre in enumerate(centres):
        others = sorted(
            (centre.distance(other), n) for n, other in enumerate(centres) if n != index
        )
        for _, other in others[:2]:
            if other > index:
                line = LineString([centre, centres[other]])
                line = line.difference(shapely.union_all([spots[index], spots[other]]))
                if line.geom_type == "LineString" and not line.intersects(water):
                    _bend(sheet, line, {"highway": "track"}, seed)


def _bend(sheet: Sheet, line: LineString, tags: Tags, seed: int) -> None:
    """A road that winds a little."""
    start, end = np.asarray(line.coords)[[0, -1]]
    key = chance.spots(seed, "bend", start[:1], start[1:], 20.0)
    across = np.array([-(end - start)[1], (end - start)[0]]) / 12
    turns = [chance.uniform(key, f"turn {n}")[0] - 0.5 for n in range(3)]
    points = [start + (end - start) * (n + 1) / 4 + across * turn for n, turn in enumerate(turns)]
    sheet.line(smooth(np.array([start, *points, end]), 80), tags)


def services(sheet: Sheet, net: StreetNet, shops: list[str], seed: int) -> None:
    """Small shops, chemists, cafes and banks on main streets, as points."""
    busy = np.flatnonzero(np.isin(net.edge_class(), ["primary", "secondary", "tertiary"]))
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(net.edges[busy], 0.4, normalized=True)
    )
    keys = chance.spots(seed, "service", *middle.T)
    kinds = {"shop": 0.5, "pharmacy": 0.12, "cafe": 0.14, "atm": 0.1, "bank": 0.05,
             "post_office": 0.03, "dentist": 0.06}  # fmt: skip
    for (x, y), kind, there, name in zip(
        middle, chance.pick(keys, "kind", kinds), chance.uniform(keys, "there"),
        chance.uniform(keys, "name"), strict=True,
    ):  # fmt: skip
        if there > 0.62:
            continue
        tags = {"shop": "convenience"} if kind == "shop" else {"amenity": kind}
        if kind in ("shop", "cafe"):
            tags["name"] = shops[int(name * len(shops))]
        spot = Point(x + 21, y + 17)
        sheet.point(spot.x, spot.y, tags)
