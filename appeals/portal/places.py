"""Where a public card says its appeal is: by the precision of its category. Nothing as typed."""

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.utils.translation import get_language

from appeals.choices import Precision
from appeals.models import Appeal
from citymap.geo import city_srid, lon_lat
from layers.choices import TerritoryKind
from layers.models import Address, Territory

GRID_M = {Precision.EXACT: 10.0, Precision.STREET: 100.0, Precision.DISTRICT: 1000.0}
NEAR_M = 150.0


@dataclass(frozen=True, kw_only=True)
class ShownPlace:
    """A label in the city's own words, a point, and how far off the point may be."""

    label: str
    lon: float
    lat: float
    within_m: int


def shown_place(appeal: Appeal) -> ShownPlace:
    """The coarse place; the label comes from the city's addresses, never from what was typed."""
    precision = Precision(appeal.category.precision)
    grid = GRID_M[precision]
    centre = appeal.geom.point_on_surface
    point = Point(
        (centre.x // grid + 0.5) * grid, (centre.y // grid + 0.5) * grid, srid=city_srid()
    )
    lon, lat = lon_lat(point)
    return ShownPlace(
        label=_label(appeal, centre, precision), lon=round(lon, 5), lat=round(lat, 5),
        within_m=int(grid),
    )  # fmt: skip


def _label(appeal: Appeal, centre: Point, precision: Precision) -> str:
    if precision == Precision.DISTRICT:
        found = Territory.objects.current().filter(kind=TerritoryKind.DISTRICT).touching(centre)
        district = found.order_by("pk").first()
        return _name_of(district) if district else ""
    addresses = Address.objects.current().select_related("street")
    address = None
    if appeal.building_id is not None:
        address = addresses.filter(building=appeal.building_id).order_by("pk").first()
    if address is None:
        address = addresses.nearest(centre, NEAR_M).first()
    if address is None:
        return ""
    if precision == Precision.EXACT:
        return str(address)
    return address.street.name if address.street_id else address.street_name


def _name_of(territory: Territory) -> str:
    language = (get_language() or "ru")[:2]
    return getattr(territory, f"name_{language}", "") or territory.name
