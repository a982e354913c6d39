"""The rule as a whole: city in, yards out. Pure: no database, no clock, no chance."""

from collections.abc import Iterator

import numpy as np
import shapely

from layers.yards.blocks import Site, sites
from layers.yards.cells import Cells
from layers.yards.groups import facings, group_houses
from layers.yards.inputs import DEFAULT_RULE, CityGround, Derivation, DerivedYard, YardRule
from layers.yards.outlines import site_ground, touches, walls, yard_part

NO_GROUND = "no open ground around the house"
# Positions of houses in their site, and the ground of their yard.
Piece = tuple[np.ndarray, shapely.Polygon]


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
    open_ground = shapely.difference(_with_whole_pitches(own, group_of, site.pitches), solid)
    pieces = list(_parts(open_ground, houses, group_of, rule))
    found = [(members, part) for members, part in pieces if part is not None]
    landless = [house for members, part in pieces if part is None for house in members]
    found, stranded = _settle(landless, found, houses, site.block, solid, rule)
    ids = city.building_ids[site.houses]
    yards = [
        DerivedYard(ground=part, houses=tuple(sorted(ids[members].tolist())))
        for members, part in found
    ]
    return yards, [(str(ids[house]), NO_GROUND) for house in stranded]


def _with_whole_pitches(own: np.ndarray, group_of: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """What is nearest to each house (n,), but each pitch as a whole with one group of houses.

    The group with most of the pitch has it, by the house with most of it; equal shares go to
    the first.
    """
    own = own.copy()
    for pitch in pitches:
        touched = np.flatnonzero(shapely.intersects(own, pitch))
        shares = shapely.intersection(own[touched], pitch)
        area_m2 = np.round(shapely.area(shares), 2)
        groups = group_of[touched]
        if len(np.unique(groups[area_m2 > 0])) < 2:
            continue
        by_group = np.bincount(groups, weights=area_m2)
        winner = touched[np.argmax(np.where(groups == by_group.argmax(), area_m2, -1.0))]
        own[touched] = shapely.difference(own[touched], pitch)
        own[winner] = shapely.union_all([own[winner], *shares])
    return own


def _parts(
    open_ground: np.ndarray, houses: np.ndarray, group_of: np.ndarray, rule: YardRule
) -> Iterator[tuple[np.ndarray, shapely.Polygon | None]]:
    """The one polygon of each group of houses, and of each house that its group's misses.

    open_ground: what is nearest to each house, without buildings (n,).
    """
    for number in range(group_of.max() + 1):
        members = np.flatnonzero(group_of == number)
        part = yard_part(shapely.union_all(open_ground[members]), houses[members], rule)
        if part is None or len(members) == 1:
            yield members, part
            continue
        reached = touches(part, houses[members], rule)
        yield members[reached], part
        for house in members[~reached]:
            left = shapely.difference(open_ground[house], part)
            yield np.array([house]), yard_part(left, houses[[house]], rule)


def _settle(
    landless: list[int],
    found: list[Piece],
    houses: np.ndarray,
    block: shapely.Polygon,
    solid: shapely.Geometry,
    rule: YardRule,
) -> tuple[list[Piece], list[int]]:
    """Give houses without open ground (drawn on a street, walled in) what is left.

    An apron of free ground, whatever it is mapped as; otherwise a place in the nearest yard.
    Returns the pieces with them, and the houses for which there is neither.
    """
    stranded = []
    for house in landless:
        taken = shapely.union_all([solid, *(part for _, part in found)])
        apron = shapely.buffer(houses[house], rule.apron_m, quad_segs=4)
        free = shapely.difference(shapely.intersection(apron, block), taken)
        part = yard_part(free, houses[[house]], rule)
        if part is not None:
            found = [*found, (np.array([house]), part)]
        elif found:
            away = [round(float(shapely.distance(part, houses[house])), 2) for _, part in found]
            nearest = away.index(min(away))
            members, part = found[nearest]
            found[nearest] = (np.append(members, house), part)
        else:
            stranded.append(house)
    return found, stranded


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
