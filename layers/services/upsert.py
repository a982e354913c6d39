"""The upsert engine: columns in, one set-based write, exact counts out.

Rows go by COPY into a temporary staging table that has the target's own column types. One
statement then inserts what is new and updates what differs; rows that are the same are not
touched at all: no new row version, no lock, no index entry, no trigger.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED
from psycopg2 import sql
from shapely import Geometry

from citymap.geo import city_srid
from layers.models.base import CityObject
from layers.report import ImportReport, LayerReport
from layers.services.staging import TABLE, Column, Staging


class RetireRefusedError(ValueError):
    """More of a layer would be retired than one import may do without being forced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of one layer by column; all columns have the same length n.

    source_ids: (n,) text, the objects' ids in their source.
    columns: model field name -> (n,) values; None is NULL. A foreign key takes primary keys,
        or the ids in the source of the objects referred to when it is named in `references`.
        Every batch of one call has the same columns.
    geometries: (n,) shapely geometries in the city CRS (metres); None where the model has no
        geometry or, for a nullable field, where one is missing.
    """

    source_ids: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    geometries: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RetireScope:
    """Which current objects of the source count as gone when the batches do not have them.

    area: only objects that lie inside this geometry (city CRS); None: all of the source.
    keep: ids that the source still has, though they could not be imported this time.
    max_share: refuse when more than this share of the objects in scope would go ...
    max_count: ... and more than this many (small layers change by large shares).
    """

    area: Geometry | None = None
    keep: Collection[str] = field(default_factory=frozenset)
    max_share: float = 0.2
    max_count: int = 10


def upsert(
    *,
    model: type[CityObject],
    source: str,
    batches: Iterable[Batch],
    when: dt.date,
    report: ImportReport,
    layer: str,
    references: Mapping[str, str] | None = None,
    retire: RetireScope | None = None,
) -> LayerReport:
    """Make the rows of `source` in `model`'s table equal to `batches`; returns the counts.

    Runs inside `transaction.atomic()` (its own, or the caller's): all or nothing.

    - New ids are created with `valid_from = when`; columns that are not given get the field's
      default on creation and are never touched afterwards.
    - Rows that differ in a given column (IS DISTINCT FROM; geometries compared point by point)
      or had been retired are updated; `valid_from` stays, `valid_to` becomes null.
    - Rows that are the same are not written. A run with the same batches writes nothing.
    - With `retire`, current rows of the source in scope that are not in the batches get
      `valid_to = when`; raises RetireRefusedError when that would be too many.
    - An id given twice is merged: the last one counts. Polygons and lines are promoted to the
      field's multi type; invalid areas are repaired (`repaired`). Rows that break a rule of the
      table (null, length, choice, number range, type of geometry, check constraint) are
      skipped and listed by id with the reason; they do not stop the import.

    references: foreign key field -> source of the objects it refers to; the column then holds
    their `source_id` (None or an id that is not there: NULL).
    layer: name in the report. `read` grows by the number of rows given; what a caller leaves
    out before calling, it counts itself (`read += 1` and `report.skip(...)`).

    Geometries must be in the city CRS. Raises ValueError when a batch is malformed.
    """
    counts = report.layer(layer)
    with transaction.atomic(), connection.cursor() as cursor:
        staging, left_out = _stage(cursor, model, batches, references or {}, report, layer)
        if staging is None:
            created, updated, existing = 0, 0, 0
            staging = Staging(cursor, model, [])
            staging.create()
        else:
            created, updated, existing = _write(staging, source=source, when=when)
        counts.created += created
        counts.updated += updated
        counts.unchanged += existing - updated
        if retire is not None:
            counts.retired += _retire(
                staging, source=source, when=when, scope=retire, kept=left_out, existing=existing
            )
        staging.drop()
    return counts


def _stage(
    cursor,
    model: type[CityObject],
    batches: Iterable[Batch],
    references: Mapping[str, str],
    report: ImportReport,
    layer: str,
) -> tuple[Staging | None, set[str]]:
    """Copy all batches, checked; the staging table (None: there was no batch) and ids left out."""
    counts = report.layer(layer)
    staging: Staging | None = None
    left_out: dict[str, str] = {}
    for batch in batches:
        _check_shape(batch)
        if staging is None:
            columns = _columns(model, batch, references)
            staging = Staging(cursor, model, columns)
            staging.create()
        elif {column.field.name for column in staging.columns} != set(batch.columns):
            raise ValueError(f"{layer}: batches have different columns")
        checked = staging.copy(batch.source_ids, batch.columns, batch.geometries)
        counts.read += len(batch.source_ids)
        counts.repaired += checked.repaired
        left_out.update(checked.left_out)
        for source_id, reason in checked.left_out.items():
            report.skip(id=source_id, layer=layer, reason=reason)
    if staging is not None:
        staging.analyze()
        for source_id in staging.merge_duplicates():
            report.merge(id=source_id, layer=layer, reason="given twice; the last one counts")
        for source_id, reason in staging.drop_rule_breakers().items():
            report.skip(id=source_id, layer=layer, reason=reason)
            left_out[source_id] = reason
    return staging, set(left_out)


def _check_shape(batch: Batch) -> None:
    count = len(batch.source_ids)
    lengths = {name: len(values) for name, values in batch.columns.items()}
    if batch.geometries is not None:
        lengths["geometries"] = len(batch.geometries)
    wrong = {name: length for name, length in lengths.items() if length != count}
    if wrong:
        raise ValueError(f"{count} ids, but columns of other lengths: {wrong}")


def _columns(model: type[CityObject], batch: Batch, references: Mapping[str, str]) -> list[Column]:
    return [
        Column(field=model._meta.get_field(name), refers_to=references.get(name))
        for name in batch.columns
    ]


def _write(staging: Staging, *, source: str, when: dt.date) -> tuple[int, int, int]:
    """Insert and update from the staging table: (created, updated, rows that were there)."""
    columns = [column.identifier for column in staging.columns]
    values, joins, parameters = _values_and_joins(staging)
    if staging.geometry is not None:
        columns.append(sql.Identifier(staging.geometry.column))
        values.append(sql.SQL("s.{}").format(columns[-1]))
    defaults = _defaults(staging)
    theirs = sql.SQL(", ").join(sql.SQL("t.{}").format(name) for name in columns)
    differs = sql.SQL("(t.id IS NULL OR t.valid_to IS NOT NULL OR ({}) IS DISTINCT FROM ({}))")
    statement = sql.SQL(
        "WITH written AS ("
        "INSERT INTO {target} (source, source_id, valid_from, {columns}) "
        "SELECT %s, s.source_id, %s, {values} FROM {staging} s {joins}"
        " LEFT JOIN {target} t ON t.source = %s AND t.source_id = s.source_id WHERE {differs} "
        "ON CONFLICT (source, source_id) DO UPDATE SET {updates} RETURNING xmax = 0 AS fresh) "
        "SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh),"
        " (SELECT count(*) FROM {staging}) FROM written"
    ).format(
        target=staging.target,
        staging=TABLE,
        columns=sql.SQL(", ").join([*columns, *(sql.Identifier(name) for name in defaults)]),
        values=sql.SQL(", ").join([*values, *(sql.Placeholder() for _ in defaults)]),
        joins=sql.SQL(" ").join(joins),
        differs=differs.format(theirs, sql.SQL(", ").join(values)),
        updates=sql.SQL(", ").join(
            [
                *(sql.SQL("{0} = EXCLUDED.{0}").format(name) for name in columns),
                sql.SQL("valid_to = NULL"),
            ]
        ),
    )
    staging.cursor.execute(statement, [source, when, *defaults.values(), *parameters, source])
    created, updated, staged = staging.cursor.fetchone()
    return created, updated, staged - created


def _values_and_joins(
    staging: Staging,
) -> tuple[list[sql.Composable], list[sql.Composable], list[str]]:
    """One SQL value per column; a column that refers to other objects brings a join."""
    values: list[sql.Composable] = []
    joins: list[sql.Composable] = []
    parameters: list[str] = []
    for number, column in enumerate(staging.columns):
        if column.refers_to is None:
            values.append(sql.SQL("s.{}").format(column.identifier))
            continue
        alias = sql.Identifier(f"ref{number}")
        table = sql.Identifier(column.field.related_model._meta.db_table)
        values.append(sql.SQL("{}.id").format(alias))
        joins.append(
            sql.SQL(
                "LEFT JOIN {table} {alias}"
                " ON {alias}.source = %s AND {alias}.source_id = s.{column}"
            ).format(table=table, alias=alias, column=column.identifier)
        )
        parameters.append(column.refers_to)
    return values, joins, parameters


def _defaults(staging: Staging) -> dict[str, Any]:
    """Column -> value on creation, for fields that are not given and may not be null."""
    given = {column.field.name for column in staging.columns}
    given |= {"id", "source", "source_id", "valid_from", "valid_to", "geom"}
    defaults = {}
    for item in staging.model._meta.concrete_fields:
        if item.name in given or item.generated or item.null:
            continue
        value = item.get_default()
        if value is None or item.default is NOT_PROVIDED and not item.empty_strings_allowed:
            raise ValueError(f"{staging.model.__name__}.{item.name} has no value and no default")
        defaults[item.column] = item.get_db_prep_save(value, connection)
    return defaults


def _retire(
    staging: Staging,
    *,
    source: str,
    when: dt.date,
    scope: RetireScope,
    kept: set[str],
    existing: int,
) -> int:
    """Give the objects that are gone an end; returns how many."""
    gone = sql.SQL(
        "FROM {target} t WHERE t.source = %(source)s AND t.valid_to IS NULL"
        " AND NOT EXISTS (SELECT FROM {staging} s WHERE s.source_id = t.source_id)"
        " AND t.source_id <> ALL(%(keep)s)"
    ).format(target=staging.target, staging=TABLE)
    parameters: dict[str, Any] = {
        "source": source, "when": when, "keep": sorted({*scope.keep, *kept}),
    }  # fmt: skip
    if scope.area is not None:
        gone += sql.SQL(" AND ST_CoveredBy(t.geom, ST_SetSRID(ST_GeomFromWKB(%(area)s), %(srid)s))")
        parameters |= {"area": scope.area.wkb, "srid": city_srid()}
    staging.cursor.execute(sql.SQL("SELECT t.id ") + gone, parameters)
    ids = [row[0] for row in staging.cursor.fetchall()]
    if len(ids) > scope.max_count and len(ids) > scope.max_share * (len(ids) + existing):
        raise RetireRefusedError(
            f"{staging.model._meta.verbose_name_plural}: {len(ids)} of {len(ids) + existing}"
            f" would be retired, more than {scope.max_share:.0%}"
        )
    if ids:
        staging.cursor.execute(
            sql.SQL("UPDATE {} SET valid_to = greatest(%s, valid_from) WHERE id = ANY(%s)").format(
                staging.target
            ),
            [when, ids],
        )
    return len(ids)
