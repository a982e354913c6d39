"""Querysets to Mapbox vector tiles, in one SQL statement a tile.

`SELECT ST_AsMVT(t, ...) FROM (<queryset SQL>) t`: whatever a queryset filters, permission
included, is what the tile shows. Layers of a source are concatenated, which the format allows.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import (
    Case,
    Count,
    Expression,
    ExpressionWrapper,
    F,
    FloatField,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone
from psycopg2 import sql

from citymap.tiles.expressions import (
    TILE_X,
    TILE_Y,
    AsMVTGeom,
    Cell,
    CellCentre,
    HoldsAnchor,
    Retraced,
    Slot,
    TileEnvelope,
)
from citymap.tiles.fetching import fetch_tile
from citymap.tiles.grid import BUFFER_SHARE, WORLD_HALF_M, Tile, tile_width
from citymap.tiles.registry import MapLayer
from citymap.tiles.statements import Statement, bind

# Points are counted in this many cells along one side of a tile (32 screen pixels a cell).
GRID_CELLS = 16


@dataclass(frozen=True, slots=True)
class RenderedTile:
    """An uncompressed tile, and the snapshot of the database it shows (`pg_snapshot` text)."""

    data: bytes
    snapshot: str


def fields_at(layer: MapLayer, z: int) -> list[str]:
    """Names of the attributes that a layer's features carry at zoom `z`."""
    later = {name for zoom, names in layer.fields_by_zoom.items() if z < zoom for name in names}
    return [name for name in (*layer.fields, *layer.once) if name not in later]


def is_grid(layer: MapLayer, z: int) -> bool:
    """Whether the layer is drawn as counts per grid cell at zoom `z`."""
    return z < layer.grid_below_zoom


def layer_rows(layer: MapLayer, z: int) -> QuerySet:
    """The features of a tile as rows `(geometry, pk, attribute, ...)`.

    The rectangle is a literal in the column's own CRS, so its GiST index is used; `&&` alone
    decides, because ST_AsMVTGeom drops what only shares the bounding box.
    """
    envelope = TileEnvelope(z, margin=BUFFER_SHARE)
    rows = layer.queryset().order_by().filter(**{f"{layer.geometry}__bboverlaps": envelope})
    smallest = Tile(z, 0, 0).smallest_area_m2
    if layer.min_area_field and smallest:
        rows = rows.filter(**{f"{layer.min_area_field}__gte": smallest})
    rows, lookups = _with_attributes(layer, rows, z)
    geometry = Retraced(layer.geometry, z) if layer.retraces else layer.geometry
    return rows.annotate(tile_geometry=AsMVTGeom(geometry, z)).values_list(
        "tile_geometry", "pk", *lookups
    )


def _with_attributes(layer: MapLayer, rows: QuerySet, z: int) -> tuple[QuerySet, list[str]]:
    """The rows, and the lookups of their attributes; what is carried once is null elsewhere."""
    lookups = []
    for name in fields_at(layer, z):
        if name in layer.once:
            own = Case(When(HoldsAnchor(layer.geometry, z), then=F(layer.once[name])))
            rows, lookup = rows.annotate(**{f"tile_once_{name}": own}), f"tile_once_{name}"
        else:
            lookup = layer.fields[name]
        lookups.append(lookup)
    return rows, lookups


def grid_rows(layer: MapLayer, z: int) -> QuerySet:
    """The layer's objects counted per grid cell: rows `(geometry, count)`."""
    width = tile_width(z) / GRID_CELLS
    west, north = -WORLD_HALF_M, WORLD_HALF_M

    def middle(cell: str, origin: float, step: float) -> ExpressionWrapper:
        return ExpressionWrapper(
            Value(origin) + (F(cell) + Value(0.5)) * Value(step), output_field=FloatField()
        )

    def mine(number: Slot) -> tuple[Expression, Expression]:
        first = number * Value(GRID_CELLS)
        return first, first + Value(GRID_CELLS - 1)

    centre = CellCentre(middle("tile_column", west, width), middle("tile_row", north, -width))
    envelope = TileEnvelope(z, margin=BUFFER_SHARE)
    return (
        layer.queryset()
        .order_by()
        .filter(**{f"{layer.geometry}__bboverlaps": envelope})
        .annotate(
            tile_column=Cell(layer.geometry, function="ST_X", origin=west, width=width),
            tile_row=Cell(layer.geometry, function="ST_Y", origin=north, width=-width),
        )
        .filter(tile_column__range=mine(Slot(TILE_X)), tile_row__range=mine(Slot(TILE_Y)))
        .values("tile_column", "tile_row")
        .annotate(tile_count=Count("*"), tile_geometry=AsMVTGeom(centre, z))
        .values_list("tile_geometry", "tile_count")
    )


def layer_sql(layer: MapLayer, z: int) -> tuple[sql.Composable, list]:
    """One layer as a scalar subquery, and its parameters, TILE_X and TILE_Y among them."""
    if is_grid(layer, z):
        rows, columns, feature_id = grid_rows(layer, z), ["geom", "count"], sql.SQL("")
    else:
        rows, columns = layer_rows(layer, z), ["geom", "id", *fields_at(layer, z)]
        feature_id = sql.SQL(", 'id'")
    rows_sql, parameters = rows.query.sql_with_params()
    composed = sql.SQL(
        "(SELECT ST_AsMVT(t, {name}, {extent}, 'geom'{feature_id}) FROM ({rows}) AS t({columns}))"
    ).format(
        name=sql.Literal(layer.name),
        extent=sql.Literal(Tile(z, 0, 0).extent),
        feature_id=feature_id,
        rows=sql.SQL(rows_sql),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    return composed, list(parameters)


def layer_statement(layer: MapLayer, z: int) -> Statement:
    """One row `(tile)` of one layer."""
    body, parameters = layer_sql(layer, z)
    return bind(sql.SQL("SELECT {}").format(body), parameters)


@lru_cache(maxsize=256)
def tile_statement(layers: tuple[MapLayer, ...], z: int, day: dt.date) -> Statement:
    """One row `(snapshot, tile)` of all layers drawn at zoom `z`.

    Made once a day, because turning querysets into SQL costs more than drawing a tile. So a
    queryset may compare with today's date; with the clock it compares in SQL (`Now()`).
    """
    drawn = [layer_sql(layer, z) for layer in layers if layer.min_zoom <= z <= layer.max_zoom]
    body = sql.SQL(" || ").join(part for part, _ in drawn) if drawn else sql.SQL("''::bytea")
    return bind(
        sql.SQL("SELECT pg_current_snapshot()::text, {}").format(body),
        [value for _, parameters in drawn for value in parameters],
    )


def render(layers: Sequence[MapLayer], tile: Tile) -> RenderedTile:
    """Draw a tile from the database as it is now."""
    # What a reader's own rights filter is written for that reader, and kept for nobody else.
    personal = any(layer.permission for layer in layers)
    written = tile_statement.__wrapped__ if personal else tile_statement
    statement = written(tuple(layers), tile.z, timezone.localdate())
    snapshot, data = fetch_tile(statement, tile, shared=not personal)
    return RenderedTile(data=data, snapshot=snapshot)
