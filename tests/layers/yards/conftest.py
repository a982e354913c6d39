"""A small town in the database: two courts and a school in one block."""

import datetime as dt

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from citymap.accounts.models import User
from citymap.geo import city_srid
from layers.models import Address, Building, LandUse, Road, Yard
from layers.yards.reading import read_yards
from layers.yards.services import derive_yards
from tests.layers.yards.towns import Town, slab, street_grid

FIRST_DAY = dt.date(2025, 9, 1)
LATER = dt.date(2025, 11, 12)


def geos(shape: shapely.Geometry) -> GEOSGeometry:
    return GEOSGeometry(shapely.to_wkb(shape, hex=True), srid=city_srid())


def house(
    name: str, shape: shapely.Geometry, *, apartments: int = 60, number: str = ""
) -> Building:
    """An apartment house with an address, in the database."""
    building = Building.objects.create(
        source="osm", source_id=name, valid_from=FIRST_DAY, use="apartments",
        use_basis="stated", apartments=apartments, apartments_basis="stated",
        geom=geos(shapely.MultiPolygon([shape])),
    )  # fmt: skip
    if number:
        Address.objects.create(
            source="osm", source_id=name, valid_from=FIRST_DAY, street_name="улица Мира",
            house_number=number, building=building, geom=geos(shape.centroid),
        )  # fmt: skip
    return building


@pytest.fixture
def town() -> Town:
    """West court: w1, w2; east court, 130 m away: e1, e2; a school ground beside it."""
    return Town(
        streets=street_grid(1, 1, 340, 120),
        houses={
            "w1": slab(20, 20, 12, 80),
            "w2": slab(70, 20, 12, 80),
            "e1": slab(210, 20, 12, 80),
            "e2": slab(260, 20, 12, 80),
        },
        closed=[shapely.box(295, 10, 330, 110)],
    )


@pytest.fixture
def city(db, town: Town) -> Town:
    """The town in the database, its yards derived: {w1, w2} and {e1, e2}."""
    return settle(town)


@pytest.fixture
def close_city(db, town: Town) -> Town:
    """The same with both courts side by side: west and east meet half-way."""
    town.houses["e1"] = slab(130, 20, 12, 80)
    town.houses["e2"] = slab(168, 20, 12, 80)
    return settle(town)


def settle(town: Town) -> Town:
    """Put a town into the database and derive its yards."""
    for number, (name, shape) in enumerate(town.houses.items(), start=1):
        house(name, town.placed(shape), number=str(number), apartments=10 * number)
    for number, line in enumerate(town.streets):
        Road.objects.create(
            source="osm", source_id=f"s{number}", valid_from=FIRST_DAY,
            road_class="residential", kind="residential", geom=geos(town.placed(line)),
        )  # fmt: skip
    for number, ground in enumerate(town.closed):
        LandUse.objects.create(
            source="osm", source_id=f"g{number}", valid_from=FIRST_DAY, kind="education",
            geom=geos(shapely.MultiPolygon([town.placed(ground)])),
        )  # fmt: skip
    derive_yards(when=FIRST_DAY, say=lambda text: None)
    return town


@pytest.fixture
def planner(db) -> User:
    return User.objects.create_user("plan", password="x", roles=["planner"])


def yard_of(name: str) -> Yard:
    return Building.objects.get(source_id=name).yard


def wider_west(city: Town) -> shapely.Polygon:
    """West with a strip of 12 m of its neighbour's ground."""
    west, east = yard_of("w1"), yard_of("e1")
    grounds = read_yards(Yard.objects.filter(pk__in=[west.pk, east.pk]))
    strip = city.placed(shapely.box(80, 10, 120, 110))
    hull = shapely.union_all([grounds[west.source_id].ground, strip])
    return shapely.Polygon(hull.exterior)
