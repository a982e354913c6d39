"""The triggers that mark dirty tiles: installed for every layer drawn in a public source.

A hook after migrate looks at the registry, so a new layer needs no code for this. For each
layer it installs statement triggers on the table that is drawn, and on every other table that
the layer's SQL reads (those mark the whole source). When the SQL that draws a source differs
from the one its cached tiles were drawn by, the whole source is marked.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from citymap.sqlfiles import load_sql
from citymap.tiles.grid import MAX_ZOOM, Tile
from citymap.tiles.models import DirtyTile, DrawnSource
from citymap.tiles.mvt import layer_statement
from citymap.tiles.registry import MapLayer, MapSource, layers_of, sources

PREFIX = "citymap_tiles_"
# Events with the transition tables that each has; a trigger with them takes one event only.
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
    "TRUNCATE": "",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """One table whose edits show in one public source.

    geometry: the drawn column (EPSG:3857); empty when the table only feeds attributes.
    """

    table: str
    source: str
    geometry: str
    low: int
    high: int

    def trigger_name(self, event: str) -> str:
        """A name that changes when the trigger's arguments do."""
        key = f"{self.source}|{self.geometry}|{self.low}|{self.high}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        return f"{PREFIX}{event.lower()}_{digest}"


def cached_sources() -> list[MapSource]:
    """Public sources whose tiles are drawn live and kept as files."""
    return [source for source in sources if source.public and source.cached and not source.backdrop]


def watches(cursor: CursorWrapper) -> set[Watch]:
    """Every table to be watched, from the registry and from what the layers' SQL reads."""
    drawn: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    feeding: set[Watch] = set()
    for source in cached_sources():
        for layer in layers_of(source.name):
            low, high = max(layer.min_zoom, source.min_zoom), min(layer.max_zoom, source.max_zoom)
            table = layer.queryset().model._meta.db_table
            drawn[table, source.name, layer.geometry] += [low, high]
            feeding |= {
                Watch(other, source.name, "", 0, 0)
                for other in tables_read(cursor, layer)
                if other != table
            }
    return feeding | {
        Watch(table, source, geometry, min(zooms), max(zooms))
        for (table, source, geometry), zooms in drawn.items()
    }


def tables_read(cursor: CursorWrapper, layer: MapLayer) -> set[str]:
    """The tables that a layer's SQL reads, by the planner's own account."""
    found: set[str] = set()
    statement = layer_statement(layer, min(layer.max_zoom, MAX_ZOOM))
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.for_tile(Tile(0, 0, 0))}")
    plan = cursor.fetchone()[0]
    _collect_tables(json.loads(plan) if isinstance(plan, str) else plan, found)
    return found


def _collect_tables(node: object, found: set[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect_tables(item, found)
    elif isinstance(node, dict):
        if "Relation Name" in node:
            found.add(node["Relation Name"])
        for item in node.values():
            _collect_tables(item, found)


def fingerprint(source: MapSource) -> str:
    """SHA-256 of the SQL that draws a source, over all its zooms."""
    digest = hashlib.sha256()
    for z in range(source.min_zoom, source.max_zoom + 1):
        for layer in layers_of(source.name):
            if layer.min_zoom <= z <= layer.max_zoom:
                digest.update(layer_statement(layer, z).for_tile(Tile(z, 0, 0)).encode())
    return digest.hexdigest()


def install(sender, using: str = "default", **kwargs) -> None:
    """After migrate: make triggers and fingerprints agree with the registry.

    Returns early unless the session's user owns the tables: tests re-emit the signal as the
    runtime role at every flush.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(tableowner = current_user) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename IN ('tiles_dirtytile', 'tiles_drawnsource')"
        )
        if not cursor.fetchone()[0]:
            return
        cursor.execute(load_sql(__file__, "functions.sql"))
        _agree(cursor, watches(cursor))
        for source in cached_sources():
            _mark_when_redrawn(source, fingerprint(source))


def _agree(cursor: CursorWrapper, wanted: set[Watch]) -> None:
    """Drop triggers that are no longer wanted and create those that are missing."""
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE starts_with(tgname, %s)",
        [PREFIX],
    )
    there = set(cursor.fetchall())
    plans = {
        (watch.table, watch.trigger_name(event)): (watch, event)
        for watch in wanted
        for event in EVENTS
    }
    for table, name in sorted(there - plans.keys()):
        cursor.execute(
            sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(table))
        )
    for table, name in sorted(plans.keys() - there):
        cursor.execute(_create_trigger(name, *plans[table, name]))


def _create_trigger(name: str, watch: Watch, event: str) -> sql.Composable:
    return sql.SQL(
        "CREATE TRIGGER {name} AFTER {event} ON {table} {transition} FOR EACH STATEMENT"
        " EXECUTE FUNCTION tiles_mark_dirty({arguments})"
    ).format(
        name=sql.Identifier(name),
        event=sql.SQL(event),
        table=sql.Identifier(watch.table),
        transition=sql.SQL(EVENTS[event]),
        arguments=sql.SQL(", ").join(
            map(sql.Literal, (watch.source, watch.geometry, str(watch.low), str(watch.high)))
        ),
    )


def _mark_when_redrawn(source: MapSource, now: str) -> None:
    before = DrawnSource.objects.filter(name=source.name).values_list("fingerprint", flat=True)
    if list(before) == [now]:
        return
    DirtyTile.objects.create(source=source.name)
    DrawnSource.objects.update_or_create(name=source.name, defaults={"fingerprint": now})


def installed(cursor: CursorWrapper) -> Sequence[tuple[str, str]]:
    """`(table, trigger)` of every trigger of ours in the database, in order."""
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE starts_with(tgname, %s) ORDER BY 1, 2",
        [PREFIX],
    )
    return cursor.fetchall()


def missing(cursor: CursorWrapper) -> Iterator[tuple[str, str]]:
    """`(table, event)` of every watch that the database lacks."""
    there = set(installed(cursor))
    for watch in watches(cursor):
        for event in EVENTS:
            if (watch.table, watch.trigger_name(event)) not in there:
                yield watch.table, event
