"""Shaping: outlines in degrees become geometries in the city CRS, all of a layer at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely

from citymap.geo import WGS84_SRID, BBox, city_srid, transformer
from layers.osm_import.collect import AREA, LINE, POINT, RING, Rows
from layers.services.shapes import AREAS, LINES

# Positions are kept to the millimetre: finer than the source (1 cm), and equal on every machine.
DECIMALS = 3
_WORKERS = 2
_CHUNK = 200_000


def to_city(coordinates: np.ndarray) -> np.ndarray:
    """(n, 2) lon lat in degrees -> (n, 2) metres in the city CRS."""
    project = transformer(WGS84_SRID, city_srid()).transform

    def part(chunk: np.ndarray) -> np.ndarray:
        x, y = project(chunk[:, 0], chunk[:, 1])
        return np.column_stack([x, y])

    chunks = [coordinates[start : start + _CHUNK] for start in range(0, len(coordinates), _CHUNK)]
    if len(chunks) <= 1:
        metres = part(coordinates)
    else:
        with ThreadPoolExecutor(_WORKERS) as pool:
            metres = np.concatenate(list(pool.map(part, chunks)))
    return np.round(metres, DECIMALS)


def geometries(rows: Rows) -> np.ndarray:
    """(n,) geometries of a layer's rows in the city CRS; rings become polygons, as drawn: they
    may be invalid."""
    forms = np.array(rows.forms, dtype=np.int8)
    shapes = np.empty(len(forms), dtype=object)
    flat = shapely.from_wkb(rows.outlines)
    for form in (POINT, LINE, AREA):
        of_form = forms == form
        shapes[of_form] = _projected(flat[of_form])
    rings = forms == RING
    shapes[rings] = _polygons(flat[rings])
    return shapes


def _projected(shapes: np.ndarray) -> np.ndarray:
    if not len(shapes):
        return shapes
    return shapely.set_coordinates(shapes.copy(), to_city(shapely.get_coordinates(shapes)))


def _polygons(lines: np.ndarray) -> np.ndarray:
    """Closed lines in degrees -> polygons in the city CRS."""
    polygons = np.full(len(lines), shapely.Polygon(), dtype=object)
    coordinates, owners = shapely.get_coordinates(lines, return_index=True)
    enough = np.flatnonzero(np.bincount(owners, minlength=len(lines)) >= 4)
    wanted = np.isin(owners, enough) if len(enough) < len(lines) else slice(None)
    numbers = np.full(len(lines), -1)
    numbers[enough] = np.arange(len(enough))
    if len(enough):
        rings = shapely.linearrings(to_city(coordinates[wanted]), indices=numbers[owners[wanted]])
        polygons[enough] = shapely.polygons(rings)
    return polygons


def positions(shapes: np.ndarray) -> np.ndarray:
    """(n,) points: points as they are, valid areas as a point inside them, lines their middle."""
    points = shapes.copy()
    types = shapely.get_type_id(shapes)
    areas = np.isin(types, AREAS)
    points[areas] = shapely.point_on_surface(shapes[areas])
    lines = np.isin(types, LINES)
    points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    return points


def box_area(box: BBox) -> shapely.Polygon:
    """A box in degrees as a polygon in the city CRS; its sides follow the parallels."""
    outline = shapely.segmentize(shapely.box(*box.as_tuple()), 0.01)
    return shapely.set_coordinates(outline, to_city(shapely.get_coordinates(outline)))
