"""Tile arithmetic: pure, in web Mercator (EPSG:3857, mercator metres).

Tiles are numbered as everywhere on the web (XYZ): at zoom z the world is 2**z tiles wide, x
grows eastwards, y southwards. One tile is 512 screen pixels wide.
"""

import math
from dataclasses import dataclass

from citymap.geo import city_bbox

# Half the width of the web-Mercator world, EPSG:3857 metres (PostGIS uses the same figure).
WORLD_HALF_M = 20037508.342789244
MAX_ZOOM = 22
SCREEN_PIXELS = 512

EXTENT = 4096
# Below this zoom tiles have a coarser grid and leave out polygons too small to be seen.
COARSE_BELOW_ZOOM = 14
COARSE_EXTENT = 512
# Geometry reaches this far over the tile's edge, as a share of its width.
BUFFER_SHARE = 64 / 4096
# A polygon smaller than a square of this many screen pixels is left out of coarse tiles.
SMALLEST_PIXELS = 2


class TileOutOfRangeError(ValueError):
    """There is no such tile."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile; raises TileOutOfRangeError when its numbers name none."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise TileOutOfRangeError(f"zoom must be in 0..{MAX_ZOOM}")
        if not (0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z):
            raise TileOutOfRangeError(f"x and y must be in 0..{(1 << self.z) - 1} at zoom {self.z}")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857 metres, without buffer."""
        width = tile_width(self.z)
        west = -WORLD_HALF_M + self.x * width
        north = WORLD_HALF_M - self.y * width
        return west, north - width, west + width, north

    @property
    def extent(self) -> int:
        """Grid units along one side of the tile."""
        return COARSE_EXTENT if self.z < COARSE_BELOW_ZOOM else EXTENT

    @property
    def buffer(self) -> int:
        """Grid units by which geometry may reach over the edge."""
        return round(self.extent * BUFFER_SHARE)

    @property
    def smallest_area_m2(self) -> float:
        """Ground area (m2) below which a polygon is left out; 0 where none is.

        Taken at the middle of the city for every tile, so that neighbours never disagree.
        """
        if self.z >= COARSE_BELOW_ZOOM:
            return 0.0
        ground = math.cos(math.radians(city_bbox().center[1]))
        return (SMALLEST_PIXELS * ground * tile_width(self.z) / SCREEN_PIXELS) ** 2


def tile_width(z: int) -> float:
    """Width of a tile at zoom `z`, EPSG:3857 metres."""
    return 2 * WORLD_HALF_M / (1 << z)


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile at zoom `z` that holds a WGS 84 position."""
    count = 1 << z
    x = int((lon + 180) / 360 * count)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count)
    return Tile(z, min(x, count - 1), min(max(y, 0), count - 1))


def in_city(tile: Tile) -> bool:
    """Whether the tile shares ground with the city's bounding box."""
    box = city_bbox()
    first, last = tile_at(box.west, box.north, tile.z), tile_at(box.east, box.south, tile.z)
    return first.x <= tile.x <= last.x and first.y <= tile.y <= last.y
