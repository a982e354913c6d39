"""Where the rows of a file lie: CRS, the city's box, swapped axes, types of geometry."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from citymap.geo import WGS84_SRID, BBox
from layers.imports.crs import in_box, into_city, parse_crs
from layers.imports.errors import ImportRefusedError
from layers.imports.geometries import fit_all
from layers.imports.vector import SourceTable

CRS_HINTS = {
    "shp": "the Shapefile has no .prj file",
    "csv": "the coordinates are not degrees",
    "dxf": "a drawing does not say its coordinate system",
    "mif": "the MapInfo file has no earth coordinates",
    "tab": "the MapInfo file has no earth coordinates",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Objects with a place: one row of the file may give several.

    index: (m,) positions in the table's arrays; part: (m,) 1 for the first object of a row;
    geometries: (m,) in the city CRS, of types that the layer takes; repaired: objects whose
    shape was mended; split: rows that gave more than one object.
    """

    index: np.ndarray
    part: np.ndarray
    geometries: np.ndarray
    repaired: int
    split: int


def source_crs(table: SourceTable, given: str | None) -> pyproj.CRS:
    """What `--crs` says, else the file; raises ImportRefusedError naming `--crs`."""
    if given:
        return parse_crs(given)
    if table.crs is None:
        reason = CRS_HINTS.get(table.driver, "the file does not say its coordinate system")
        raise ImportRefusedError(
            f"{reason}: give it with --crs, for example --crs EPSG:28412 (Pulkovo 1942, zone 12),"
            " --crs EPSG:32642 or a PROJ string"
        )
    return table.crs


def place(
    table: SourceTable,
    *,
    crs: pyproj.CRS,
    srid: int,
    box: BBox | None,
    types: Sequence[str],
    layer: str,
) -> Placed:
    """Bring a table's geometries into the city CRS and to the layer's types.

    Rows that cannot be placed are added to `table.problems`. Raises ImportRefusedError when
    none can: the reason is then one for the whole file.
    """
    usable = _with_coordinates(table)
    into = into_city(crs, srid=srid, area=box)
    if into.approximate:
        table.notes.append(
            f"{crs.name!r} does not say how it lies to WGS 84 (+towgs84): positions may be"
            " a hundred metres off"
        )
    placed = into.apply(table.geometries[usable])
    finite = np.isfinite(shapely.bounds(placed)).all(axis=1)
    _refuse(table, usable[~finite], f"its coordinates do not exist in {crs.name!r}")
    if not finite.any():
        raise ImportRefusedError(
            f"none of the coordinates exists in {crs.name!r}: is it the right --crs?"
        )
    usable, placed = usable[finite], placed[finite]
    inside = in_box(placed, box, srid=srid)
    if not inside.any():
        raise ImportRefusedError(_outside(table.geometries[usable], crs, srid=srid, box=box))
    _refuse(table, usable[~inside], "lies outside the city (--anywhere takes it)")
    return _fitted(table, usable[inside], placed[inside], types=types, layer=layer)


def _refuse(table: SourceTable, indices: np.ndarray, reason: str) -> None:
    table.problems.update(dict.fromkeys(table.rows[indices].tolist(), reason))


def _with_coordinates(table: SourceTable) -> np.ndarray:
    """Indices of rows with a geometry of finite coordinates."""
    candidates = np.array(
        [
            index
            for index, row in enumerate(table.rows.tolist())
            if row not in table.problems and not shapely.is_empty(table.geometries[index])
        ],
        dtype=np.int64,
    )
    missing = np.setdiff1d(np.arange(len(table.rows)), candidates)
    for row in table.rows[missing].tolist():
        table.problems.setdefault(row, "no geometry")
    if not len(candidates):
        raise ImportRefusedError(f"no row has a geometry: {summary(table.problems.values())}")
    coordinates, owner = shapely.get_coordinates(table.geometries[candidates], return_index=True)
    finite = np.ones(len(candidates), dtype=bool)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    _refuse(table, candidates[~finite], "a coordinate is not a finite number")
    if not finite.any():
        raise ImportRefusedError("no row has coordinates that are finite numbers")
    return candidates[finite]


def _outside(geometries: np.ndarray, crs: pyproj.CRS, *, srid: int, box: BBox) -> str:
    """Why no object meets the city: axes swapped, or another place or CRS."""
    into = into_city(crs, srid=srid, area=box)
    swapped = into.apply(shapely.transform(geometries, lambda points: points[:, ::-1]))
    finite = np.isfinite(shapely.bounds(swapped)).all(axis=1)
    if finite.any() and in_box(swapped[finite], box, srid=srid).mean() > 0.5:
        return (
            "all objects lie outside the city, but inside it when the coordinates are swapped:"
            " longitude (east) and latitude (north) are in each other's place;"
            " for CSV exchange them with --map lon=... --map lat=..."
        )
    first = shapely.get_coordinates(geometries[0])[0]
    lon, lat = pyproj.Transformer.from_crs(crs, WGS84_SRID, always_xy=True).transform(*first)
    return (
        f"all {len(geometries)} objects lie outside the city ({box.west}, {box.south},"
        f" {box.east}, {box.north}), the first at lon {lon:.4f}, lat {lat:.4f}:"
        " is the --crs right? --anywhere imports them nevertheless"
    )


def _fitted(
    table: SourceTable,
    indices: np.ndarray,
    geometries: np.ndarray,
    *,
    types: Sequence[str],
    layer: str,
) -> Placed:
    index, part, parts = [], [], []
    repaired = split = 0
    for position, fitted in zip(indices.tolist(), fit_all(geometries, types), strict=True):
        if fitted.problem:
            table.problems[int(table.rows[position])] = fitted.problem
            continue
        repaired += fitted.repaired
        split += len(fitted.parts) > 1
        index.extend([position] * len(fitted.parts))
        part.extend(range(1, len(fitted.parts) + 1))
        parts.extend(fitted.parts)
    if not parts:
        raise ImportRefusedError(
            f"no object suits the layer {layer}: {summary(table.problems.values())}"
        )
    return Placed(
        index=np.array(index),
        part=np.array(part),
        geometries=np.array(parts, dtype=object),
        repaired=repaired,
        split=split,
    )


def summary(reasons, *, limit: int = 3) -> str:
    """The commonest reasons with their counts."""
    common = Counter(reasons).most_common(limit)
    return "; ".join(f"{reason} ({count})" for reason, count in common)
