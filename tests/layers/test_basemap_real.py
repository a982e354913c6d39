"""The base map of the real city: small tiles at the zooms that show it whole."""

import gzip

import pytest

from citymap.tiles import base, cache
from citymap.tiles.grid import Tile
from tests.support.tiles import decode_tile

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("real_city")]


def tiles(z: int):
    for path in sorted((cache.public_root() / base.SOURCE / str(z)).glob("*/*.mvt.gz")):
        yield Tile(z, int(path.parent.name), int(path.name.partition(".")[0])), path


@pytest.mark.parametrize("z", [10, 11, 12])
def test_the_whole_city_is_small(z):
    found = list(tiles(z))
    assert found
    assert max(path.stat().st_size for _, path in found) < 200_000


def test_what_they_show_is_valid_and_inside_its_buffer():
    for z in (10, 12, 14):
        tile, path = max(tiles(z), key=lambda item: item[1].stat().st_size)
        for layer in decode_tile(gzip.decompress(path.read_bytes()), tile).values():
            reach = layer.extent * 8 / 256
            for feature in layer.features:
                west, south, east, north = feature.grid.bounds
                assert min(west, south) >= -reach - 1
                assert max(east, north) <= layer.extent + reach + 1


def test_it_holds_nearly_every_building_and_house_number():
    buildings, numbers = set(), 0
    for tile, path in tiles(15):
        layers = decode_tile(gzip.decompress(path.read_bytes()), tile)
        if "building" in layers:
            buildings |= {feature.id for feature in layers["building"].features}
        if "house_number" in layers:
            numbers += len(layers["house_number"].features)
    assert len(buildings) >= 42_700
    assert numbers >= 30_000
