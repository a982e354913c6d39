"""One city: from plan to sheet, step by step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from layers.demo import (
    country,
    courts,
    faults,
    grounds,
    naming,
    places,
    streets,
    uses,
    utilities,
)
from layers.demo.lots import STYLES, build_lots, with_lanes
from layers.demo.naming import AddressLine
from layers.demo.plan import Plan, PlanFeature
from layers.demo.shapes import biggest_part, without_conflicts
from layers.demo.sheet import Sheet
from layers.demo.snow import Round, build_rounds
from layers.demo.streets import Block, StreetNet
from layers.demo.transit import Transit, build_transit


@dataclass
class City:
    """A finished city: what is drawn, its streets, buses and snow clearing rounds."""

    plan: Plan
    sheet: Sheet
    net: StreetNet
    transit: Transit
    rounds: list[Round]


def build_city(plan: Plan, seed: int, operators: dict[str, str]) -> City:
    """Draw a city. Same plan and seed, same city.

    operators: organisation id of the plan's networks -> its name as written on the map.
    """
    sheet = Sheet()
    net = streets.build_streets(plan, seed)
    uses.assign_uses(plan, net.blocks)
    naming.name_streets(plan, net.streets, _lengths(net), seed)
    blue = country.water(sheet, plan, seed)
    country.meadows(sheet, plan, blue)
    country.woods(sheet, plan, blue, seed)
    country.railway(sheet, plan)
    country.corridor_areas(sheet, plan)
    fill_blocks(sheet, plan, net, blue, seed)
    country.gardens(sheet, plan, blue, seed)
    villages = country.villages(sheet, plan, seed)
    places.country_roads(sheet, plan, seed)
    clear_streets(sheet, net, blue)
    draw_streets(sheet, net)
    village_streets(sheet, plan, villages, net, seed)
    places.place_names(sheet, plan, net)
    places.services(sheet, net, plan.shops, seed)
    found = utilities.stretches(plan, net)
    utilities.networks(sheet, found, operators, seed)
    utilities.lamps(sheet, found, seed)
    utilities.cameras(sheet, net, plan, seed)
    transit = build_transit(sheet, plan, net, seed)
    faults.spoil_sheet(sheet, seed)
    return City(plan, sheet, net, transit, build_rounds(plan, net))


def _lengths(net: StreetNet) -> np.ndarray:
    return np.bincount(
        net.edge_street, weights=shapely.length(net.edges), minlength=len(net.streets)
    )


def fill_blocks(sheet: Sheet, plan: Plan, net: StreetNet, blue, seed: int) -> None:
    """Fill every block by its use."""
    by_use = _blocks_by_use(net, blue)
    for use in ("private", "newprivate"):
        found = by_use.get(use, [])
        for block in found:
            sheet.area(block.inner, {"landuse": "residential"})
        parts = [part for block in found for part in with_lanes(sheet, block.inner)]
        build_lots(sheet, np.array(parts, dtype=object), STYLES[use], seed)
    housing = by_use.get("court", []) + by_use.get("low", [])
    for block in housing:
        sheet.area(block.inner, {"landuse": "residential"})
    courts.build_courts(sheet, housing, seed)
    for use, build in (("school", grounds.school), ("kindergarten", grounds.kindergarten)):
        order = sorted(by_use.get(use, []), key=lambda block: int(block.key))
        for number, block in enumerate(order, start=1):
            build(sheet, block, number)
    for use, fill in _FILLERS.items():
        for block in by_use.get(use, []):
            fill(sheet, block, plan)
    country.outer_areas(sheet, plan, net.blocks)


def _blocks_by_use(net: StreetNet, blue: shapely.Geometry) -> dict[str, list[Block]]:
    """Blocks that are large enough, less water."""
    by_use: dict[str, list[Block]] = {}
    shapely.prepare(blue)
    for block in net.blocks:
        if block.inner.area < 400:
            continue
        if blue.intersects(block.inner):
            block.inner = biggest_part(block.inner.difference(blue.buffer(12)))
            if block.inner.area < 800:
                continue
        by_use.setdefault(block.use, []).append(block)
    return by_use


def _industry(sheet: Sheet, block: Block, plan: Plan) -> None:
    grounds.industry(sheet, block)


def _park(sheet: Sheet, block: Block, plan: Plan) -> None:
    grounds.park(sheet, block, {"leisure": "park"} | country.names_of(block.area))


def _shops(sheet: Sheet, block: Block, plan: Plan) -> None:
    grounds.shops(sheet, block, plan.shops)


_FILLERS: dict[str, Callable[[Sheet, Block, Plan], None]] = {
    "public": lambda sheet, block, plan: grounds.public(sheet, block),
    "shops": _shops,
    "market": _shops,
    "industry": _industry,
    "works": _industry,
    "power_plant": _industry,
    "garages": lambda sheet, block, plan: grounds.garages(
        sheet, block, block.area.name_ru if block.area else ""
    ),
    "park": _park,
    "square": _park,
    "green": lambda sheet, block, plan: sheet.area(block.inner, {"landuse": "grass"}),
    "hospital": lambda sheet, block, plan: grounds.hospital(
        sheet, block, country.names_of(block.area)
    ),
    "campus": lambda sheet, block, plan: grounds.campus(sheet, block, country.names_of(block.area)),
    "stadium": lambda sheet, block, plan: sheet.area(
        block.inner, {"leisure": "stadium"} | country.names_of(block.area)
    ),
}


def clear_streets(sheet: Sheet, net: StreetNet, blue) -> None:
    """Take away buildings that stand on a street, a railway, in water or in each other."""
    geoms = np.array([house.geom for house in sheet.houses], dtype=object)
    keep = without_conflicts(geoms, 0.8, -shapely.area(geoms))
    carriage = np.array([{"residential": 4.5}.get(c, 7.0) for c in net.edge_class()])
    tree = shapely.STRtree(shapely.buffer(net.edges, carriage, quad_segs=2))
    keep[tree.query(geoms, "intersects")[0]] = False
    lines = [
        coords
        for coords, tags in sheet.lines
        if "railway" in tags or tags.get("highway", "footway") != "footway"
    ]
    others = shapely.STRtree([shapely.LineString(coords) for coords in lines])
    keep[others.query(geoms, "dwithin", 2.6)[0]] = False
    shapely.prepare(blue)
    keep &= ~shapely.intersects(blue, geoms)
    sheet.houses = [house for house, good in zip(sheet.houses, keep, strict=True) if good]


SURFACES = {"primary": "asphalt", "secondary": "asphalt", "tertiary": "asphalt", "trunk": "asphalt"}


def draw_streets(sheet: Sheet, net: StreetNet) -> None:
    """Streets as ways: stretches of one street joined up to the next crossing of main ones."""
    order = np.argsort(net.edge_street, kind="stable")
    bounds = np.searchsorted(net.edge_street[order], np.arange(len(net.streets) + 1))
    for number, street in enumerate(net.streets):
        mine = net.edges[order[bounds[number] : bounds[number + 1]]]
        if not len(mine):
            continue
        tags = {"highway": street.road_class, **naming.street_tags(street)}
        if surface := SURFACES.get(street.road_class):
            tags |= {"surface": surface, "lit": "yes"}
        elif street.key % np.uint64(3):
            tags["surface"] = "asphalt" if street.key % np.uint64(2) else "unpaved"
        for run in streets.runs(mine, street.line, longest_m=900.0):
            sheet.line(run, tags)


def village_streets(
    sheet: Sheet, plan: Plan, villages: list[tuple[PlanFeature, list]], net: StreetNet, seed: int
) -> None:
    """Draw and name village streets, then number all houses of the city."""
    lines = _city_lines(net)
    for item, parts in villages:
        called: dict = {}
        for key, part in parts:
            if key not in called:
                place = (len(called) * 7 + sum(map(ord, item.name_ru))) % naming.VILLAGE_NAMES
                called[key] = plan.streets[place]
            ru, kk = called[key]
            names = {"name": ru, "name:ru": ru, "name:kk": f"{kk} көшесі"}
            sheet.line(part, {"highway": "residential", **names, "surface": "unpaved"})
            lines.append(AddressLine(part, part, ru, settlement=item.name_ru))
    naming.number_houses(sheet, lines, seed)


def _city_lines(net: StreetNet) -> list[AddressLine]:
    """The city's named streets; parts of one name are numbered one after another."""
    start: dict[int, float] = {}
    length: dict[str, float] = {}
    for number, street in enumerate(net.streets):
        start[number] = length.get(street.name_ru, 0.0)
        length[street.name_ru] = start[number] + street.line.length
    found = []
    for edge, number in zip(net.edges, net.edge_street.tolist(), strict=True):
        street = net.streets[number]
        if street.name_ru and street.road_class != "trunk":
            name = naming.address_name(street)
            found.append(AddressLine(edge, street.line, name, start_m=start[number]))
    return found
