"""Tiles out of prepared statements: planned once a connection, not once a tile.

Planning a statement of twenty layers costs more than drawing a tile of few features. A
statement is the same for all tiles of a source and zoom but for two numbers, so each
connection prepares it at its first use, and PostgreSQL keeps the plan.
"""

from typing import Any
from weakref import WeakKeyDictionary

from django.db import InterfaceError, OperationalError, connection

from citymap.tiles.grid import Tile
from citymap.tiles.statements import Statement

# A connection lives for minutes and meets each zoom of each shared source, some thirty.
KEPT_PER_CONNECTION = 64

_prepared: WeakKeyDictionary[Any, dict[Statement, str]] = WeakKeyDictionary()


def fetch_tile(statement: Statement, tile: Tile, *, shared: bool) -> tuple[str, bytes]:
    """The row `(snapshot, tile)` of a statement.

    shared: the same statement will be run for other tiles, so it is worth preparing.
    Raises the database's errors as Django's. A connection that the server has closed since its
    last use is opened anew: asking for it beforehand would cost a round trip a tile.
    """
    try:
        return _fetch(statement, tile, shared=shared)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _fetch(statement, tile, shared=shared)


def _fetch(statement: Statement, tile: Tile, *, shared: bool) -> tuple[str, bytes]:
    connection.ensure_connection()
    session = connection.connection
    with connection.wrap_database_errors, session.cursor() as cursor:
        if shared:
            arguments = f"({int(tile.x)}, {int(tile.y)})" if statement.slots else ""
            cursor.execute(f"EXECUTE {_name(cursor, session, statement)}{arguments}")
        else:
            cursor.execute(statement.for_tile(tile))
        snapshot, data = cursor.fetchone()
    return snapshot, bytes(data)


def _name(cursor: Any, session: Any, statement: Statement) -> str:
    """The prepared statement's name in this session, prepared if it is not yet."""
    names = _prepared.setdefault(session, {})
    if statement not in names:
        if len(names) >= KEPT_PER_CONNECTION:
            cursor.execute("DEALLOCATE ALL")
            names.clear()
        name = f"tile_{len(names)}"
        parameters = "(int, int)" if statement.slots else ""
        cursor.execute(f"PREPARE {name}{parameters} AS {statement.with_parameters()}")
        names[statement] = name
    return names[statement]
