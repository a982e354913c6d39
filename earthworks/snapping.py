"""Where a drawn point snaps to: the nearest point of a network, a street, a yard's edge, a house.

Candidates are found by their spatial index; only those few are measured.
"""

from dataclasses import dataclass
from typing import Any

import shapely
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from layers.models import Building, NetworkSegment, Road, Yard

# Farther than this no click means an object.
LONGEST_M = 25.0
_AT_MOST = 40


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """A point of the city CRS on an object. kind: network, road, yard or building."""

    x: float
    y: float
    kind: str
    title: str
    distance_m: float


def snap(point: Point, metres: float) -> Snapped | None:
    """The nearest point within `metres` (city CRS); networks win over what lies as near."""
    reach = min(metres, LONGEST_M)
    place = shapely.Point(point.x, point.y)
    best: Snapped | None = None
    for kind, shape, title in _near(point, reach):
        distance = shapely.distance(shape, place)
        if distance > reach or (best is not None and distance >= best.distance_m - 0.01):
            continue
        at = shapely.get_point(shapely.shortest_line(shape, place), 0)
        best = Snapped(x=at.x, y=at.y, kind=kind, title=title, distance_m=round(distance, 3))
    return best


def _near(point: Point, reach: float) -> list[tuple[str, shapely.Geometry, str]]:
    """Outlines and courses near a point as `kind, shape, title`, networks first."""
    found: list[tuple[str, shapely.Geometry, str]] = []
    segments = NetworkSegment.objects.current().near(point, reach)[:_AT_MOST]
    found += [("network", _shape(row), str(row.get_kind_display())) for row in segments]
    roads = Road.objects.current().near(point, reach)[:_AT_MOST]
    found += [("road", _shape(row), row.name or _("road")) for row in roads]
    yards = Yard.objects.current().near(point, reach)[:_AT_MOST]
    found += [("yard", shapely.boundary(_shape(row)), _("edge of a yard")) for row in yards]
    houses = Building.objects.current().near(point, reach)[:_AT_MOST]
    found += [("building", shapely.boundary(_shape(row)), _("wall of a house")) for row in houses]
    return found


def _shape(row: Any) -> shapely.Geometry:
    return shapely.from_wkb(bytes(row.geom.wkb))
