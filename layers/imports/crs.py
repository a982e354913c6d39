"""Coordinate systems of the city's files, and the way into the city's own."""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import Transformer, TransformerGroup

from citymap.geo import WGS84_SRID, BBox
from layers.imports.errors import ImportRefusedError


@dataclass(frozen=True, slots=True)
class IntoCity:
    """The chosen transformation; `accuracy_m` is None when nobody states one."""

    transformer: Transformer
    accuracy_m: float | None
    approximate: bool

    def apply(self, geometries: np.ndarray) -> np.ndarray:
        """Geometries `(n,)` in the city CRS; coordinates that have no image become inf."""

        def transform(points: np.ndarray) -> np.ndarray:
            return np.column_stack(self.transformer.transform(points[:, 0], points[:, 1]))

        return shapely.transform(geometries, transform)


def parse_crs(text: str) -> pyproj.CRS:
    """An EPSG code (`EPSG:28412` or `28412`), PROJ string or WKT; ImportRefusedError if none."""
    try:
        crs = pyproj.CRS.from_user_input(int(text) if text.strip().isdigit() else text)
    except CRSError as error:
        raise ImportRefusedError(
            f"{text!r} is not a coordinate system: give an EPSG code (EPSG:28412)"
            " or a PROJ string (+proj=tmerc ...)"
        ) from error
    if not usable(crs):
        raise ImportRefusedError(f"{crs.name!r} is not a geographic or projected system")
    return crs


def usable(crs: pyproj.CRS | None) -> bool:
    """Whether positions in `crs` lie on the earth: not none, not an engineering grid."""
    return crs is not None and (crs.is_geographic or crs.is_projected)


def into_city(crs: pyproj.CRS, *, srid: int, area: BBox | None) -> IntoCity:
    """The most accurate transformation from `crs` to EPSG:`srid` for the area of the city.

    `approximate` when the datum of `crs` is not known to PROJ (a local grid on the Krassovsky
    ellipsoid without `+towgs84`): positions may then be a hundred metres off.
    """
    target = pyproj.CRS.from_epsg(srid)
    where = AreaOfInterest(*area.as_tuple()) if area else None
    try:
        group = TransformerGroup(crs, target, always_xy=True, area_of_interest=where)
        transformer = group.transformers[0]
    except (ProjError, IndexError) as error:
        raise ImportRefusedError(f"there is no way from {crs.name!r} to EPSG:{srid}") from error
    accuracy = transformer.accuracy
    return IntoCity(
        transformer=transformer,
        accuracy_m=accuracy if accuracy is not None and accuracy >= 0 else None,
        approximate="ballpark" in transformer.description.casefold(),
    )


def looks_like_degrees(geometries: np.ndarray) -> bool:
    """Whether all coordinates would do as lon and lat."""
    west, south, east, north = shapely.total_bounds(geometries)
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def in_box(geometries: np.ndarray, box: BBox | None, *, srid: int) -> np.ndarray:
    """Mask `(n,)`: the geometry (city CRS, finite) meets the box; all, when there is no box.

    The box is laid out in the city CRS with points along its edges: a line of latitude is bent
    there.
    """
    if box is None:
        return np.ones(len(geometries), dtype=bool)
    edge = shapely.segmentize(shapely.box(*box.as_tuple()), (box.east - box.west) / 32)
    to_city = Transformer.from_crs(WGS84_SRID, srid, always_xy=True)
    outline = shapely.transform(
        edge, lambda points: np.column_stack(to_city.transform(points[:, 0], points[:, 1]))
    )
    shapely.prepare(outline)
    return shapely.intersects(outline, geometries)
