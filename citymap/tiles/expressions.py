"""PostGIS tile functions as Django expressions, for any tile of one zoom.

Column and row of the tile stay open (`TILE_X`, `TILE_Y` among the parameters), so that a
queryset is turned into SQL once per zoom and not once per tile.
"""

from django.contrib.gis.db.models import GeometryField
from django.db.models import BinaryField, BooleanField, Expression, F, Func, IntegerField, Value

from citymap.geo import WEB_MERCATOR_SRID
from citymap.tiles.grid import BUFFER_SHARE, WORLD_HALF_M, Tile, tile_width

# What stands among the parameters of a statement in place of a tile's column and row.
TILE_X, TILE_Y = object(), object()


class Slot(Expression):
    """A number that is known when a tile is drawn: TILE_X or TILE_Y."""

    output_field = IntegerField()

    def __init__(self, what: object) -> None:
        super().__init__()
        self.what = what

    def as_sql(self, compiler, connection):
        return "%s", [self.what]


class Margin(Func):
    """The named argument `margin => ...` of ST_TileEnvelope."""

    function = "margin"
    template = "%(function)s => %(expressions)s"
    output_field = IntegerField()


class TileEnvelope(Func):
    """The tile as a rectangle in EPSG:3857, widened by `margin` (a share of its width)."""

    function = "ST_TileEnvelope"
    output_field = GeometryField(srid=WEB_MERCATOR_SRID)

    def __init__(self, z: int, *, margin: float = 0.0) -> None:
        super().__init__(Value(z), Slot(TILE_X), Slot(TILE_Y), Margin(Value(margin)))


class HoldsAnchor(Func):
    """Whether the tile, without its margin, holds the object's point on the surface."""

    template = "(%(expressions)s)"
    arg_joiner = " ~ "
    output_field = BooleanField()

    def __init__(self, geometry: str, z: int) -> None:
        anchor = Func(
            F(geometry),
            function="ST_PointOnSurface",
            output_field=GeometryField(srid=WEB_MERCATOR_SRID),
        )
        super().__init__(TileEnvelope(z), anchor)


class AsMVTGeom(Func):
    """A geometry (EPSG:3857) in the tile's own grid, clipped to tile and buffer; null outside."""

    function = "ST_AsMVTGeom"
    # Not a geometry field: Django would cast it to bytea before ST_AsMVT sees it.
    output_field = BinaryField()

    def __init__(self, geometry: str | Expression, z: int) -> None:
        any_tile = Tile(z, 0, 0)
        super().__init__(
            F(geometry) if isinstance(geometry, str) else geometry,
            TileEnvelope(z),
            Value(any_tile.extent),
            Value(any_tile.buffer),
            Value(True),
        )


class Retraced(Func):
    """A line that may run back upon itself, clipped, snapped to the tile's grid and dissolved.

    ST_AsMVTGeom loses the tip of a line that goes out and comes back the same way (PostGIS
    3.3: its simplification takes A-B-A for one point), so nothing may be left to retrace.
    """

    template = "ST_UnaryUnion(ST_SnapToGrid(%(expressions)s))"
    output_field = GeometryField(srid=WEB_MERCATOR_SRID)

    def __init__(self, geometry: str, z: int) -> None:
        unit = tile_width(z) / Tile(z, 0, 0).extent
        super().__init__(
            Func(
                F(geometry),
                TileEnvelope(z, margin=BUFFER_SHARE),
                function="ST_ClipByBox2D",
                output_field=GeometryField(srid=WEB_MERCATOR_SRID),
            ),
            Value(-WORLD_HALF_M),
            Value(WORLD_HALF_M),
            Value(unit),
            Value(unit),
        )


class Cell(Func):
    """The number of the grid cell, along x or y, that holds a point (EPSG:3857).

    Cells are half-open and numbered from the north-west corner of the world, by one rule for
    all tiles: a point lies in one cell, and a cell in one tile.
    """

    output_field = IntegerField()

    def __init__(self, geometry: str, *, function: str, origin: float, width: float) -> None:
        self.template = f"floor(({function}(ST_Centroid(%(expressions)s)) - %%s) / %%s)::int"
        self.bounds = (origin, width)
        super().__init__(F(geometry))

    def as_sql(self, compiler, connection, **extra):
        sql, params = super().as_sql(compiler, connection, **extra)
        return sql, [*params, *self.bounds]


class CellCentre(Func):
    """The centre of a grid cell as a point in EPSG:3857."""

    template = "ST_SetSRID(ST_MakePoint(%(expressions)s), 3857)"
    output_field = GeometryField(srid=WEB_MERCATOR_SRID)
