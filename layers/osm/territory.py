"""Tags -> territories and place names."""

from typing import Any

from layers.choices import PlaceKind, TerritoryKind
from layers.osm import values
from layers.osm.tags import Tags

_TERRITORY_PLACES = {
    "city": TerritoryKind.CITY,
    "town": TerritoryKind.CITY,
    "village": TerritoryKind.VILLAGE,
    "hamlet": TerritoryKind.VILLAGE,
    "suburb": TerritoryKind.SUBURB,
    "borough": TerritoryKind.DISTRICT,
    "quarter": TerritoryKind.MICRODISTRICT,
    "neighbourhood": TerritoryKind.MICRODISTRICT,
}
_PLACES = {
    "city": PlaceKind.CITY,
    "town": PlaceKind.CITY,
    "village": PlaceKind.VILLAGE,
    "hamlet": PlaceKind.VILLAGE,
    "isolated_dwelling": PlaceKind.LOCALITY,
    "locality": PlaceKind.LOCALITY,
    "suburb": PlaceKind.SUBURB,
    "borough": PlaceKind.SUBURB,
    "quarter": PlaceKind.NEIGHBOURHOOD,
    "neighbourhood": PlaceKind.NEIGHBOURHOOD,
    "allotments": PlaceKind.GARDEN_SOCIETY,
}
# A city that is a district of its region is called so in its official name.
_CITY_WORDS = ("қала", "город", "city")


def territory(tags: Tags) -> dict[str, Any] | None:
    """A named area: an administrative boundary, or a settlement or part of one.

    `official` tells a boundary from an outline of the built-up place; it is not stored.
    """
    official = tags.get("boundary") == "administrative"
    kind = _by_level(tags) if official else _TERRITORY_PLACES.get(tags.get("place") or "")
    if kind is None:
        return None
    return {
        "kind": kind,
        "name": tags.text("name", "name:ru", "name:kk"),
        "name_ru": tags.text("name:ru"),
        "name_kk": tags.text("name:kk"),
        "code": tags.text("ref:KATO", "kato", "ref:KZ:KATO", length=20),
        "official": official,
    }


def _by_level(tags: Tags) -> TerritoryKind | None:
    """Kazakhstan: 4 region, 6 district or city, 8 rural district, 9-10 parts of a city."""
    level = values.whole_number(tags.get("admin_level"), low=1, high=12)
    if level is None or level < 3:
        return None
    if level <= 4:
        return TerritoryKind.REGION
    names = " ".join((tags.get("name") or "", tags.get("name:ru") or "")).casefold()
    is_city = tags.get("place") in ("city", "town") or any(word in names for word in _CITY_WORDS)
    if is_city and level <= 8:
        return TerritoryKind.CITY
    return TerritoryKind.DISTRICT if level <= 8 else TerritoryKind.MICRODISTRICT


def place(tags: Tags) -> dict[str, Any] | None:
    """A name on the map: a settlement, part of one, or a garden society."""
    kind = _PLACES.get(tags.get("place") or "")
    if kind is None and tags.get("landuse") == "allotments" and "name" in tags.source:
        kind = PlaceKind.GARDEN_SOCIETY
    if kind is None:
        return None
    return {
        "kind": kind,
        "name": tags.text("name", "name:ru", "name:kk"),
        "name_ru": tags.text("name:ru"),
        "name_kk": tags.text("name:kk"),
        "population": tags.read(values.whole_number, "population"),
    }
