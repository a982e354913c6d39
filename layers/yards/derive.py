"""The rule as a whole: city in, yards out. Pure: no database, no clock, no chance."""

import numpy as np
import shapely

from layers.yards.blocks import Site, sites
from layers.yards.cells import Cells
from layers.yards.groups import facings, group_houses
from layers.yards.inputs import DEFAULT_RULE, CityGround, Derivation, DerivedYard, YardRule
from layers.yards.outlines import site_ground, walls, yard_part


def derive(city: CityGround, *, rule: YardRule = DEFAULT_RULE) -> Derivation:
    """Derive the yards of a city.

    Every house (`building_is_house`) is in exactly one yard or listed in `without_yard`. The
    result does not depend on the order of the inputs, and the yards of a block depend on
    that block alone, so that a city may be derived in pieces.
    """
    city = city.in_fixed_order()
    yards: list[DerivedYard] = []
    without: list[tuple[str, str]] = []
    for site in sites(city, rule):
        site_yards, site_without = derive_site(city, site, rule)
        yards += site_yards
        without += site_without
    yards.sort(key=lambda yard: yard.houses)
    return Derivation(yards=tuple(yards), without_yard=tuple(sorted(without)))


def derive_site(
    city: CityGround, site: Site, rule: YardRule
) -> tuple[list[DerivedYard], list[tuple[str, str]]]:
    """Derive the yards of one site (see `layers.yards.blocks.Site`)."""
    houses = city.buildings[site.houses]
    ground = shapely.difference(site_ground(site, houses, rule), _kept(city, site, rule))
    cells = Cells(houses, spacing_m=rule.point_spacing_m)
    own = np.array(cells.shares(np.arange(len(houses)), ground), dtype=object)
    group_of = group_houses(
        facings(cells.borders, ground=ground, rule=rule),
        houses=houses,
        area_m2=shapely.area(own),
        rule=rule,
    )
    solid = walls(np.concatenate([houses, city.buildings[site.others]]))
    yards, without = [], []
    for number in range(group_of.max() + 1):
        members = np.flatnonzero(group_of == number)
        part = yard_part(
            shapely.difference(shapely.union_all(own[members]), solid), houses[members], rule
        )
        ids = tuple(city.building_ids[site.houses[members]].tolist())
        if part is None:
            without += [(i, "no open ground around the house") for i in ids]
        else:
            yards.append(DerivedYard(ground=part, houses=ids))
    return yards, without


def _kept(city: CityGround, site: Site, rule: YardRule) -> shapely.Geometry:
    """Ground that other buildings keep: near them, and nearer to them than to any house."""
    if not len(site.owners):
        return shapely.Polygon()
    owners = city.buildings[site.owners]
    claimed = shapely.union_all(
        shapely.buffer(owners, city.building_keeps_m[site.owners], quad_segs=4)
    )
    houses = city.buildings[site.houses]
    cells = Cells(np.concatenate([houses, owners]), spacing_m=rule.point_spacing_m)
    group_of = np.concatenate([np.full(len(houses), -1), np.zeros(len(owners), dtype=int)])
    return cells.shares(group_of, claimed)[0]
