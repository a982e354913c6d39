"""The database as the arrays that yards are derived from, and yards as they are stored."""

from collections.abc import Collection, Iterable

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from layers.choices import (
    CARRIAGEWAY_CLASSES,
    CLOSED_GROUNDS,
    BuildingUse,
    RailwayKind,
    WaterKind,
)
from layers.models import (
    Address,
    Building,
    LandUse,
    Playground,
    Railway,
    Road,
    SportsGround,
    Water,
    Yard,
)
from layers.yards.corrections import PlannedYard, Surroundings
from layers.yards.inputs import HALF_WIDTH_M, CityGround
from layers.yards.labels import yard_label

HOUSE_USES = (BuildingUse.APARTMENTS, BuildingUse.DORMITORY)
# How far around itself a building has ground of its own, metres.
_KEEPS_M = {
    BuildingUse.HOUSE: 25.0,
    BuildingUse.EDUCATION: 30.0,
    BuildingUse.KINDERGARTEN: 30.0,
    BuildingUse.HEALTH: 30.0,
    BuildingUse.INDUSTRIAL: 30.0,
}
# Others of some size keep an apron; smaller ones (kiosks, cabins, sheds) are only cut out.
_LARGE_M2, _LARGE_KEEPS_M = 250.0, 10.0

house_key = Concat(F("source"), Value(":"), F("source_id"))


def read_city() -> CityGround:
    """Everything that yards are derived from, as it is now. Seven queries."""
    ids, uses, buildings = _buildings(Building.objects.current())
    roads = Road.objects.current().filter(road_class__in=CARRIAGEWAY_CLASSES, tunnel=False)
    classes, road_lines = _columns(roads, "road_class")
    rail = Railway.objects.current().filter(kind__in=(RailwayKind.MAIN, RailwayKind.SIDING))
    kinds, water = _columns(Water.objects.current(), "kind")
    area = np.isin(shapely.get_type_id(water), (3, 6))
    river = ~area & (kinds == WaterKind.RIVER)
    closed = LandUse.objects.current().filter(kind__in=CLOSED_GROUNDS)
    is_house = np.isin(uses, HOUSE_USES)
    pitches = np.concatenate(
        [_columns(model.objects.current(), "source_id")[1] for model in (Playground, SportsGround)]
    )
    return CityGround(
        building_ids=ids,
        buildings=buildings,
        building_is_house=is_house,
        building_keeps_m=_keeps_m(uses, shapely.area(buildings), is_house),
        roads=road_lines,
        road_half_width_m=np.array([HALF_WIDTH_M[name] for name in classes], dtype=float),
        railways=_columns(rail, "kind")[1],
        water=water[area],
        rivers=water[river],
        closed=_columns(closed, "kind")[1],
        pitches=pitches[np.isin(shapely.get_type_id(pitches), (3, 6))],
    )


def read_surroundings(buildings: QuerySet[Building]) -> Surroundings:
    """Buildings as the pure rules want them."""
    ids, uses, outlines = _buildings(buildings)
    return Surroundings(ids=ids, buildings=outlines, is_house=np.isin(uses, HOUSE_USES))


def read_yards(yards: QuerySet[Yard]) -> dict[str, PlannedYard]:
    """Yards as stored, by id in the source, with their houses."""
    houses: dict[int, list[str]] = {}
    of_yards = Building.objects.current().filter(yard__in=yards).annotate(key=house_key)
    for yard, key in of_yards.values_list("yard_id", "key").order_by("key"):
        houses.setdefault(yard, []).append(key)
    rows = yards.annotate(wkb=AsWKB("geom")).values_list("pk", "source_id", "origin", "wkb")
    return {
        key: PlannedYard(
            key=key,
            houses=tuple(houses.get(pk, ())),
            ground=shapely.from_wkb(bytes(wkb)),
            corrected=origin == "corrected",
        )
        for pk, key, origin, wkb in rows.order_by("source_id")
    }


def apartments_of(houses: Collection[str]) -> dict[str, int]:
    """Apartments of houses by their key; houses without a number have none."""
    rows = houses_by_key(houses).values_list("key", "apartments")
    return {key: count or 0 for key, count in rows}


def addresses_of(
    houses: Collection[str], *, street: str = "name"
) -> dict[str, list[tuple[str, str]]]:
    """(street, house number) pairs of houses by their key.

    street: the field of `Street` that names it; where it is empty, the source's own name.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    rows = (
        Address.objects.current()
        .filter(building__in=houses_by_key(houses))
        .annotate(
            key=Concat(F("building__source"), Value(":"), F("building__source_id")),
        )
        .values_list("key", f"street__{street}", "street__name", "street_name", "house_number")
    )
    for key, named, original, written, number in rows.order_by("key", "pk"):
        found.setdefault(key, []).append((named or original or written, number))
    return found


def house_names(houses: Collection[str]) -> dict[str, str]:
    """What to call houses in a message: their address, else their id in the source."""
    addresses = addresses_of(houses)
    return {
        house: yard_label(addresses.get(house, ())) or house.partition(":")[2] for house in houses
    }


def houses_by_key(houses: Collection[str]) -> QuerySet[Building]:
    """Current buildings named `source:source_id`, annotated with that `key`."""
    by_source: dict[str, list[str]] = {}
    for house in houses:
        source, _, source_id = house.partition(":")
        by_source.setdefault(source, []).append(source_id)
    found = Building.objects.none()
    for source, ids in sorted(by_source.items()):
        found |= Building.objects.current().filter(source=source, source_id__in=ids)
    return found.annotate(key=house_key)


def _buildings(queryset: QuerySet[Building]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = queryset.annotate(key=house_key, wkb=AsWKB("geom")).values_list("key", "use", "wkb")
    return _arrays(rows.order_by(), 3)


def _columns(queryset: QuerySet, name: str) -> tuple[np.ndarray, np.ndarray]:
    rows = queryset.annotate(wkb=AsWKB("geom")).values_list(name, "wkb").order_by()
    return _arrays(rows, 2)


def _arrays(rows: Iterable[tuple], width: int) -> tuple[np.ndarray, ...]:
    """Columns as arrays; the last one is well-known binary and becomes geometries."""
    columns = list(zip(*rows, strict=True)) or [()] * width
    geometries = shapely.from_wkb(np.array([bytes(wkb) for wkb in columns[-1]], dtype=object))
    texts = [np.array(column, dtype=str) for column in columns[:-1]]
    return *texts, geometries


def _keeps_m(uses: np.ndarray, area_m2: np.ndarray, is_house: np.ndarray) -> np.ndarray:
    keeps = np.where(area_m2 >= _LARGE_M2, _LARGE_KEEPS_M, 0.0)
    keeps[uses == BuildingUse.OUTBUILDING] = 0.0
    for use, metres in _KEEPS_M.items():
        keeps[uses == use] = metres
    keeps[is_house] = 0.0
    return keeps
