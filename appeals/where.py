"""Where an appeal lies: checked against the city, completed from the layers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from appeals.errors import InvalidError
from citymap.geo import city_bbox, city_srid, to_wgs84
from layers.choices import TerritoryKind
from layers.models import (
    Address,
    Building,
    Manhole,
    NetworkSegment,
    Street,
    StreetLamp,
    Territory,
    Yard,
)

KINDS = {
    Building: "building", Yard: "yard", Street: "street", StreetLamp: "lamp", Manhole: "manhole",
    NetworkSegment: "segment",
}  # fmt: skip
MOST_OBJECTS = 50
MOST_POINTS = 2000
# Larger than any problem that one appeal is about.
LARGEST_M2 = 25_000_000.0
# A point this near to a house is at the house.
AT_HOUSE_M = 15.0
# A place without a house this near to a street lies on it.
ON_STREET_M = 25.0
# What a centre serves, where such territories are known; parts of a city say nothing of it.
SERVED = (TerritoryKind.REGION, TerritoryKind.CITY, TerritoryKind.VILLAGE)
_SINGLE = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}


@dataclass(frozen=True, kw_only=True)
class Where:
    """The place of an appeal, whole: geometry in the city CRS, what it belongs to, its label."""

    geom: GEOSGeometry
    label: str = ""
    building: Building | None = None
    yard: Yard | None = None
    street: Street | None = None
    objects: tuple[Any, ...] = field(default_factory=tuple)


def place_of(
    *, geom: GEOSGeometry | None = None, objects: Iterable[Any] = (), label: str = ""
) -> Where:
    """The place from a geometry (city CRS), or from chosen objects of the city.

    Raises InvalidError: no place, outside the city's territory, not valid, too large.
    """
    objects = tuple(objects)
    if len(objects) > MOST_OBJECTS or any(type(one) not in KINDS for one in objects):
        raise InvalidError("objects", _("These objects cannot be the place of an appeal."))
    if geom is None:
        geom = _around([one.geom for one in objects if one.geom is not None])
    _check(geom)
    chosen = {KINDS[type(one)]: one for one in objects}
    building = chosen.get("building") or _building_at(geom)
    yard = chosen.get("yard") or (building.yard if building else None)
    if yard is None:
        yard = Yard.objects.current().touching(geom).order_by("pk").first()
    street = chosen.get("street") or _street_of(geom, building)
    if not label.strip() and building is None and street is not None:
        label = street.name
    return Where(
        geom=geom, label=label.strip()[:300], building=building, yard=yard, street=street,
        objects=objects,
    )  # fmt: skip


def _street_of(geom: GEOSGeometry, building: Building | None) -> Street | None:
    """The street of a house's address; without a house the street that the place lies on."""
    if building is None:
        return Street.objects.current().nearest(geom, ON_STREET_M).first()
    addresses = Address.objects.current().filter(building=building, street__isnull=False)
    found = addresses.select_related("street").order_by("pk").first()
    return found.street if found else None


def _around(geometries: list[GEOSGeometry]) -> GEOSGeometry:
    """One geometry for several objects: their own when there is one, else the union."""
    if not geometries:
        raise InvalidError("place", _("Say where: choose an address or a point on the map."))
    found = geometries[0]
    for geometry in geometries[1:]:
        found = found.union(geometry)
    return found


def _check(geom: GEOSGeometry) -> None:
    if geom.srid != city_srid() or geom.empty or geom.geom_type not in _SINGLE:
        raise InvalidError("place", _("This is no place: a point, a line or an area is needed."))
    if geom.num_coords > MOST_POINTS or not geom.valid or geom.area > LARGEST_M2:
        raise InvalidError("place", _("The shape is too large, or it crosses itself."))
    west, south, east, north = to_wgs84(geom).extent
    box = city_bbox()
    inside = box.contains(west, south) and box.contains(east, north)
    served = Territory.objects.current().filter(kind__in=SERVED)
    # A city without territories serves its whole box.
    if not (inside and (served.touching(geom).exists() or not served.exists())):
        raise InvalidError("place", _("The place lies outside the city."))


def _building_at(geom: GEOSGeometry) -> Building | None:
    """The house at a point: the one it lies in, or the nearest within a few metres."""
    if geom.geom_type != "Point":
        return None
    return Building.objects.current().select_related("yard").nearest(geom, AT_HOUSE_M).first()
