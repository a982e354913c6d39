"""Filling the search index: set-based, rows that did not change are not written."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from psycopg2 import sql

from citymap.places.models import SearchEntry, SearchHouse, SearchWord
from citymap.places.words import house_key, house_ordinal, parse_name
from citymap.sqlfiles import load_sql

_ENTRY_COLUMNS = (
    "kind", "subkind", "object_id", "labels", "names", "words", "context", "weight", "garden",
    "has_houses", "point", "extent_m",
)  # fmt: skip
_HOUSE_COLUMNS = ("address_id", "street_id", "number", "key", "ordinal", "point")


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRow:
    """A named thing to be found.

    subkind: what it is more exactly; its words are registered by `register_found_kind`.
    names: every name that may be typed, in any language. labels: language code -> label, with
    "" for the default. context: names of the territories around. point: city CRS.
    extent_m: west, south, east, north in metres of the city CRS, or None.
    """

    kind: str
    object_id: int
    labels: dict[str, str]
    names: Sequence[str]
    point: Point
    subkind: str = ""
    context: Sequence[str] = ()
    weight: float = 0.0
    garden: bool = False
    has_houses: bool = False
    extent_m: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a replacement wrote."""

    created: int
    updated: int
    deleted: int


def replace_entries(*, entries: Iterable[EntryRow]) -> Replaced:
    """Make the named things of the index exactly `entries`; the vocabulary follows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows(_entry_fields(entry) for entry in entries)
    with transaction.atomic(), connection.cursor() as cursor:
        _make_stage(cursor, SearchEntry, _ENTRY_COLUMNS)
        buffer.seek(0)
        copy = sql.SQL("COPY places_stage ({}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (subkind))")
        cursor.copy_expert(copy.format(_names(_ENTRY_COLUMNS)), buffer)
        replaced = _merge(cursor, SearchEntry, ("kind", "object_id"), _ENTRY_COLUMNS)
        if replaced != Replaced(0, 0, 0):
            cursor.execute(load_sql(__file__, "vocabulary.sql"))
        cursor.execute("DROP TABLE places_stage")
    return replaced


def replace_houses(*, addresses: QuerySet) -> Replaced:
    """Make the house numbers of the index exactly those of `addresses`.

    `addresses` yields four columns by `values_list`: id, id of the street (as in its search
    entry), house number, point in the city CRS.
    """
    query, parameters = addresses.order_by().query.sql_with_params()
    source = sql.SQL("({}) AS q (id, street_id, n, point)").format(sql.SQL(query))
    with transaction.atomic(), connection.cursor() as cursor:
        _make_stage(cursor, SearchHouse, _HOUSE_COLUMNS)
        cursor.execute(sql.SQL("SELECT DISTINCT n FROM {}").format(source), parameters)
        numbers = [row[0] for row in cursor.fetchall()]
        keys = [house_key(number) for number in numbers]
        cursor.execute(
            sql.SQL(
                "INSERT INTO places_stage ({columns})"
                " SELECT q.id, q.street_id, q.n, k.key, k.ordinal, q.point::geometry"
                " FROM {source}"
                " JOIN unnest(%s::text[], %s::text[], %s::integer[]) k (n, key, ordinal) USING (n)"
            ).format(columns=_names(_HOUSE_COLUMNS), source=source),
            [*parameters, numbers, keys, [house_ordinal(key) for key in keys]],
        )
        replaced = _merge(cursor, SearchHouse, ("address_id",), _HOUSE_COLUMNS)
        cursor.execute("DROP TABLE places_stage")
    return replaced


def analyze_index() -> None:
    """Refresh the planner's statistics after a large replacement; needs the owner role."""
    with connection.cursor() as cursor:
        for model in (SearchEntry, SearchHouse, SearchWord):
            cursor.execute(sql.SQL("ANALYZE {}").format(_table(model)))


def _entry_fields(entry: EntryRow) -> list:
    """A row of the staging table as CSV fields; None is an unquoted empty field, SQL's null."""
    words = dict.fromkeys(word for name in entry.names for word in parse_name(name).tokens)
    context = dict.fromkeys(word for name in entry.context for word in parse_name(name).words)
    return [
        entry.kind,
        entry.subkind,
        entry.object_id,
        json.dumps(entry.labels, ensure_ascii=False),
        _array(entry.names),
        _array(words),
        _array(context),
        round(min(max(entry.weight, 0.0), 1.0), 4),
        entry.garden,
        entry.has_houses,
        entry.point.hexewkb.decode("ascii"),
        None if entry.extent_m is None else _array(round(value, 2) for value in entry.extent_m),
    ]


def _array(values: Iterable) -> str:
    """A PostgreSQL array literal."""
    return "{" + ",".join(json.dumps(str(value), ensure_ascii=False) for value in values) + "}"


def _table(model: type[Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _names(columns: Sequence[str], alias: str = "") -> sql.Composed:
    """Column names joined by commas, each with `alias.` before it when one is given."""
    prefix = (alias,) if alias else ()
    return sql.SQL(", ").join(sql.Identifier(*prefix, name) for name in columns)


def _make_stage(cursor, model: type[Model], columns: Sequence[str]) -> None:
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE places_stage ON COMMIT DROP AS"
            " SELECT {columns} FROM {table} WITH NO DATA"
        ).format(columns=_names(columns), table=_table(model))
    )


def _merge(cursor, model: type[Model], key: Sequence[str], columns: Sequence[str]) -> Replaced:
    """Bring a table to the state of the staging table, touching only rows that differ."""
    rest = [name for name in columns if name not in key]
    parts = {
        "table": _table(model),
        "columns": _names(columns),
        "same_key": sql.SQL("({}) = ({})").format(_names(key, "t"), _names(key, "s")),
        "changes": sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name))
            for name in rest
        ),
        "old": _names(rest, "t"),
        "new": _names(rest, "s"),
    }
    written = []
    cursor.execute("ANALYZE places_stage")
    for statement in (
        "DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM places_stage s WHERE {same_key})",
        "UPDATE {table} t SET {changes} FROM places_stage s"
        " WHERE {same_key} AND ({old}) IS DISTINCT FROM ({new})",
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM places_stage s"
        " WHERE NOT EXISTS (SELECT FROM {table} t WHERE {same_key})",
    ):
        cursor.execute(sql.SQL(statement).format(**parts))
        written.append(cursor.rowcount)
    deleted, updated, created = written
    return Replaced(created=created, updated=updated, deleted=deleted)
