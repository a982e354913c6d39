"""Reading GeoPackage, Shapefile, GeoJSON, MapInfo and DXF through pyogrio, and CSV."""

import codecs
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from citymap.geo import WGS84_SRID
from layers.imports.crs import looks_like_degrees, usable
from layers.imports.csvfile import detect_encoding, read_csv
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB, check_file, open_zip
from layers.imports.matching import match_columns, one_of
from layers.imports.values import ValueRefusedError, is_empty, to_number

CSV_SUFFIXES = {".csv", ".txt", ".tsv"}
POSITION_NAMES: Mapping[str, tuple[str, ...]] = {
    "wkt": ("wkt", "geometry", "geom", "the_geom", "геометрия"),
    "lon": ("lon", "longitude", "lng", "long", "долгота"),
    "lat": ("lat", "latitude", "широта"),
    "x": ("x", "easting", "восток"),
    "y": ("y", "northing", "север"),
}
# Language drivers of dBASE that mean Cyrillic, and what they mean.
DBF_CODE_PAGES = {0xC9: "cp1251", 0x65: "cp866", 0x26: "cp866"}
CAD_LAYER, CAD_CLASSES = "Layer", "SubClasses"


@dataclass(frozen=True, slots=True)
class SourceTable:
    """What a file holds, row by row.

    rows: (n,) numbers from 1, as people count rows without the header.
    columns: name -> (n,) cells. geometries: (n,) shapely in `crs`, None where there is none;
    the whole is None for a table without geometry. problems: row -> why it cannot be used.
    """

    rows: np.ndarray
    columns: dict[str, np.ndarray]
    geometries: np.ndarray | None
    crs: pyproj.CRS | None
    driver: str
    position_columns: tuple[str, ...] = ()
    problems: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """How to read: what the command line says about the file."""

    encoding: str | None = None
    layer_name: str | None = None
    position: Mapping[str, str] = field(default_factory=dict)
    max_mb: int = MAX_FILE_MB


def read_source(path: Path, options: ReadOptions) -> SourceTable:
    """Read any supported file; raises ImportRefusedError when there is nothing to import."""
    check_file(path, max_mb=options.max_mb)
    if path.suffix.lower() == ".zip":
        open_zip(path, max_mb=options.max_mb).close()
    if path.suffix.lower() in CSV_SUFFIXES:
        table = _read_csv_table(path, options)
    else:
        table = _read_ogr(path, options)
    if not len(table.rows):
        raise ImportRefusedError(f"{path.name} has no rows")
    return table


def _read_csv_table(path: Path, options: ReadOptions) -> SourceTable:
    frame = read_csv(path, name=path.name, encoding=options.encoding)
    columns = {name: frame[name].to_numpy(dtype=object) for name in frame.columns}
    where = match_columns(list(columns), POSITION_NAMES, chosen=options.position)
    rows = np.arange(1, len(frame) + 1)
    problems: dict[int, str] = {}
    if "wkt" in where:
        geometries = _from_wkt(columns[where["wkt"]], rows, problems)
        used, degrees = (where["wkt"],), False
    else:
        used = _position_columns(where, path.name, list(columns))
        geometries = _from_numbers(columns[used[0]], columns[used[1]], rows, problems)
        degrees = "lon" in where and "lat" in where
    in_degrees = degrees or _all_degrees(geometries)
    crs = pyproj.CRS.from_epsg(WGS84_SRID) if in_degrees else None
    return SourceTable(
        rows=rows, columns=columns, geometries=geometries, crs=crs, driver="csv",
        position_columns=used, problems=problems,
    )  # fmt: skip


def _position_columns(where: Mapping[str, str], name: str, columns: list[str]) -> tuple[str, str]:
    for pair in (("lon", "lat"), ("x", "y")):
        if all(part in where for part in pair):
            return where[pair[0]], where[pair[1]]
    raise ImportRefusedError(
        f"{name} has neither columns lon and lat (or x and y) nor WKT;"
        f" name them: --map lon=... --map lat=... or --map wkt=... (columns: {', '.join(columns)})"
    )


def _all_degrees(geometries: np.ndarray) -> bool:
    present = geometries[~shapely.is_missing(geometries)]
    return not len(present) or looks_like_degrees(present)


def _from_wkt(cells: np.ndarray, rows: np.ndarray, problems: dict[int, str]) -> np.ndarray:
    geometries = shapely.from_wkt(
        [None if is_empty(cell) else str(cell).split(";")[-1] for cell in cells],
        on_invalid="ignore",
    )
    for row, cell in zip(
        rows[shapely.is_missing(geometries)], cells[shapely.is_missing(geometries)], strict=True
    ):
        problems[int(row)] = "no geometry" if is_empty(cell) else f"not WKT: {str(cell)[:40]!r}"
    return np.asarray(geometries, dtype=object)


def _from_numbers(
    xs: np.ndarray, ys: np.ndarray, rows: np.ndarray, problems: dict[int, str]
) -> np.ndarray:
    points = np.full((len(rows), 2), np.nan)
    for index, (row, x, y) in enumerate(zip(rows.tolist(), xs, ys, strict=True)):
        try:
            if is_empty(x) or is_empty(y):
                raise ValueRefusedError("no coordinates")
            points[index] = to_number(x), to_number(y)
        except ValueRefusedError as error:
            problems[row] = str(error)
    known = np.isfinite(points).all(axis=1)
    geometries = np.full(len(rows), None, dtype=object)
    geometries[known] = shapely.points(points[known])
    return geometries


@contextmanager
def _gdal_options(options: Mapping[str, str]) -> Iterator[None]:
    """GDAL options for one read; they are set back afterwards."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(dict(options))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _read_ogr(path: Path, options: ReadOptions) -> SourceTable:
    is_dxf = path.suffix.lower() == ".dxf"
    encoding = options.encoding or (_dxf_encoding(path) if is_dxf else _dbf_encoding(path))
    gdal_options = {}
    if is_dxf:
        # An inserted block (the sign of a manhole) is a point, not the lines of the sign.
        gdal_options = {"DXF_ENCODING": encoding or "", "DXF_INLINE_BLOCKS": "FALSE"}
    try:
        codecs.lookup(encoding or "utf-8")
        with _gdal_options(gdal_options), warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            layer = _choose_layer(path, None if is_dxf else options.layer_name)
            meta, _fids, wkb, cells = pyogrio.raw.read(
                path, layer=layer, encoding=None if is_dxf else encoding, datetime_as_string=True
            )
    except (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError) as error:
        raise ImportRefusedError(f"{path.name} cannot be read: {error}") from error
    except LookupError as error:
        raise ImportRefusedError(f"there is no encoding {encoding!r} (--encoding)") from error
    except UnicodeDecodeError as error:
        raise ImportRefusedError(
            f"{path.name}: the attributes are not {encoding or 'UTF-8'} text; give --encoding"
        ) from error
    table = _table(path, meta, wkb, cells)
    table.notes.extend(sorted({str(item.message) for item in said}))
    if encoding and not options.encoding:
        table.notes.append(f"attributes read as {encoding} (--encoding changes that)")
    return _cad_table(table, options) if is_dxf else table


def _table(path: Path, meta: dict, wkb: np.ndarray | None, cells: list[np.ndarray]) -> SourceTable:
    if wkb is None:
        raise ImportRefusedError(
            f"{path.name}: the layer has attributes only, no geometry; choose another"
        )
    rows = np.arange(1, len(wkb) + 1)
    # "fix" closes rings that are open; what is beyond that becomes None.
    geometries = np.asarray(shapely.from_wkb(wkb, on_invalid="fix"), dtype=object)
    crs = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    problems = {
        int(rows[index]): "no geometry" if wkb[index] is None else "the geometry cannot be read"
        for index in np.flatnonzero(shapely.is_missing(geometries))
    }
    return SourceTable(
        rows=rows,
        columns=dict(zip(meta["fields"].tolist(), cells, strict=True)),
        geometries=geometries,
        crs=crs if usable(crs) else None,
        driver=path.suffix.lower().lstrip("."),
        problems=problems,
    )


def _choose_layer(path: Path, name: str | None) -> str | None:
    """The one layer with geometry, or the one named; ImportRefusedError lists them."""
    listed = pyogrio.list_layers(path)
    if not len(listed):
        raise ImportRefusedError(f"{path.name} has no layers")
    if name is not None:
        return one_of(name, [layer for layer, _kind in listed], what="layer in the file")
    drawn = [layer for layer, kind in listed if kind is not None]
    if not drawn:
        raise ImportRefusedError(
            f"{path.name} has no layer with geometry, only tables:"
            f" {', '.join(layer for layer, _kind in listed)}"
        )
    if "entities" in drawn and path.suffix.lower() == ".dxf":
        return "entities"
    if len(drawn) > 1:
        raise ImportRefusedError(
            f"{path.name} has {len(drawn)} layers, choose one with --layer-name: {', '.join(drawn)}"
        )
    return drawn[0]


def _dbf_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile's attributes where neither .cpg nor header states one.

    None leaves it to GDAL: no Shapefile, a .cpg that GDAL reads, or plain ASCII.
    """
    if path.suffix.lower() != ".shp":
        return None
    beside = {other.suffix.lower(): other for other in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    with beside[".dbf"].open("rb") as stream:
        content = stream.read(2_000_000)
    header, body = content[:32], content[32:]
    if len(header) == 32 and header[29] in DBF_CODE_PAGES:
        return DBF_CODE_PAGES[header[29]]
    if body.isascii():
        return None
    guess = detect_encoding(body)
    return "utf-8" if guess == "utf-8-sig" else guess


def _dxf_encoding(path: Path) -> str | None:
    """The encoding of a drawing: UTF-8 since AutoCAD 2007, else the code page in its header."""
    with path.open("rb") as stream:
        content = stream.read(2_000_000)
    if content.startswith(b"AutoCAD Binary"):
        return None
    version = re.search(rb"\$ACADVER\s+1\s+AC(\d{4})", content)
    if content.isascii() or (version and int(version[1]) >= 1021):
        return "utf-8"
    if page := re.search(rb"\$DWGCODEPAGE\s+3\s+ansi_(\d+)", content, re.IGNORECASE):
        stated = f"cp{page[1].decode()}"
        # A Latin page with Cyrillic bytes is what programs write that do not care.
        if stated not in ("cp1252", "cp437"):
            return stated
    guess = detect_encoding(content)
    return "utf-8" if guess == "utf-8-sig" else guess


def _cad_table(table: SourceTable, options: ReadOptions) -> SourceTable:
    """A drawing's entities: of one CAD layer if named, texts left out."""
    layers = table.columns[CAD_LAYER].astype(str)
    keep = np.ones(len(table.rows), dtype=bool)
    if options.layer_name is not None:
        name = one_of(options.layer_name, sorted(set(layers)), what="layer in the drawing")
        keep = layers == name
    classes = table.columns[CAD_CLASSES].astype(str)
    texts = np.array([bool({"AcDbText", "AcDbMText"} & set(c.split(":"))) for c in classes])
    problems = dict(table.problems)
    problems.update({int(row): "a text of the drawing" for row in table.rows[texts & keep]})
    return replace(
        table,
        rows=table.rows[keep],
        columns={name: cells[keep] for name, cells in table.columns.items()},
        geometries=table.geometries[keep],
        problems=problems,
    )
