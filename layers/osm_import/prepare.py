"""From what was collected to tables ready to be written, duplicates merged and reported."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from citymap.geo import BBox
from layers.osm_import.collect import POINT, Collected, Rows
from layers.osm_import.derive import (
    Table,
    houses_of,
    judge_buildings,
    repeated_addresses,
    repeated_places,
)
from layers.osm_import.shapes import box_area, geometries, positions
from layers.osm_import.territories import same_cities
from layers.report import ImportReport
from layers.services.shapes import repair_areas

# Layers whose geometry is a point, whatever the object was mapped as.
_POINT_LAYERS = frozenset(
    {"address", "bus_stop", "camera", "manhole", "place", "street_lamp"}
)  # fmt: skip


@dataclass(slots=True)
class Prepared:
    """Tables by layer name; `area`: where the file is complete (city CRS), None: nowhere."""

    tables: dict[str, Table] = field(default_factory=dict)
    area: shapely.Geometry | None = None


def prepare(collected: Collected, *, bbox: BBox | None, report: ImportReport) -> Prepared:
    """Shape all layers, keep what lies in `bbox`, merge duplicates, judge buildings.

    Rows merged or skipped here are in `report`, and counted as read.
    """
    prepared = Prepared(area=_complete_area(collected, bbox))
    clip = box_area(bbox) if bbox else None
    from_area: dict[str, np.ndarray] = {}
    for layer, rows in collected.layers.items():
        table, was_area = _table(layer, rows, clip, report)
        prepared.tables[layer] = table
        from_area[layer] = was_area
        rows.outlines.clear()
    tables = prepared.tables
    _merge_territories(tables, report)
    _merge_places(tables, from_area["place"], report)
    _judge(tables, _projected_points(collected.institutions))
    _merge_addresses(tables, report)
    return prepared


def _complete_area(collected: Collected, bbox: BBox | None) -> shapely.Geometry | None:
    """Where an object that the file lacks is gone: the file's box, and `bbox` within it.

    A file that does not state its box is complete where its own objects are.
    """
    if collected.box:
        area = box_area(collected.box)
    else:
        outlines = [wkb for rows in collected.layers.values() for wkb in rows.outlines]
        if not outlines:
            return None
        west, south, east, north = shapely.total_bounds(shapely.from_wkb(outlines))
        if not (west < east and south < north):
            return None
        area = box_area(BBox(west, south, east, north))
    return shapely.intersection(area, box_area(bbox)) if bbox else area


def _table(
    layer: str, rows: Rows, clip: shapely.Geometry | None, report: ImportReport
) -> tuple[Table, np.ndarray]:
    """A layer's table, and which of its rows were not mapped as points."""
    table = Table(ids=rows.ids, columns=rows.columns(), geometries=geometries(rows))
    was_area = np.array(rows.forms, dtype=np.int8) != POINT
    if clip is not None and len(table):
        shapely.prepare(clip)
        inside = shapely.intersects(clip, table.geometries)
        table, was_area = table.take(inside), was_area[inside]
    report.layer(layer).repaired += len(repair_areas(table.geometries))
    empty = shapely.is_empty(table.geometries)
    if empty.any():
        for row in np.flatnonzero(empty):
            leave_out(report, layer, table.ids[row], "the outline encloses no area")
        table, was_area = table.take(~empty), was_area[~empty]
    if layer in _POINT_LAYERS:
        table.geometries = positions(table.geometries)
    return table, was_area


def leave_out(report: ImportReport, layer: str, source_id: str, reason: str) -> None:
    """Count a row as read and skipped."""
    report.layer(layer).read += 1
    report.skip(id=source_id, layer=layer, reason=reason)


def _without(table: Table, merged: dict[int, str], layer: str, report: ImportReport) -> Table:
    """The table without merged rows (row -> reason), which are reported."""
    for row, reason in merged.items():
        report.layer(layer).read += 1
        report.merge(id=table.ids[row], layer=layer, reason=reason)
    keep = np.ones(len(table), dtype=bool)
    keep[list(merged)] = False
    return table.take(keep)


def _projected_points(outlines: list[bytes]) -> np.ndarray:
    return geometries(Rows(outlines=outlines, forms=[POINT] * len(outlines)))


def _merge_territories(tables: dict[str, Table], report: ImportReport) -> None:
    table = tables["territory"]
    if not len(table):
        return
    merged = {
        place: f"the same city as {table.ids[boundary]}"
        for place, boundary in same_cities(table).items()
    }
    tables["territory"] = _without(table, merged, "territory", report)


def _merge_places(tables: dict[str, Table], from_area: np.ndarray, report: ImportReport) -> None:
    table = tables["place"]
    if len(table):
        merged = {
            row: f"the same place as {other}"
            for row, other in repeated_places(table, from_area).items()
        }
        tables["place"] = _without(table, merged, "place", report)


def _judge(tables: dict[str, Table], institutions: np.ndarray) -> None:
    """Put use and flats of the apartment rule in place of what served to find them."""
    table = tables["building"]
    if not len(table):
        return
    verdict = judge_buildings(table, tables["land_use"], institutions)
    columns = table.columns
    for served in ("residential", "plain", "flats", "addressed"):
        del columns[served]
    columns["use"] = verdict.use.tolist()
    columns["use_basis"] = verdict.use_basis.tolist()
    columns["apartments"] = [None if flats != flats else int(flats) for flats in verdict.apartments]
    columns["apartments_basis"] = verdict.apartments_basis.tolist()


def _merge_addresses(tables: dict[str, Table], report: ImportReport) -> None:
    table = tables["address"]
    if not len(table):
        return
    buildings = tables["building"]
    table.columns["building"] = houses_of(table, buildings)
    merged = {
        row: f"repeats the address of {other}"
        for row, other in repeated_addresses(table, table.columns["building"], buildings).items()
    }
    tables["address"] = _without(table, merged, "address", report)
