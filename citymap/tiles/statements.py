"""SQL for any tile of one zoom: everything bound but the tile's column and row."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import AsIs

from citymap.tiles.expressions import TILE_X, TILE_Y
from citymap.tiles.grid import Tile


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for any tile of one zoom: all parameters bound but the tile's column and row.

    pieces: the text around those numbers; slots: which number follows each piece but the last.
    """

    pieces: tuple[str, ...]
    slots: tuple[object, ...]

    def for_tile(self, tile: Tile) -> str:
        """The statement for one tile of that zoom."""
        return self._filled(x=str(int(tile.x)), y=str(int(tile.y)))

    def with_parameters(self) -> str:
        """The statement to prepare: `$1` stands for the column, `$2` for the row."""
        return self._filled(x="$1", y="$2")

    def _filled(self, *, x: str, y: str) -> str:
        numbers = {TILE_X: x, TILE_Y: y}
        first, *others = self.pieces
        filled = (numbers[slot] + piece for slot, piece in zip(self.slots, others, strict=True))
        return first + "".join(filled)


def bind(statement: sql.Composable, parameters: Sequence) -> Statement:
    """Let the driver bind all parameters but the slots, whose places it keeps."""
    # Random, so that no text of ours or of a reader can hold it.
    mark = f"<{uuid.uuid4().hex}>"
    slots = tuple(value for value in parameters if value is TILE_X or value is TILE_Y)
    marked = [AsIs(mark) if value is TILE_X or value is TILE_Y else value for value in parameters]
    with connection.cursor() as cursor:
        bound = cursor.mogrify(statement.as_string(cursor.cursor), marked).decode()
    return Statement(pieces=tuple(bound.split(mark)), slots=slots)
