"""Bringing geometries to the shape that a table keeps: pure, on shapely arrays `(n,)`."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import shapely

MULTI = {
    "MultiPoint": "Point",
    "MultiLineString": "LineString",
    "MultiPolygon": "Polygon",
}
# Area below which a polygon is a drawing error, m2; length likewise, m.
MIN_AREA_M2 = 1e-4
MIN_LENGTH_M = 1e-3

_DIMENSION = {"Point": 0, "LineString": 1, "Polygon": 2}
_COLLECT = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}
_CAMEL = {
    name.upper(): name
    for name in (
        "Missing", "Point", "LineString", "LinearRing", "Polygon", "MultiPoint",
        "MultiLineString", "MultiPolygon", "GeometryCollection",
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of one geometry: the parts to keep (none: `problem` says why)."""

    parts: tuple[shapely.Geometry, ...] = ()
    repaired: bool = False
    problem: str = ""


def base_types(allowed: Collection[str]) -> set[str]:
    """Point, LineString, Polygon: what the allowed types are made of."""
    return {MULTI.get(name, name) for name in allowed}


def fit_all(geometries: np.ndarray, allowed: Collection[str]) -> list[Fitted]:
    """`fit` for each of `(n,)` geometries; those that are right already are passed at once."""
    geometries = _promoted(shapely.force_2d(geometries), allowed)
    right = (
        np.isin(_type_names(geometries), list(allowed))
        & shapely.is_valid(geometries)
        & ~shapely.is_empty(geometries)
        & ((shapely.length(geometries) >= MIN_LENGTH_M) | (shapely.get_dimensions(geometries) == 0))
        & ((shapely.area(geometries) >= MIN_AREA_M2) | (shapely.get_dimensions(geometries) < 2))
    )
    right &= ~(shapely.is_closed(geometries) & (shapely.get_dimensions(geometries) == 1))
    return [
        Fitted(parts=(geometry,)) if good else fit(geometry, allowed)
        for geometry, good in zip(geometries, right, strict=True)
    ]


def _promoted(geometries: np.ndarray, allowed: Collection[str]) -> np.ndarray:
    """Single geometries as multi ones of one part, where only those are allowed."""
    kinds = _type_names(geometries)
    result = geometries.copy()
    for kind, collect in _COLLECT.items():
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen) and kind not in allowed and f"Multi{kind}" in allowed:
            result[chosen] = collect(geometries[chosen], indices=np.arange(len(chosen)))
    return result


def _type_names(geometries: np.ndarray) -> np.ndarray:
    names = {int(kind): kind.name for kind in shapely.GeometryType}
    return np.array([_CAMEL[names[kind]] for kind in shapely.get_type_id(geometries).tolist()])


def fit(geometry: shapely.Geometry | None, allowed: Collection[str]) -> Fitted:
    """Bring one geometry (metres, finite) to one of the `allowed` types.

    Invalid areas are repaired; closed lines become areas and areas of no size are refused where
    areas are asked for; parts of a multi geometry or collection are kept together when a multi
    type is allowed, otherwise each becomes an object of its own. Parts of a lower dimension
    that a repair leaves behind are dropped.
    """
    if geometry is None or geometry.is_empty:
        return Fitted(problem="no geometry")
    geometry = shapely.force_2d(geometry)
    wanted = base_types(allowed)
    repaired = False
    if not geometry.is_valid and geometry.geom_type.endswith("Polygon"):
        geometry, repaired = shapely.make_valid(geometry), True
    parts = _simple_parts(geometry)
    if "Polygon" in wanted and "LineString" not in wanted:
        closed = [_closed_area(part) for part in parts]
        repaired |= any(new is not old for new, old in zip(closed, parts, strict=True))
        parts = closed
    found = {part.geom_type for part in parts}
    kept = [part for part in parts if part.geom_type in wanted]
    if not kept:
        return Fitted(problem=f"is {_shown(found)}, the layer takes {_shown(wanted)}")
    highest = max(_DIMENSION[part.geom_type] for part in kept)
    kept = [part for part in kept if _DIMENSION[part.geom_type] == highest and _has_size(part)]
    if not kept:
        return Fitted(problem="has no size")
    return Fitted(parts=_grouped(kept, allowed), repaired=repaired)


def _simple_parts(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    """Points, lines and polygons; lines that join end to end become one."""
    if geometry.geom_type == "MultiLineString":
        geometry = shapely.line_merge(geometry)
    flat: list[shapely.Geometry] = []
    for part in shapely.get_parts(geometry):
        flat.extend(_simple_parts(part) if hasattr(part, "geoms") else [part])
    return [
        shapely.LineString(part.coords) if part.geom_type == "LinearRing" else part for part in flat
    ]


def _closed_area(part: shapely.Geometry) -> shapely.Geometry:
    """A closed simple line as the polygon inside it (CAD draws outlines so)."""
    if part.geom_type != "LineString" or not part.is_closed or len(part.coords) < 4:
        return part
    area = shapely.Polygon(part.coords)
    return area if area.is_valid else part


def _has_size(part: shapely.Geometry) -> bool:
    if part.geom_type == "Polygon":
        return part.area >= MIN_AREA_M2
    if part.geom_type == "LineString":
        return part.length >= MIN_LENGTH_M
    return True


def _grouped(
    parts: list[shapely.Geometry], allowed: Collection[str]
) -> tuple[shapely.Geometry, ...]:
    """One multi geometry where the table takes it, else the parts one by one."""
    kind = parts[0].geom_type
    multi = f"Multi{kind}"
    if multi in allowed and (len(parts) > 1 or kind not in allowed):
        return (_COLLECT[kind](np.array(parts, dtype=object)),)
    return tuple(parts)


def _shown(types: Collection[str]) -> str:
    return " or ".join(sorted(name.lower() for name in types))
