"""Streets, railways and water cut the city into blocks; each block is worked on by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from layers.yards.inputs import RAILWAY_HALF_WIDTH_M, CityGround, YardRule

# Roads and grounds farther than this from every house of a site cannot touch its yards.
_FRAME_M = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Houses of one block within reach of one another, and all that limits their ground.

    houses, owners, others: indices into the city's buildings, ascending.
    carriageways (with railways and water), closed: areas that no yard enters.
    pitches: playgrounds and sports grounds, never divided.
    """

    block: shapely.Polygon
    houses: np.ndarray
    owners: np.ndarray
    others: np.ndarray
    carriageways: np.ndarray
    closed: np.ndarray
    pitches: np.ndarray


def street_blocks(city: CityGround) -> np.ndarray:
    """Blocks between carriageways, railways and water, with a frame as the city's edge.

    Polygons that share edges and cover the frame; in a fixed order.
    """
    houses = city.buildings[city.building_is_house]
    xmin, ymin, xmax, ymax = shapely.total_bounds(houses)
    frame = shapely.box(xmin - _FRAME_M, ymin - _FRAME_M, xmax + _FRAME_M, ymax + _FRAME_M)
    lines = np.concatenate(
        [city.roads, city.railways, city.rivers, shapely.boundary(city.water), [frame.exterior]]
    )
    lines = lines[shapely.intersects(lines, frame)]
    noded = shapely.union_all(lines)
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def sites(city: CityGround, rule: YardRule) -> Iterator[Site]:
    """The independent pieces of work, in order of their first house.

    Two houses belong to one site when they stand in one block and a chain of houses not
    farther than twice the reach apart joins them: yards of different sites cannot meet.
    """
    houses = np.flatnonzero(city.building_is_house)
    if not len(houses):
        return
    blocks = street_blocks(city)
    block_of = _block_of(shapely.point_on_surface(city.buildings[houses]), blocks)
    site_of = _components(city.buildings[houses], block_of, 2 * rule.reach_m)
    near = _Neighbourhood(city, rule)
    for site in range(site_of.max() + 1):
        members = np.flatnonzero(site_of == site)
        yield near.site(blocks[block_of[members[0]]], houses[members])


def _block_of(points: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Index of the block that each point lies in; on a border the first one."""
    point, block = shapely.STRtree(blocks).query(points, predicate="intersects")
    order = np.lexsort((block, point))
    point, first = np.unique(point[order], return_index=True)
    result = np.empty(len(points), dtype=int)
    result[point] = block[order][first]
    return result


def _components(geometries: np.ndarray, block_of: np.ndarray, metres: float) -> np.ndarray:
    """Labels of groups of geometries of one block, linked within `metres`; by first member."""
    a, b = shapely.STRtree(geometries).query(geometries, predicate="dwithin", distance=metres)
    same = block_of[a] == block_of[b]
    n = len(geometries)
    graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


class _Neighbourhood:
    """Indexes over the whole city, built once, that answer what lies around a site."""

    def __init__(self, city: CityGround, rule: YardRule) -> None:
        self.city, self.rule = city, rule
        self.buildings = shapely.STRtree(city.buildings)
        self.carriageways = np.concatenate(
            [
                shapely.buffer(city.roads, city.road_half_width_m, quad_segs=4),
                shapely.buffer(city.railways, RAILWAY_HALF_WIDTH_M, quad_segs=4),
                city.water,
            ]
        )
        self.carriageway_tree = shapely.STRtree(self.carriageways)
        self.closed_tree = shapely.STRtree(city.closed)
        self.pitch_tree = shapely.STRtree(city.pitches)

    def site(self, block: shapely.Polygon, houses: np.ndarray) -> Site:
        city, reach = self.city, self.rule.reach_m
        shapely.prepare(block)
        geometries = city.buildings[houses]
        around = np.unique(
            self.buildings.query(geometries, predicate="dwithin", distance=2 * reach)[1]
        )
        around = around[shapely.intersects(block, city.buildings[around])]
        keeps = (city.building_keeps_m[around] > 0) & ~city.building_is_house[around]
        return Site(
            block=block,
            houses=houses,
            owners=around[keeps],
            others=around[~np.isin(around, houses)],
            carriageways=self._near(self.carriageway_tree, self.carriageways, geometries),
            closed=self._near(self.closed_tree, city.closed, geometries),
            pitches=self._near(self.pitch_tree, city.pitches, geometries),
        )

    def _near(self, tree: shapely.STRtree, areas: np.ndarray, geometries: np.ndarray) -> np.ndarray:
        found = tree.query(geometries, predicate="dwithin", distance=2 * self.rule.reach_m)[1]
        return areas[np.unique(found)]
