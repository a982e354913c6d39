"""Decoded tiles with their geometry back in EPSG:3857, and city objects to draw."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

import mapbox_vector_tile
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from citymap.geo import WEB_MERCATOR_SRID
from citymap.tiles.grid import Tile

_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature of a tile: geometry in the tile's grid (y up) and in EPSG:3857."""

    id: int | None
    properties: dict[str, Any]
    grid: BaseGeometry
    geometry: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class Layer:
    extent: int
    features: list[Feature] = field(default_factory=list)


def decode_tile(data: bytes, tile: Tile) -> dict[str, Layer]:
    """The layers of an uncompressed tile by name."""
    west, south, east, _ = tile.bounds
    layers = {}
    for name, content in mapbox_vector_tile.decode(data).items():
        extent = content["extent"]
        unit = (east - west) / extent

        def mercator(x, y, unit=unit):
            return west + x * unit, south + y * unit

        features = []
        for item in content["features"]:
            grid = shape(item["geometry"])
            features.append(
                Feature(
                    id=item.get("id") or None,  # decoded as 0 where there is none
                    properties=item["properties"],
                    grid=grid,
                    geometry=shape(_moved(item["geometry"], mercator)),
                )
            )
        layers[name] = Layer(extent=extent, features=features)
    return layers


def _moved(geometry: dict, move) -> dict:
    def walk(part):
        return list(move(*part)) if isinstance(part[0], int | float) else [walk(p) for p in part]

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}


def make(model, geom, **values):
    """A city object with the least it needs; `geom` in any CRS."""
    number = next(_numbers)
    needed = {"source": "test", "source_id": f"t{number}", "valid_from": dt.date(2025, 1, 1)}
    return model.objects.create(geom=geom, **{**needed, **values})


def mercator_wkt(geometry: BaseGeometry) -> str:
    """A shapely geometry (EPSG:3857) as EWKT, which Django transforms to the city's CRS."""
    return f"SRID={WEB_MERCATOR_SRID};{geometry.wkt}"
