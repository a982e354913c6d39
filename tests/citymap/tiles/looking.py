"""Tiles as a reader gets them, and what is marked to be drawn again."""

from django.test import Client

from citymap.tiles import cache
from citymap.tiles.grid import Tile, tile_at
from citymap.tiles.models import DirtyTile
from tests.support.tiles import decode_tile

LON, LAT = 69.15, 54.87
TILE = tile_at(LON, LAT, 16)
FAR = tile_at(69.25, 54.95, 16)


def look(tile: Tile = TILE, source: str = "city"):
    return Client().get(f"/tiles/{source}/{tile.z}/{tile.x}/{tile.y}.mvt")


def kept(tile: Tile = TILE, source: str = "city") -> bytes | None:
    return cache.read(source, f"{tile.z}/{tile.x}/{tile.y}")


def names(tile: Tile = TILE) -> list[str]:
    response = look(tile)
    if response.status_code == 204:
        return []
    found = decode_tile(response.content, tile)
    return [feature.properties.get("name", "") for feature in found["playground"].features]


def pending() -> set[tuple]:
    return set(
        DirtyTile.objects.filter(removed_at=None).values_list("source", "z", "x", "y").distinct()
    )


def neighbours(tile: Tile) -> set[tuple]:
    return {("city", tile.z, tile.x + dx, tile.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
