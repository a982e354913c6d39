"""Nothing is lost at the edges of tiles: whatever is drawn, the tiles together show it whole."""

import dataclasses

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import box, union_all
from shapely.geometry import LineString, Point, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.wkb import loads

from citymap.tiles.grid import Tile, tile_at, tile_width
from citymap.tiles.mvt import render
from citymap.tiles.registry import MapLayer
from layers.models import WasteSite
from tests.support.tiles import decode_tile, make, mercator_wkt

pytestmark = pytest.mark.django_db

LAYER = MapLayer(
    name="thing", source="test", title="", group="", min_zoom=0,
    queryset=WasteSite.objects.current,
)  # fmt: skip
LINES = dataclasses.replace(LAYER, retraces=True)
# Rounding to the tile's grid and simplifying by it: this many grid units.
TOLERANCE_UNITS = 2.5

# Coordinates in tile widths from the north-west corner of the middle tile: many upon edges.
share = st.one_of(
    st.sampled_from([-1.0, -0.5, -1 / 64, 0.0, 1 / 4096, 1 / 64, 0.5, 1 - 1 / 4096, 1.0, 2.0]),
    st.floats(-1.5, 2.5),
)
spot = st.tuples(share, share)
points = spot.map(Point)


def side(thing: BaseGeometry) -> tuple[float, float]:
    """Width and height of the bounding box."""
    west, south, east, north = thing.bounds
    return east - west, north - south


# What is smaller than the grid of a coarse tile may vanish: that is what coarse means.
lines = (
    st.lists(spot, min_size=2, max_size=6)
    .map(LineString)
    .filter(lambda line: line.length and max(side(line)) > 4 / 512)
)
polygons = (
    st.lists(spot, min_size=3, max_size=7, unique=True)
    .map(lambda ring: Polygon(ring).buffer(0))
    .filter(lambda polygon: not polygon.buffer(-4 / 512).is_empty)
)
HUGE = box(-400, -400, 400, 400)


def placed(thing: BaseGeometry, middle: Tile) -> BaseGeometry:
    """From tile widths to EPSG:3857."""
    west, _, _, north = middle.bounds
    width = tile_width(middle.z)

    def move(part):
        if isinstance(part[0], int | float):
            return (west + part[0] * width, north - part[1] * width)
        return [move(item) for item in part]

    geometry = thing.__geo_interface__
    return shape({"type": geometry["type"], "coordinates": move(geometry["coordinates"])})


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(thing=st.one_of(points, lines, polygons), z=st.sampled_from([12, 14, 16]))
@example(thing=HUGE, z=14)
@example(thing=Point(0, 0), z=14)
@example(thing=Point(1, 1), z=12)
@example(thing=LineString([(0, -1), (0, 2)]), z=16)
@example(thing=LineString([(0.1, 0.1), (0.7, 0.1), (0.1, 0.1)]), z=14)
@example(thing=LineString([(-1, 0.2), (0.5, 0.2), (0.5, 0.9), (0.5, 0.2), (2, 0.2)]), z=12)
@example(thing=box(0, 0, 1, 1), z=12)
@example(thing=box(-1, -1, 0, 0), z=16)
def test_tiles_together_show_the_whole(thing, z):
    middle = tile_at(69.15, 54.87, z)
    unit = tile_width(z) / middle.extent
    tolerance = TOLERANCE_UNITS * unit
    layer = LINES if isinstance(thing, LineString) else LAYER
    with transaction.atomic():
        stored = make(WasteSite, mercator_wkt(placed(thing, middle)))
        stored.refresh_from_db()
        truth = loads(bytes(stored.geom_3857.wkb))
        shown = []
        for x in range(middle.x - 2, middle.x + 4):
            for y in range(middle.y - 2, middle.y + 4):
                tile = Tile(z, x, y)
                features = decode_tile(render([layer], tile).data, tile).get("thing")
                parts = [feature.geometry for feature in features.features] if features else []
                assert all(part.is_valid for part in parts)
                frame = box(*tile.bounds)
                shown += [part.intersection(frame) for part in parts]
        transaction.set_rollback(True)
    window = (
        box(*Tile(z, middle.x - 2, middle.y - 2).bounds)
        .union(box(*Tile(z, middle.x + 3, middle.y + 3).bounds))
        .envelope
    )
    seen, expected = union_all(shown), truth.intersection(window)
    assert not seen.is_empty
    # Nothing is missing, and nothing is shown that is not there.
    assert expected.difference(seen.buffer(tolerance)).length < unit / 100
    assert seen.difference(truth.buffer(tolerance)).length < unit / 100
