"""Retiring: what the source no longer has gets an end, it is never deleted."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import sql
from shapely import Geometry

from citymap.geo import city_srid
from layers.models.base import CityObject


class RetireRefusedError(ValueError):
    """More of a layer would be retired than one import may do without being forced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetireScope:
    """Which current objects of the source count as gone when the source does not have them.

    area: only objects that lie inside this geometry (city CRS); None: all of the source.
    keep: ids that the source still has, though they could not be imported this time.
    unless: SQL condition on the object `t` under which it stays all the same.
    max_share: refuse when more than this share of the objects in scope would go ...
    max_count: ... and more than this many (small layers change by large shares).
    """

    area: Geometry | None = None
    keep: Collection[str] = field(default_factory=frozenset)
    unless: sql.Composable | None = None
    max_share: float = 0.2
    max_count: int = 10


def present_ids(source_ids: Iterable[str]) -> sql.Composable:
    """A subquery of ids for `retire_missing`, from a list."""
    return sql.SQL("SELECT unnest({}::text[])").format(sql.Literal(sorted(source_ids)))


def retire_missing(
    *,
    cursor,
    model: type[CityObject],
    source: str,
    present: sql.Composable,
    kept: Collection[str],
    existing: int,
    when: dt.date,
    scope: RetireScope,
) -> int:
    """Set `valid_to = when` for current objects in scope that are not `present`; how many.

    present: subquery of one column, the ids that the source has.
    kept: ids that stay beside `scope.keep`.
    existing: how many objects of the table the source still has, for the share.
    Raises RetireRefusedError when too many would go; nothing is written then.
    """
    # The cheap join comes first and alone: the area is then asked of a few objects only.
    gone = sql.SQL(
        "WITH missing AS MATERIALIZED ("
        "SELECT t.id FROM {target} t LEFT JOIN ({present}) AS p (source_id)"
        " ON p.source_id = t.source_id"
        " WHERE t.source = %(source)s AND t.valid_to IS NULL AND p.source_id IS NULL)"
        " SELECT t.id, t.source_id FROM missing JOIN {target} t ON t.id = missing.id WHERE true"
    ).format(target=sql.Identifier(model._meta.db_table), present=present)
    parameters: dict[str, Any] = {"source": source}
    if scope.area is not None:
        gone += sql.SQL(" AND ST_CoveredBy(t.geom, ST_SetSRID(ST_GeomFromWKB(%(area)s), %(srid)s))")
        parameters |= {"area": scope.area.wkb, "srid": city_srid()}
    if scope.unless is not None:
        gone += sql.SQL(" AND NOT ({})").format(scope.unless)
    cursor.execute(gone, parameters)
    stays = {*scope.keep, *kept}
    ids = [row_id for row_id, source_id in cursor.fetchall() if source_id not in stays]
    if len(ids) > scope.max_count and len(ids) > scope.max_share * (len(ids) + existing):
        raise RetireRefusedError(
            f"{model._meta.model_name}: {len(ids)} of {len(ids) + existing}"
            f" would be retired, more than {scope.max_share:.0%}"
        )
    if ids:
        cursor.execute(
            sql.SQL("UPDATE {} SET valid_to = greatest(%s, valid_from) WHERE id = ANY(%s)").format(
                sql.Identifier(model._meta.db_table)
            ),
            [when, ids],
        )
    return len(ids)
