"""The temporary table that batches are copied into, with the target's own column types."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models import GeometryField
from django.db import models
from psycopg2 import sql

from citymap.geo import city_srid
from layers.models.base import CityObject
from layers.services import rows, shapes

TABLE = sql.Identifier("citymap_staging")
COPY_CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Column:
    """A column written by an import. `refers_to`: its values are ids in this source."""

    field: models.Field
    refers_to: str | None = None

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.field.column)


@dataclass(slots=True)
class Checked:
    """What became of a batch: rows copied, rows repaired, and rows left out with a reason."""

    copied: int
    repaired: int
    left_out: dict[str, str]


class Staging:
    """One layer's staging table. Make it, `copy` batches into it, then read it with SQL."""

    def __init__(
        self,
        cursor,
        model: type[CityObject],
        *,
        columns: Sequence[Column],
        with_geometry: bool,
    ) -> None:
        self.cursor = cursor
        self.model = model
        self.columns = columns
        self.geometry = model._meta.get_field("geom") if with_geometry else None
        self.copied: set[str] = set()
        self.repeated = False

    @property
    def target(self) -> sql.Identifier:
        return sql.Identifier(self.model._meta.db_table)

    def create(self) -> None:
        """Make the table, empty, dropped at the end of the transaction."""
        parts = [sql.SQL("source_id")]
        for column in self.columns:
            parts.append(
                sql.SQL("NULL::text AS {}").format(column.identifier)
                if column.refers_to
                else column.identifier
            )
        if self.geometry is not None:
            parts.append(sql.Identifier(self.geometry.column))
        self.cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(TABLE))
        self.cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                TABLE, sql.SQL(", ").join(parts), self.target
            )
        )

    def fits(self, columns: Mapping[str, Sequence[Any]], *, with_geometry: bool) -> bool:
        """Whether a batch with these columns can be copied into the table."""
        own = {column.field.name for column in self.columns}
        return own == set(columns) and with_geometry == (self.geometry is not None)

    def drop(self) -> None:
        self.cursor.execute(sql.SQL("DROP TABLE pg_temp.{}").format(TABLE))

    def copy(
        self,
        source_ids: Sequence[str],
        values: Mapping[str, Sequence[Any]],
        geometries: np.ndarray | None,
    ) -> Checked:
        """Check the rows and copy those that can be stored."""
        problems = _id_problems(source_ids)
        texts: list[list[str]] = [rows.copy_texts(None, source_ids)]
        for column in self.columns:
            given = values[column.field.name]
            if column.refers_to is None:
                problems.update(rows.problems(column.field, given))
            texts.append(_texts(column, given, problems))
        repaired: list[int] = []
        if self.geometry is not None:
            fitted, ewkb = _geometries(geometries, self.geometry)
            problems.update(fitted.problems)
            repaired = fitted.repaired
            texts.append(ewkb)
        self._send(texts, problems)
        before = len(self.copied)
        self.copied.update(source_ids)
        self.repeated |= len(self.copied) < before + len(source_ids)
        return Checked(
            copied=len(source_ids) - len(problems),
            repaired=sum(row not in problems for row in repaired),
            left_out={source_ids[row]: why for row, why in problems.items()},
        )

    def _send(self, texts: list[list[str]], problems: Mapping[int, str]) -> None:
        lines = map("\t".join, zip(*texts, strict=True))
        if problems:
            lines = (line for row, line in enumerate(lines) if row not in problems)
        data = "\n".join(lines)
        if data:
            statement = sql.SQL("COPY {} FROM STDIN").format(TABLE).as_string(self.cursor.cursor)
            lines_sent = io.BytesIO(data.encode(errors="replace") + b"\n")
            self.cursor.copy_expert(statement, lines_sent, COPY_CHUNK_BYTES)

    def analyze(self) -> None:
        """Statistics for the joins that follow."""
        self.cursor.execute(sql.SQL("ANALYZE pg_temp.{}").format(TABLE))

    def merge_duplicates(self) -> list[str]:
        """Keep the last of rows with one id; returns the ids of those dropped."""
        if not self.repeated:
            return []
        self.cursor.execute(
            sql.SQL(
                "DELETE FROM {t} s USING (SELECT source_id, max(ctid) AS last FROM {t}"
                " GROUP BY source_id HAVING count(*) > 1) d"
                " WHERE s.source_id = d.source_id AND s.ctid <> d.last RETURNING s.source_id"
            ).format(t=TABLE)
        )
        return [row[0] for row in self.cursor.fetchall()]

    def drop_rule_breakers(self) -> dict[str, str]:
        """Delete rows that break a check constraint of the target; returns id -> reason.

        Validity of geometries is left out: shapely has seen to it, and the constraint itself
        still holds.
        """
        checks = self._checks()
        if not checks:
            return {}
        # The expressions come from the catalogue of our own database.
        broken = sql.SQL(" OR ").join(sql.SQL("NOT ({})").format(rule) for _, rule in checks)
        cases = sql.SQL(" ").join(
            sql.SQL("WHEN NOT ({}) THEN {}").format(rule, sql.Literal(name))
            for name, rule in checks
        )
        self.cursor.execute(
            sql.SQL("SELECT source_id, CASE {} END FROM {} WHERE {}").format(cases, TABLE, broken)
        )
        found = dict(self.cursor.fetchall())
        if found:
            self.cursor.execute(
                sql.SQL("DELETE FROM {} WHERE source_id = ANY(%s)").format(TABLE), [list(found)]
            )
        return {source_id: f"breaks the rule {rule}" for source_id, rule in found.items()}

    def _checks(self) -> list[tuple[str, sql.SQL]]:
        """Name and expression of the target's check constraints over columns that we have."""
        own = [column.field.column for column in self.columns if not column.refers_to]
        self.cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint c"
            " WHERE contype = 'c' AND conrelid = %s::regclass"
            " AND pg_get_expr(conbin, conrelid) NOT ILIKE '%%st_isvalid(%%'"
            " AND NOT EXISTS (SELECT FROM unnest(conkey) k JOIN pg_attribute a"
            "   ON a.attrelid = conrelid AND a.attnum = k WHERE a.attname <> ALL(%s))"
            " ORDER BY conname",
            [self.model._meta.db_table, own],
        )
        return [(name, sql.SQL(expression)) for name, expression in self.cursor.fetchall()]


def _id_problems(source_ids: Sequence[str]) -> dict[int, str]:
    longest = 120
    return {
        row: "no id in the source" if not value else f"id longer than {longest} characters"
        for row, value in enumerate(source_ids)
        if not value or len(value) > longest
    }


def _texts(column: Column, values: Sequence[Any], problems: Mapping[int, str]) -> list[str]:
    if problems:
        values = [None if row in problems else value for row, value in enumerate(values)]
    return rows.copy_texts(None if column.refers_to else column.field, values)


def _geometries(geometries: np.ndarray, field: GeometryField) -> tuple[shapes.Fitted, list[str]]:
    """Fitted geometries and their hex EWKB with the city's SRID."""
    fitted = shapes.fit(geometries, field)
    # A row with a problem is not sent: its text only has to exist.
    fitted.geometries[list(fitted.problems)] = None
    with_srid = shapely.set_srid(fitted.geometries, city_srid())
    ewkb = shapely.to_wkb(with_srid, include_srid=True)
    # `bytes.hex` writes hexadecimal several times as fast as GEOS.
    return fitted, [rows.NULL if wkb is None else wkb.hex() for wkb in ewkb.tolist()]
