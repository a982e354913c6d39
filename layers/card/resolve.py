"""From a question to a place: the building, address, yard and territories of a point."""

import datetime as dt
from typing import Any

from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import F
from django.utils.translation import get_language

from citymap.places.registry import Place, PlaceNotFoundError
from layers.choices import Basis
from layers.models import Address, Building, Street, Territory, Yard

NEAREST_BUILDING_M = 30.0
NEAREST_ADDRESS_M = 60.0


def by_point(point: Point, date: dt.date) -> Place:
    """The place at `point` (city CRS): its building is the one there or the nearest in 30 m."""
    building = _buildings().active_on(date).nearest(point, NEAREST_BUILDING_M).first()
    inside = building is not None and building.distance.m == 0
    return _place(
        point=point,
        shape=building.geom if inside else point,
        building=building,
        address=_address_at(point, building, date),
        date=date,
    )


def by_building(building_id: int, date: dt.date) -> Place:
    """The place of a building; a retired one too, since records refer to it."""
    building = _buildings().filter(pk=building_id).first()
    if building is None:
        raise PlaceNotFoundError
    return _place(
        point=building.point,
        shape=building.geom,
        building=building,
        address=_address_at(building.point, building, date),
        date=date,
    )


def by_address(address_id: int, date: dt.date) -> Place:
    """The place of an address: its building's outline, or its point."""
    address = (
        Address.objects.select_related("street", "building__yard__quarter")
        .defer("street__geom", "building__yard__geom_3857")
        .filter(pk=address_id)
        .first()
    )
    if address is None:
        raise PlaceNotFoundError
    building = address.building
    if building is None:
        building = _buildings().active_on(date).nearest(address.geom, NEAREST_BUILDING_M).first()
    return _place(
        point=address.geom,
        shape=building.geom if building else address.geom,
        building=building,
        address=address,
        date=date,
    )


def _buildings():
    return Building.objects.select_related("yard__quarter").defer("yard__geom_3857")


def _address_at(point: Point, building: Building | None, date: dt.date) -> Address | None:
    """The building's own address nearest to the point, else the nearest one in 60 m."""
    found = (
        Address.objects.active_on(date)
        .select_related("street")
        .defer("street__geom")
        .nearest(point, NEAREST_ADDRESS_M)
    )
    nearest = None
    for address in found[:20]:
        if building is not None and address.building_id == building.pk:
            return address
        nearest = nearest or address
    if nearest is None and building is not None:
        return building.addresses.select_related("street").active_on(date).order_by("pk").first()
    return nearest


def _place(
    *,
    point: Point,
    shape: GEOSGeometry,
    building: Building | None,
    address: Address | None,
    date: dt.date,
) -> Place:
    yard = building.yard if building else None
    if yard is None:
        yard = (
            Yard.objects.active_on(date)
            .touching(point)
            .select_related("quarter")
            .defer("geom_3857")
            .first()
        )
    territories = _territories(point, date)
    return Place(
        point=point,
        shape=shape,
        address=None if address is None else _address_json(address, point),
        building=None if building is None else _building_json(building),
        yard=None if yard is None else _yard_json(yard),
        territory=_territory_json(territories),
        objects={
            "building": building,
            "address": address,
            "street": address.street if address else None,
            "yard": yard,
            "territories": territories,
        },
    )


def _territories(point: Point, date: dt.date) -> list[Territory]:
    """Territories around a point, the smallest first."""
    return list(
        Territory.objects.active_on(date)
        .filter(geom__covers=point)
        .annotate(size=Area(F("geom")))
        .order_by("size", "pk")
        .defer("geom")
    )


def localized_name(named: Street | Territory | Any) -> str:
    """The name in the active language, or the one the source gives."""
    language = get_language()
    return getattr(named, f"name_{language}", "") or named.name_ru or named.name


def address_label(address: Address) -> str:
    """`Street, 21` in the active language."""
    street = localized_name(address.street) if address.street else address.street_name
    return f"{street}, {address.house_number}" if street else address.house_number


def _address_json(address: Address, point: Point) -> dict[str, Any]:
    """The address; `distance_m` says how far its position is from the place's point."""
    return {
        "id": address.pk,
        "label": address_label(address),
        "distance_m": round(point.distance(address.geom)),
        "street_id": address.street_id,
        "house_number": address.house_number,
        "postcode": address.postcode,
        "rca_code": address.rca_code,
    }


def _building_json(building: Building) -> dict[str, Any]:
    return {
        "id": building.pk,
        "label": building.name or building.get_use_display(),
        "name": building.name,
        "use": building.use,
        "use_label": building.get_use_display(),
        "use_inferred": building.use_basis == Basis.INFERRED,
        "levels": building.levels,
        "apartments": building.apartments,
        "apartments_inferred": building.apartments_basis == Basis.INFERRED,
        "year_built": building.year_built,
        "rca_code": building.rca_code,
        "area_m2": round(building.area_m2),
        "retired_on": building.valid_to.isoformat() if building.valid_to else None,
    }


def _yard_json(yard: Yard) -> dict[str, Any]:
    quarter = yard.quarter
    return {
        "id": yard.pk,
        "label": yard.localized_label,
        "area_m2": round(yard.area_m2),
        "houses": yard.houses,
        "apartments": yard.apartments,
        "quarter": None if quarter is None else {"id": quarter.pk, "label": quarter.name},
    }


def _territory_json(territories: list[Territory]) -> dict[str, Any] | None:
    if not territories:
        return None
    smallest = territories[0]
    return {
        "id": smallest.pk,
        "label": localized_name(smallest),
        "kind": smallest.kind,
        "within": [
            {"id": outer.pk, "label": localized_name(outer), "kind": outer.kind}
            for outer in territories[1:]
        ],
    }
