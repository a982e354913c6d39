"""Which surfaces a dig damages: proposed from the city's layers, corrected by hand.

Carriageways, drives and walks are lines on the map; their widths here are those of city
standards and only a proposal. What is none of them and no building counts as lawn.
"""

from collections.abc import Iterable

import shapely
from django.contrib.gis.geos import GEOSGeometry, LineString

from earthworks.choices import DamagedSurface, Method
from earthworks.shapes import pits
from layers.choices import CARRIAGEWAY_CLASSES, RoadClass
from layers.models import Building, Road

LANE_M = 3.5
DEFAULT_LANES = 2
DRIVE_WIDTH_M = 4.0
SIDEWALK_WIDTH_M = 2.0
# The widest carriageway whose axis may be this far from a dig and still be touched by it.
REACH_M = 20.0
_WALKS = (RoadClass.PEDESTRIAN, RoadClass.FOOTWAY, RoadClass.CYCLEWAY, RoadClass.STEPS)

Line = tuple[DamagedSurface, float, shapely.Geometry]


def surface_of(road_class: str, lanes: int | None) -> tuple[DamagedSurface, float] | None:
    """What a road counts as, and how wide it is, m; None for what has no made surface."""
    if road_class in CARRIAGEWAY_CLASSES:
        return DamagedSurface.ROAD, LANE_M * (lanes or DEFAULT_LANES)
    if road_class == RoadClass.SERVICE:
        return DamagedSurface.DRIVE, DRIVE_WIDTH_M
    if road_class in _WALKS:
        return DamagedSurface.SIDEWALK, SIDEWALK_WIDTH_M
    return None


def divide(
    dig: shapely.Geometry, lines: Iterable[Line], buildings: Iterable[shapely.Geometry]
) -> dict[DamagedSurface, float]:
    """Area of each surface within `dig`, m2. Where they overlap the road comes first. Pure."""
    left = shapely.difference(dig, shapely.union_all(list(buildings)))
    areas = dict.fromkeys(DamagedSurface, 0.0)
    listed = list(lines)
    for surface in (DamagedSurface.ROAD, DamagedSurface.DRIVE, DamagedSurface.SIDEWALK):
        covers = [
            shapely.buffer(line, width / 2, cap_style="flat")
            for kind, width, line in listed
            if kind == surface
        ]
        cover = shapely.union_all(covers)
        areas[surface] = shapely.area(shapely.intersection(left, cover))
        left = shapely.difference(left, cover)
    areas[DamagedSurface.LAWN] = shapely.area(left)
    return {surface: round(area, 1) for surface, area in areas.items()}


def damaged(outline: GEOSGeometry, drawn: GEOSGeometry, method: str) -> dict[DamagedSurface, float]:
    """Damaged area by surface, m2: of the whole outline, or only of the pits of a drilling."""
    if method == Method.DIRECTIONAL_DRILLING and isinstance(drawn, LineString):
        return propose(pits(outline, drawn))
    return propose(outline)


def propose(geom: GEOSGeometry) -> dict[DamagedSurface, float]:
    """Damaged area by surface, m2, as far as the map tells."""
    lines = []
    roads = Road.objects.current().near(geom, REACH_M)
    for road in roads.values_list("road_class", "lanes", "geom"):
        found = surface_of(road[0], road[1])
        if found:
            lines.append((*found, shapely.from_wkb(bytes(road[2].wkb))))
    houses = Building.objects.current().touching(geom).values_list("geom", flat=True)
    return divide(
        shapely.from_wkb(bytes(geom.wkb)),
        lines,
        [shapely.from_wkb(bytes(house.wkb)) for house in houses],
    )
