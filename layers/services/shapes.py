"""Geometries on their way into a column: of the right type, finite, valid; vectorised.

All functions take shapely geometries `(n,)` in the city CRS (metres).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from django.contrib.gis.db.models import GeometryField
from shapely import GeometryType

AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING)
# field geom_type -> (types taken as they are, type promoted to it, how)
_MULTI = {
    "MULTIPOLYGON": (GeometryType.MULTIPOLYGON, GeometryType.POLYGON, shapely.multipolygons),
    "MULTILINESTRING": (
        GeometryType.MULTILINESTRING,
        GeometryType.LINESTRING,
        shapely.multilinestrings,
    ),
    "MULTIPOINT": (GeometryType.MULTIPOINT, GeometryType.POINT, shapely.multipoints),
}
_SINGLE = {
    "POLYGON": (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
    "LINESTRING": (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    "POINT": (GeometryType.POINT, GeometryType.MULTIPOINT),
}


@dataclass(slots=True)
class Fitted:
    """geometries: (n,) ready to store; problems: row -> reason; repaired: rows made valid."""

    geometries: np.ndarray
    problems: dict[int, str]
    repaired: list[int]


def fit(geometries: np.ndarray, field: GeometryField) -> Fitted:
    """Make geometries storable in `field`; says which rows were repaired and which cannot be."""
    shapes = np.array(geometries, dtype=object, copy=True)
    problems: dict[int, str] = {}
    missing = shapely.is_missing(shapes)
    if not field.null:
        problems.update(dict.fromkeys(np.flatnonzero(missing).tolist(), "no geometry"))
    for row in np.flatnonzero(~missing & shapely.is_empty(shapes)).tolist():
        problems[row] = "geometry is empty"
    for row in _rows_not_finite(shapes):
        problems[row] = "a coordinate is not a finite number"
    repaired = _repair(shapes, problems)
    _match_type(shapes, field.geom_type, problems)
    return Fitted(shapes, problems, [row for row in repaired if row not in problems])


def _rows_not_finite(shapes: np.ndarray) -> list[int]:
    points, rows = shapely.get_coordinates(shapes, return_index=True)
    return np.unique(rows[~np.isfinite(points).all(axis=1)]).tolist()


def _repair(shapes: np.ndarray, problems: dict[int, str]) -> list[int]:
    """Make invalid areas valid in place; what stays invalid becomes a problem."""
    usable = ~shapely.is_missing(shapes)
    usable[list(problems)] = False
    rows = np.flatnonzero(usable)
    part = shapes[rows]
    repaired = rows[repair_areas(part)].tolist()
    shapes[rows] = part
    for row in repaired:
        if shapely.is_empty(shapes[row]):
            problems[row] = "the outline encloses no area"
    for row in rows[~shapely.is_valid(part)].tolist():
        problems[row] = f"invalid geometry: {shapely.is_valid_reason(shapes[row])}"
    return repaired


def repair_areas(shapes: np.ndarray) -> list[int]:
    """Make invalid areas (n,) valid in place; the numbers of those changed.

    An outline that encloses nothing becomes an empty polygon. Other shapes stay as they are.
    """
    areas = np.isin(shapely.get_type_id(shapes), AREAS)
    rows = np.flatnonzero(areas & ~shapely.is_valid(shapes)).tolist()
    for row in rows:
        shapes[row] = areas_of(shapely.make_valid(shapes[row]))
    return rows


def areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a geometry; points and lines that a repair left over are dropped."""
    if shapely.get_type_id(shape) in AREAS:
        return shape
    parts = shapely.get_parts(shape)
    polygons = [areas_of(part) for part in parts if shapely.get_type_id(part) in AREAS]
    return shapely.union_all(polygons) if polygons else shapely.Polygon()


def _match_type(shapes: np.ndarray, geom_type: str, problems: dict[int, str]) -> None:
    """Promote single to multi, or unwrap a multi of one part; anything else is a problem."""
    types = shapely.get_type_id(shapes)
    usable = types >= 0
    usable[list(problems)] = False
    if geom_type in _MULTI:
        target, single, promote = _MULTI[geom_type]
        rows = np.flatnonzero(usable & (types == single))
        if len(rows):
            shapes[rows] = promote(shapes[rows], indices=np.arange(len(rows)))
    elif geom_type in _SINGLE:
        target, multi = _SINGLE[geom_type]
        rows = np.flatnonzero(usable & (types == multi) & (shapely.get_num_geometries(shapes) == 1))
        if len(rows):
            shapes[rows] = shapely.get_geometry(shapes[rows], 0)
    else:
        return
    for row in np.flatnonzero(usable & (shapely.get_type_id(shapes) != target)).tolist():
        problems[row] = f"a {shapes[row].geom_type} where a {geom_type.lower()} is needed"
