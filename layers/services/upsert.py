"""The upsert engine: columns in, one set-based write, exact counts out.

Rows go by COPY into a temporary staging table that has the target's own column types. One
statement then inserts what is new and updates what differs; rows that are the same are not
touched at all: no new row version, no lock, no index entry, no trigger.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED
from psycopg2 import sql

from layers.models.base import CityObject
from layers.report import ImportReport, LayerReport
from layers.services.retire import RetireScope, retire_missing
from layers.services.staging import TABLE, Column, Staging

# Statistics of the target follow at once when so much of it was written.
_ANALYZE_ROWS, _ANALYZE_SHARE = 200, 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of one layer by column; all columns have the same length n.

    source_ids: (n,) text, the objects' ids in their source.
    columns: model field name -> (n,) values; None is NULL. A foreign key takes primary keys,
        or the ids in the source of the objects referred to when it is named in `references`.
        Every batch of one call has the same columns.
    geometries: (n,) shapely geometries in the city CRS (metres), None where one is missing and
        the field may be null. None altogether: the geometry is not written.
    """

    source_ids: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    geometries: np.ndarray | None = None


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
            staging = Staging(cursor, model, columns=[], with_geometry=False)
            staging.create()
        else:
            created, updated, existing = _write(staging, source=source, when=when)
        counts.created += created
        counts.updated += updated
        counts.unchanged += existing - updated
        if created + updated > max(_ANALYZE_ROWS, _ANALYZE_SHARE * existing):
            # The next statements of the same transaction join with these rows.
            cursor.execute(sql.SQL("ANALYZE {}").format(staging.target))
        if retire is not None:
            counts.retired += retire_missing(
                cursor=cursor,
                model=model,
                source=source,
                present=sql.SQL("SELECT source_id FROM {}").format(TABLE),
                kept=left_out,
                existing=existing,
                when=when,
                scope=retire,
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
            staging = Staging(
                cursor, model, columns=columns, with_geometry=batch.geometries is not None
            )
            staging.create()
        elif not staging.fits(batch.columns, with_geometry=batch.geometries is not None):
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
    defaults: dict[str, Any] = {}
    for item in staging.model._meta.concrete_fields:
        if item.name in given or item.generated or item.null:
            continue
        value = item.get_default()
        if value is None or item.default is NOT_PROVIDED and not item.empty_strings_allowed:
            raise ValueError(f"{staging.model.__name__}.{item.name} has no value and no default")
        defaults[item.column] = item.get_db_prep_save(value, connection)
    return defaults
