import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.tiles.grid import (
    COARSE_BELOW_ZOOM,
    MAX_ZOOM,
    WORLD_HALF_M,
    Tile,
    TileOutOfRangeError,
    in_city,
    tile_at,
    tile_width,
)

positions = st.tuples(st.floats(-179.9, 179.9), st.floats(-85, 85))


@given(positions, st.integers(0, MAX_ZOOM))
def test_the_tile_at_a_position_holds_it(position, z):
    lon, lat = position
    tile = tile_at(lon, lat, z)
    west, south, east, north = tile.bounds
    x = math.radians(lon) * WORLD_HALF_M / math.pi
    y = math.asinh(math.tan(math.radians(lat))) * WORLD_HALF_M / math.pi
    assert west - 1e-3 <= x <= east + 1e-3
    assert south - 1e-3 <= y <= north + 1e-3


def test_the_world_is_one_tile_at_zoom_0():
    assert Tile(0, 0, 0).bounds == (-WORLD_HALF_M, -WORLD_HALF_M, WORLD_HALF_M, WORLD_HALF_M)


@pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, 8), (23, 0, 0)])
def test_there_is_no_tile_out_of_range(numbers):
    with pytest.raises(TileOutOfRangeError):
        Tile(*numbers)


def test_coarse_tiles_have_the_same_buffer_share_as_fine_ones():
    coarse, fine = Tile(COARSE_BELOW_ZOOM - 1, 0, 0), Tile(COARSE_BELOW_ZOOM, 0, 0)
    assert coarse.buffer / coarse.extent == fine.buffer / fine.extent
    assert fine.smallest_area_m2 == 0


def test_the_smallest_area_is_two_screen_pixels_on_the_ground(settings):
    settings.CITYMAP_BBOX = (69.0, 54.8, 69.3, 55.0)
    pixel_m = tile_width(12) / 512 * math.cos(math.radians(54.9))
    assert Tile(12, 0, 0).smallest_area_m2 == pytest.approx((2 * pixel_m) ** 2)


def test_in_city_holds_for_every_tile_that_meets_the_box(settings):
    settings.CITYMAP_BBOX = (69.0, 54.8, 69.3, 55.0)
    assert in_city(tile_at(69.15, 54.87, 16))
    assert in_city(tile_at(69.3, 54.8, 16))
    assert not in_city(tile_at(69.5, 54.87, 16))
