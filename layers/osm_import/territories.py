"""Territories: one per place, nested by what lies within what."""

import numpy as np
import shapely

from layers.choices import TerritoryKind
from layers.osm_import.derive import Table

# Two outlines of a city that share so much of their joint area are one city.
SAME_CITY_SHARE = 0.8
# A territory is part of another that covers so much of it.
PART_SHARE = 0.9
SETTLEMENTS = (TerritoryKind.CITY, TerritoryKind.VILLAGE)


def same_cities(table: Table) -> dict[int, int]:
    """Row of an outline of a place -> row of the official boundary of the same city.

    The boundary is called "city administration"; its name becomes the place's.
    """
    kinds, official = table.columns["kind"], table.columns["official"]
    cities = [row for row, kind in enumerate(kinds) if kind == TerritoryKind.CITY]
    found: dict[int, int] = {}
    for place in (row for row in cities if not official[row]):
        for boundary in (row for row in cities if official[row]):
            one, other = table.geometries[place], table.geometries[boundary]
            shared = shapely.area(shapely.intersection(one, other))
            if shared > SAME_CITY_SHARE * shapely.area(shapely.union(one, other)):
                found[place] = boundary
                for column in ("name", "name_ru", "name_kk"):
                    table.columns[column][boundary] = (
                        table.columns[column][place] or table.columns[column][boundary]
                    )
    return found


def parents(geometries: np.ndarray) -> np.ndarray:
    """(n,) row of the smallest territory that each is part of, -1 for none."""
    areas = shapely.area(geometries)
    found = np.full(len(geometries), -1)
    for row in range(len(geometries)):
        larger = np.flatnonzero(areas > areas[row] * 1.05)
        if not len(larger):
            continue
        shared = shapely.area(shapely.intersection(geometries[row], geometries[larger]))
        around = larger[shared >= PART_SHARE * areas[row]]
        if len(around):
            found[row] = around[np.argmin(areas[around])]
    return found


def depths(parent: np.ndarray) -> np.ndarray:
    """(n,) how many territories are above each."""
    depth = np.zeros(len(parent), dtype=int)
    for row in range(len(parent)):
        above = parent[row]
        while above >= 0:
            depth[row] += 1
            above = parent[above]
    return depth


def settlement_of(points: np.ndarray, outlines: np.ndarray, ids: list[str]) -> list[str]:
    """(n,) id of the smallest settlement that each point lies in, '' for none."""
    found = np.full(len(points), "", dtype=object)
    if len(outlines) and len(points):
        rows, around = shapely.STRtree(outlines).query(points, predicate="within")
        order = np.argsort(-shapely.area(outlines)[around], kind="stable")
        found[rows[order]] = np.array(ids, dtype=object)[around[order]]
    return found.tolist()
