"""The demo city against the real extract, figure by figure (docs/adr/0701-demo-city.md)."""

import numpy as np
import pytest
import shapely

from tests.layers.demo.conftest import DrawnCity, read_city
from tests.support.databases import real_extract

MAIN = ("trunk", "primary", "secondary", "tertiary")
# figure -> by what share the demo may be off
TOLERANCE = {
    "buildings": 0.08,
    "buildings that only say yes": 0.08,
    "tagged apartments": 0.25,
    "median outline of tagged apartments, m2": 0.2,
    "with storeys": 0.3,
    "house numbers": 0.12,
    "roads, km": 0.15,
    "residential and unclassified, km": 0.15,
    "trunk to tertiary, km": 0.2,
    "residential land, ha": 0.15,
    "industrial land, ha": 0.15,
    "garden societies, ha": 0.2,
    "cameras": 0.02,
    "bus stops": 0.5,
}


def figures(city: DrawnCity) -> dict[str, float]:
    """The figures that the demo is calibrated on."""
    kinds = city.buildings_by("building")
    apartments = [
        house.area
        for house, tags in zip(city.buildings, city.building_tags, strict=True)
        if tags["building"] == "apartments"
    ]
    classes = np.array([tags["highway"] for tags in city.road_tags])
    km = shapely.length(city.roads) / 1000

    def hectares(use: str) -> float:
        return sum(area.area for area, tags in city.areas if tags.get("landuse") == use) / 1e4

    numbered = [*city.building_tags, *city.points, *(tags for _, tags in city.areas)]
    return {
        "buildings": len(city.buildings),
        "buildings that only say yes": kinds["yes"],
        "tagged apartments": kinds["apartments"],
        "median outline of tagged apartments, m2": float(np.median(apartments)),
        "with storeys": sum(city.buildings_by("building:levels").values()),
        "house numbers": sum("addr:housenumber" in tags for tags in numbered),
        "roads, km": km.sum(),
        "residential and unclassified, km": km[
            np.isin(classes, ("residential", "unclassified"))
        ].sum(),
        "trunk to tertiary, km": km[np.isin(classes, MAIN)].sum(),
        "residential land, ha": hectares("residential"),
        "industrial land, ha": hectares("industrial"),
        "garden societies, ha": hectares("allotments"),
        "cameras": city.count("man_made", "surveillance"),
        "bus stops": city.count("highway", "bus_stop"),
    }


@pytest.mark.realdata
def test_proportions_are_those_of_the_real_city(drawn):
    real, demo = figures(read_city(real_extract())), figures(drawn)
    off = {
        name: (round(real[name]), round(demo[name]))
        for name, share in TOLERANCE.items()
        if abs(demo[name] - real[name]) > share * real[name]
    }
    assert not off, f"figure: (real, demo) {off}"
