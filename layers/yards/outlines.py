"""From ground and houses to the one polygon of a yard."""

import numpy as np
import shapely

from layers.yards.blocks import Site
from layers.yards.inputs import YardRule

# Yards keep this far from walls, so that rounding to the grid never puts one inside a building.
_WALL_GAP_M = 0.02


def site_ground(site: Site, houses: np.ndarray, rule: YardRule) -> shapely.Geometry:
    """Open ground of a site before it is divided: buildings are still inside.

    Ground within the margin of a house, and all ground between houses up to twice the reach
    apart (a morphological closing, with enclosed holes filled), inside the block, without
    carriageways, railways, water and closed grounds. Around a house inside closed grounds an
    apron stays.
    """
    ground = shapely.intersection(_within_reach(houses, rule), site.block)
    closed = shapely.union_all(site.closed)
    inside = houses[shapely.area(shapely.intersection(houses, closed)) > 0.5 * shapely.area(houses)]
    if len(inside):
        closed = shapely.difference(
            closed, shapely.union_all(shapely.buffer(inside, rule.apron_m, quad_segs=4))
        )
    ground = shapely.difference(ground, shapely.union_all(site.carriageways))
    return shapely.difference(ground, closed)


def _within_reach(houses: np.ndarray, rule: YardRule) -> shapely.Geometry:
    reached = shapely.union_all(shapely.buffer(houses, rule.reach_m, quad_segs=4))
    reached = without_holes(reached, smaller_than_m2=rule.max_area_m2)
    return shapely.buffer(reached, rule.margin_m - rule.reach_m, quad_segs=4)


def without_holes(geometry: shapely.Geometry, *, smaller_than_m2: float) -> shapely.Geometry:
    """The geometry with holes smaller than a given area filled."""
    parts = []
    for part in shapely.get_parts(geometry):
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= smaller_than_m2]
        parts.append(shapely.Polygon(part.exterior, holes))
    return shapely.union_all(parts)


def walls(buildings: np.ndarray) -> shapely.Geometry:
    """All buildings as one area, a hair larger than they are."""
    return shapely.union_all(
        shapely.buffer(buildings, _WALL_GAP_M, join_style="mitre", mitre_limit=2.0)
    )


def yard_part(
    ground: shapely.Geometry, houses: np.ndarray, rule: YardRule
) -> shapely.Polygon | None:
    """The one piece of ground that is the yard of these houses, None when there is none.

    It touches most of the houses and is the largest such piece; pieces joined by less than a
    passage are pieces apart. Ground over the largest area is cut back towards the houses.
    """
    part = _largest_part(ground, houses, rule)
    reach = rule.reach_m
    while part is not None and part.area > rule.max_area_m2 and reach > 1.0:
        reach *= 0.8
        near = shapely.union_all(shapely.buffer(houses, reach, quad_segs=4))
        part = _largest_part(shapely.intersection(ground, near), houses, rule)
    return part


def touches(ground: shapely.Geometry, houses: np.ndarray, rule: YardRule) -> np.ndarray:
    """Which houses stand at this ground, bool (n,)."""
    return shapely.dwithin(ground, houses, 2 * rule.passage_m)


def _largest_part(
    ground: shapely.Geometry, houses: np.ndarray, rule: YardRule
) -> shapely.Polygon | None:
    corners = {"join_style": "mitre", "mitre_limit": 2.0}
    inner = shapely.buffer(ground, -rule.passage_m, **corners)
    # A mitred buffer of several pieces may come out invalid (shells inside shells).
    grown = shapely.make_valid(shapely.buffer(inner, rule.passage_m, **corners))
    opened = shapely.intersection(grown, ground)
    clean = shapely.set_precision(opened, rule.grid_m)
    parts = [p for p in shapely.get_parts(clean) if p.geom_type == "Polygon" and not p.is_empty]
    if not parts:
        return None
    ranks = [(int(touches(p, houses, rule).sum()), round(p.area, 1)) for p in parts]
    return shapely.normalize(parts[ranks.index(max(ranks))])
