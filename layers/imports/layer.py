"""`import_layer`: a city's own file into one layer, by the engine of all imports."""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils import timezone

from citymap.geo import BBox, city_bbox, city_srid
from layers.imports.cells import convert
from layers.imports.coincidence import coincident_objects
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB
from layers.imports.geometries import base_types
from layers.imports.identity import ids_from_geometry
from layers.imports.matching import match_columns, one_of
from layers.imports.placing import Placed, place, source_crs, summary
from layers.imports.refresh import refresh_city
from layers.imports.registry import ImportableLayer, Rows, importable_layer, other_import
from layers.imports.values import is_empty, to_text
from layers.imports.vector import (
    CAD_LAYER,
    POSITION_NAMES,
    ReadOptions,
    SourceTable,
    read_source,
)
from layers.imports.writing import all_or_nothing, retire_scope
from layers.report import ImportReport
from layers.services import Batch, upsert


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerImport:
    """What the command line asks for.

    mapping: field -> column; constants: field -> one value for all rows; box: where objects may
    lie (None: anywhere); retire: the file is all that `source` has, what it lacks is retired;
    force: also when that is more than a fifth.
    """

    layer: str
    path: Path
    source: str = "city"
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    encoding: str | None = None
    id_column: str | None = None
    layer_name: str | None = None
    box: BBox | None = field(default_factory=city_bbox)
    retire: bool = False
    force: bool = False
    dry_run: bool = False
    max_mb: int = MAX_FILE_MB
    when: dt.date | None = None


def import_layer(request: LayerImport) -> ImportReport:
    """Import a file; returns the report, which reconciles.

    All or nothing: raises ImportRefusedError, with nothing changed, when the file or the
    arguments cannot be used. A dry run does everything and rolls back.
    """
    if other := other_import(request.layer):
        return other.run(request)
    started = time.perf_counter()
    layer = importable_layer(request.layer)
    report = ImportReport()
    batch, keep = _prepare(request, layer, report)
    when = request.when or timezone.localdate()
    with all_or_nothing(dry_run=request.dry_run, report=report):
        upsert(
            model=layer.model, source=request.source, batches=[batch], when=when, report=report,
            layer=layer.name,
            retire=retire_scope(keep=keep, force=request.force) if request.retire else None,
        )  # fmt: skip
        _note_coincidence(layer, request.source, report)
        if not request.dry_run:
            refresh_city(layer=layer.name, report=report, when=when)
    report.seconds = time.perf_counter() - started
    report.check()
    return report


def _note_coincidence(layer: ImportableLayer, source: str, report: ImportReport) -> None:
    """Say where another source has the same objects; lines cross each other anyway."""
    if not report.layer(layer.name).wrote or "LineString" in base_types(layer.geometry_types):
        return
    for other, count in coincident_objects(model=layer.model, source=source).items():
        report.notes.append(
            f"{count} objects lie where the source {other} has one too: both are on the map"
        )


def _prepare(
    request: LayerImport, layer: ImportableLayer, report: ImportReport
) -> tuple[Batch, set[str]]:
    """The batch to store, and the ids of rows that the file has but that cannot be stored."""
    position = {name: col for name, col in request.mapping.items() if name in POSITION_NAMES}
    options = ReadOptions(
        encoding=request.encoding,
        layer_name=request.layer_name,
        position=position,
        max_mb=request.max_mb,
    )
    table = read_source(request.path, options)
    columns = _columns_by_field(request, layer, table)
    placed = place(
        table, crs=source_crs(table, request.crs), srid=city_srid(), box=request.box,
        types=layer.geometry_types, layer=layer.name,
    )  # fmt: skip
    raw = {name: table.columns[column][placed.index] for name, column in columns.items()}
    converted = convert(
        {name: cells for name, cells in raw.items() if name != "source_id"},
        layer=layer, constants=request.constants, count=len(placed.index), source=request.source,
        zone=ZoneInfo(settings.TIME_ZONE), cad=table.driver == "dxf",
    )  # fmt: skip
    rows = Rows(
        columns=converted.columns, geometries=placed.geometries, raw=raw, notes=converted.notes
    )
    if layer.complete:
        layer.complete(rows)
    objects = _identify(table, placed, rows, converted.problems)
    _account(layer, table, placed, objects, report)
    report.notes.extend([*table.notes, *rows.notes])
    good = np.array(objects.good)
    batch = Batch(
        source_ids=[objects.ids[i] for i in good],
        columns={name: [values[i] for i in good] for name, values in rows.columns.items()},
        geometries=placed.geometries[good],
    )
    keep = {objects.ids[index] for index in objects.refused if objects.ids[index]}
    return batch, keep | _ids_of_refused_rows(table, columns)


def _columns_by_field(
    request: LayerImport, layer: ImportableLayer, table: SourceTable
) -> dict[str, str]:
    """Field -> column of the file, `source_id` among the fields."""
    chosen = {name: col for name, col in request.mapping.items() if name not in POSITION_NAMES}
    if len(chosen) < len(request.mapping) and table.driver != "csv":
        raise ImportRefusedError("--map lon, lat, x, y and wkt are for CSV files")
    if request.id_column:
        chosen["source_id"] = one_of(request.id_column, list(table.columns), what="column")
    columns = match_columns(
        list(table.columns), layer.column_names(), chosen=chosen, taken=table.position_columns
    )
    for name in request.constants:
        columns.pop(name, None)
    if table.driver == "dxf" and layer.cad_field and layer.cad_field not in request.constants:
        columns.setdefault(layer.cad_field, CAD_LAYER)
    renamed = ", ".join(f"{name} from {col}" for name, col in columns.items() if name != col)
    unused = set(table.columns) - set(columns.values()) - set(table.position_columns)
    if renamed:
        table.notes.append(f"columns: {renamed}")
    if unused:
        table.notes.append(f"columns not used: {', '.join(sorted(unused))}")
    return columns


@dataclass(frozen=True, slots=True)
class _Objects:
    """Objects by index: their ids, which may be stored, which repeat another, which may not."""

    ids: list[str]
    good: list[int]
    repeated: list[int]
    refused: dict[int, str]


def _identify(
    table: SourceTable, placed: Placed, rows: Rows, problems: Mapping[int, str]
) -> _Objects:
    """Give every object its id; an id used twice by different rows is refused the second time."""
    repeated: list[int] = []
    if "source_id" in rows.raw:
        ids = [
            "" if is_empty(cell) else part_id(to_text(cell), part)
            for cell, part in zip(rows.raw["source_id"], placed.part.tolist(), strict=True)
        ]
    else:
        ids, repeated = ids_from_geometry(placed.geometries, list(rows.columns.values()))
        table.notes.append(
            "the rows have no id: an object is known by its place, so one that moves becomes"
            " another; --id-column names a column with lasting ids"
        )
    refused = {index: why for index, why in problems.items() if index not in repeated}
    first: dict[str, int] = {}
    for index, source_id in enumerate(ids):
        if index in refused or index in repeated:
            continue
        if not source_id:
            refused[index] = "has no id"
        elif (before := first.setdefault(source_id, index)) != index:
            row = table.rows[placed.index[before]]
            refused[index] = f"its id {source_id} is that of row {row}"
    if not first:
        reasons = [*table.problems.values(), *refused.values()]
        raise ImportRefusedError(f"no row can be imported: {summary(reasons)}")
    good = [i for i in range(len(ids)) if i not in refused and i not in set(repeated)]
    return _Objects(ids=ids, good=good, repeated=repeated, refused=refused)


def part_id(source_id: str, part: int) -> str:
    """The id of one part of a row; the first keeps the row's own."""
    return source_id if part == 1 else f"{source_id}/{part}"


def _ids_of_refused_rows(table: SourceTable, columns: Mapping[str, str]) -> set[str]:
    """Ids of rows without a usable geometry: the source still has them, so none is retired."""
    if "source_id" not in columns:
        return set()
    cells = table.columns[columns["source_id"]]
    rows = table.rows.tolist()
    return {
        to_text(cell)
        for row, cell in zip(rows, cells, strict=True)
        if row in table.problems and not is_empty(cell)
    }


def _account(
    layer: ImportableLayer,
    table: SourceTable,
    placed: Placed,
    objects: _Objects,
    report: ImportReport,
) -> None:
    """Count what the engine will not see."""
    row_of = table.rows[placed.index]
    counts = report.layer(layer.name)
    counts.read += len(table.problems) + len(objects.refused) + len(objects.repeated)
    counts.repaired += placed.repaired
    by_row = sorted(
        [*table.problems.items(), *((row_of[i], w) for i, w in objects.refused.items())]
    )
    for row, reason in by_row:
        report.skip(id=f"row {row}", layer=layer.name, reason=reason)
    for index in objects.repeated:
        report.merge(
            id=f"row {row_of[index]}", layer=layer.name, reason="repeats another row wholly"
        )
    if placed.split:
        table.notes.append(
            f"{placed.split} rows have several parts, each of which became an object of its own"
        )
