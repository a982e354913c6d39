"""Querysets to Mapbox vector tiles, in one SQL statement a tile.

`SELECT ST_AsMVT(t, ...) FROM (<queryset SQL>) t`: whatever a queryset filters, permission
included, is what the tile shows. Layers of a source are concatenated, which the format allows.
"""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, ExpressionWrapper, F, FloatField, QuerySet, Value
from psycopg2 import sql

from citymap.tiles.expressions import AsMVTGeom, Cell, CellCentre, Retraced, TileEnvelope
from citymap.tiles.grid import BUFFER_SHARE, WORLD_HALF_M, Tile, tile_width
from citymap.tiles.registry import MapLayer

# Points are counted in this many cells along one side of a tile (32 screen pixels a cell).
GRID_CELLS = 16
_COPY_HEADER_BYTES = 19


@dataclass(frozen=True, slots=True)
class RenderedTile:
    """An uncompressed tile, and the snapshot of the database it shows (`pg_snapshot` text)."""

    data: bytes
    snapshot: str


def fields_at(layer: MapLayer, z: int) -> list[str]:
    """Names of the attributes that a layer's features carry at zoom `z`."""
    later = {name for zoom, names in layer.fields_by_zoom.items() if z < zoom for name in names}
    return [name for name in layer.fields if name not in later]


def is_grid(layer: MapLayer, z: int) -> bool:
    """Whether the layer is drawn as counts per grid cell at zoom `z`."""
    return z < layer.grid_below_zoom


def layer_rows(layer: MapLayer, tile: Tile) -> QuerySet:
    """The features of one tile as rows `(geometry, pk, attribute, ...)`.

    The rectangle is a literal in the column's own CRS, so its GiST index is used; `&&` alone
    decides, because ST_AsMVTGeom drops what only shares the bounding box.
    """
    rows = layer.queryset().order_by()
    envelope = TileEnvelope(tile, margin=BUFFER_SHARE)
    rows = rows.filter(**{f"{layer.geometry}__bboverlaps": envelope})
    if layer.min_area_field and tile.smallest_area_m2:
        rows = rows.filter(**{f"{layer.min_area_field}__gte": tile.smallest_area_m2})
    lookups = [layer.fields[name] for name in fields_at(layer, tile.z)]
    geometry = Retraced(layer.geometry, tile) if layer.retraces else layer.geometry
    return rows.annotate(tile_geometry=AsMVTGeom(geometry, tile)).values_list(
        "tile_geometry", "pk", *lookups
    )


def grid_rows(layer: MapLayer, tile: Tile) -> QuerySet:
    """The layer's objects counted per grid cell: rows `(geometry, count)`."""
    width = tile_width(tile.z) / GRID_CELLS
    west, north = -WORLD_HALF_M, WORLD_HALF_M

    def middle(cell: str, origin: float, step: float) -> ExpressionWrapper:
        return ExpressionWrapper(
            Value(origin) + (F(cell) + Value(0.5)) * Value(step), output_field=FloatField()
        )

    def mine(number: int) -> tuple[int, int]:
        return number * GRID_CELLS, (number + 1) * GRID_CELLS - 1

    centre = CellCentre(middle("tile_column", west, width), middle("tile_row", north, -width))
    envelope = TileEnvelope(tile, margin=BUFFER_SHARE)
    return (
        layer.queryset()
        .order_by()
        .filter(**{f"{layer.geometry}__bboverlaps": envelope})
        .annotate(
            tile_column=Cell(layer.geometry, function="ST_X", origin=west, width=width),
            tile_row=Cell(layer.geometry, function="ST_Y", origin=north, width=-width),
        )
        .filter(tile_column__range=mine(tile.x), tile_row__range=mine(tile.y))
        .values("tile_column", "tile_row")
        .annotate(tile_count=Count("*"), tile_geometry=AsMVTGeom(centre, tile))
        .values_list("tile_geometry", "tile_count")
    )


def layer_sql(layer: MapLayer, tile: Tile) -> tuple[sql.Composable, list]:
    """One layer of one tile as a scalar subquery, and its parameters."""
    if is_grid(layer, tile.z):
        rows, columns, feature_id = grid_rows(layer, tile), ["geom", "count"], sql.SQL("")
    else:
        rows = layer_rows(layer, tile)
        columns = ["geom", "id", *fields_at(layer, tile.z)]
        feature_id = sql.SQL(", 'id'")
    rows_sql, parameters = rows.query.sql_with_params()
    statement = sql.SQL(
        "(SELECT ST_AsMVT(t, {name}, {extent}, 'geom'{feature_id}) FROM ({rows}) AS t({columns}))"
    ).format(
        name=sql.Literal(layer.name),
        extent=sql.Literal(tile.extent),
        feature_id=feature_id,
        rows=sql.SQL(rows_sql),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    return statement, list(parameters)


def layers_at(layers: Sequence[MapLayer], z: int) -> list[MapLayer]:
    """Those layers that are drawn at zoom `z`."""
    return [layer for layer in layers if layer.min_zoom <= z <= layer.max_zoom]


def tile_sql(layers: Sequence[MapLayer], tile: Tile) -> tuple[sql.Composable, list]:
    """The statement of a whole tile: one row `(snapshot, tile)`, and its parameters."""
    parts, parameters = [], []
    for layer in layers_at(layers, tile.z):
        part, values = layer_sql(layer, tile)
        parts.append(part)
        parameters += values
    body = sql.SQL(" || ").join(parts) if parts else sql.SQL("''::bytea")
    return sql.SQL("SELECT pg_current_snapshot()::text, {}").format(body), parameters


def render(layers: Sequence[MapLayer], tile: Tile) -> RenderedTile:
    """Draw a tile from the database as it is now."""
    statement, parameters = tile_sql(layers, tile)
    snapshot, data = _fetch_binary(statement, parameters)
    return RenderedTile(data=data, snapshot=snapshot.decode())


def _fetch_binary(statement: sql.Composable, parameters: Sequence) -> list[bytes]:
    """The one row of a statement, its columns as raw bytes.

    By binary COPY: psycopg2 receives bytea as hexadecimal text otherwise, twice the size.
    """
    received = io.BytesIO()
    with connection.cursor() as cursor:
        bound = cursor.mogrify(statement.as_string(cursor.cursor), parameters)
        cursor.copy_expert(b"COPY (" + bound + b") TO STDOUT (FORMAT binary)", received)
    buffer = received.getbuffer()
    (columns,) = struct.unpack_from("!h", buffer, _COPY_HEADER_BYTES)
    position, row = _COPY_HEADER_BYTES + 2, []
    for _ in range(columns):
        (length,) = struct.unpack_from("!i", buffer, position)
        row.append(bytes(buffer[position + 4 : position + 4 + length]))
        position += 4 + length
    return row
