"""Coordinates: the city's metric CRS, its geometry fields, and the way in and out.

Geometry is stored once, in `settings.CITYMAP_SRID` (metres). WGS 84 (EPSG:4326, lon lat)
and web Mercator (EPSG:3857) exist only at the edges: API and tiles.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import pyproj
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import GEOSGeometry, Point

WGS84_SRID = 4326
WEB_MERCATOR_SRID = 3857


class CoordinateError(ValueError):
    """A coordinate is missing, not finite, out of range or outside the city."""


@dataclass(frozen=True, slots=True)
class BBox:
    """West, south, east, north in degrees (EPSG:4326)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in (self.west, self.south, self.east, self.north)):
            raise CoordinateError("bounding box has a value that is not a finite number")
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            raise CoordinateError("bounding box must be W,S,E,N in degrees with W < E and S < N")

    @classmethod
    def parse(cls, text: str) -> "BBox":
        """Read `W,S,E,N`; raises CoordinateError with a reason a person can act on."""
        parts = text.split(",")
        if len(parts) != 4:
            raise CoordinateError(f"bounding box needs four numbers W,S,E,N, got {len(parts)}")
        try:
            return cls(*(float(part) for part in parts))
        except ValueError as error:
            raise CoordinateError(f"bounding box {text!r}: {error}") from error

    def contains(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def as_tuple(self) -> tuple[float, float, float, float]:
        return (self.west, self.south, self.east, self.north)

    @property
    def center(self) -> tuple[float, float]:
        return ((self.west + self.east) / 2, (self.south + self.north) / 2)


def city_srid() -> int:
    """EPSG code of the city's metric CRS."""
    return settings.CITYMAP_SRID


def city_bbox() -> BBox:
    """The box that the city's data may lie in, degrees."""
    return BBox(*settings.CITYMAP_BBOX)


@lru_cache(maxsize=32)
def transformer(source: str | int, target: str | int) -> pyproj.Transformer:
    """A cached lon/lat-ordered pyproj transformer between two CRS (EPSG codes or PROJ strings)."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def city_point(lon: float, lat: float) -> Point:
    """A WGS 84 position as a point in the city CRS.

    Raises CoordinateError when a number is not finite or outside the earth.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise CoordinateError("lon and lat must be finite numbers")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise CoordinateError("lon must be in -180..180 and lat in -90..90")
    x, y = transformer(WGS84_SRID, city_srid()).transform(lon, lat)
    return Point(x, y, srid=city_srid())


def lon_lat(point: Point) -> tuple[float, float]:
    """A point in the city CRS as lon, lat rounded to 7 decimals (about 1 cm)."""
    lon, lat = transformer(city_srid(), WGS84_SRID).transform(point.x, point.y)
    return round(lon, 7), round(lat, 7)


def to_wgs84(geometry: GEOSGeometry) -> GEOSGeometry:
    """A copy of a geometry in EPSG:4326."""
    return geometry.transform(WGS84_SRID, clone=True)


class _CityCRS:
    """A geometry field in the city CRS, whose SRID is left out of migrations.

    The SRID is a fact of the installation (`CITYMAP_SRID`), not of the code: the same
    migrations serve every city. `citymap.checks` compares it with the database.
    """

    def __init__(self, verbose_name=None, **kwargs) -> None:
        kwargs.setdefault("srid", settings.CITYMAP_SRID)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("srid", None)
        return name, path, args, kwargs


class GeometryField(_CityCRS, models.GeometryField):
    """Any geometry, city CRS, metres."""


class PointField(_CityCRS, models.PointField):
    """A point, city CRS, metres."""


class LineStringField(_CityCRS, models.LineStringField):
    """A line, city CRS, metres."""


class MultiLineStringField(_CityCRS, models.MultiLineStringField):
    """Lines, city CRS, metres."""


class PolygonField(_CityCRS, models.PolygonField):
    """A polygon, city CRS, metres."""


class MultiPolygonField(_CityCRS, models.MultiPolygonField):
    """Polygons, city CRS, metres."""


def mercator_copy(source: str = "geom") -> models.GeneratedField:
    """A stored web-Mercator copy of `source` for tables drawn as tiles.

    PostgreSQL keeps it; add `mercator_index(...)`: a generated column gets no index by itself.
    """
    return models.GeneratedField(
        expression=Transform(source, WEB_MERCATOR_SRID),
        output_field=models.GeometryField(srid=WEB_MERCATOR_SRID, spatial_index=False),
        db_persist=True,
        db_comment="Copy of the geometry in EPSG:3857 for tiles",
    )
