"""A village as an OSM file, with one thing of every layer."""

import pytest

from tests.support.osmfile import OsmFile


@pytest.fixture
def village() -> OsmFile:
    """A street with three houses, and one thing of every layer."""
    city = OsmFile()
    city.line(
        (0, 0), (10, 0), highway="residential", name="улица Мира", name__kk="Бейбітшілік көшесі"
    )
    for number in (1, 2, 3):
        city.square(number, 1, building="yes", addr__street="Мира", addr__housenumber=str(number))
    city.square(
        5,
        1,
        0.6,
        building="apartments",
        building__levels="5",
        addr__street="улица Мира",
        addr__housenumber="5",
    )
    city.point(6, 1, man_made="surveillance")
    city.point(6, 2, highway="street_lamp")
    city.point(6, 3, amenity="waste_disposal")
    city.point(6, 4, highway="bus_stop", name="Мира")
    city.point(6, 5, man_made="manhole", manhole="heat")
    city.point(6, 6, place="suburb", name="Мирный")
    city.square(8, 1, leisure="playground", start_date="2019")
    city.square(8, 2, leisure="pitch", sport="soccer")
    city.line((0, 3), (5, 3), man_made="pipeline", substance="gas")
    city.line((0, 4), (5, 4), railway="rail")
    city.square(10, 5, natural="water")
    city.square(-20, -20, 60, landuse="residential")
    city.square(-30, -30, 80, place="city", name="Петропавл", name__ru="Петропавловск")
    return city  # fmt: skip
