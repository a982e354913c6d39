"""Streets in the database: those already known, their roads elsewhere, those nobody names."""

import datetime as dt
from collections.abc import Collection

import numpy as np
import shapely
from django.db import connection
from psycopg2 import sql
from shapely import Geometry

from citymap.geo import city_srid
from layers.models import Street
from layers.services.retire import RetireScope, present_ids, retire_missing
from layers.streets import Known


def known_streets(source: str) -> list[Known]:
    """The streets of a source, retired ones too: when they come back they keep their identity."""
    rows = Street.objects.filter(source=source).values_list(
        "source_id", "name", "territory__source_id"
    )
    return [
        Known(source_id=source_id, name=name, settlement=settlement or "")
        for source_id, name, settlement in rows.order_by("source_id")
    ]


def roads_elsewhere(
    *, source: str, area: Geometry, present: Collection[str], keep: Collection[str]
) -> tuple[list[str], np.ndarray]:
    """Roads of known streets that a file does not speak of: (street ids in the source, lines).

    They lie outside `area` (city CRS), or are named in `keep`; `present` are the file's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.source_id, ST_AsBinary(r.geom) FROM layers_road r"
            " JOIN layers_street s ON s.id = r.street_id"
            " WHERE r.source = %s AND r.valid_to IS NULL AND r.source_id <> ALL(%s)"
            " AND (r.source_id = ANY(%s)"
            "   OR NOT ST_CoveredBy(r.geom, ST_SetSRID(ST_GeomFromWKB(%s), %s)))"
            " ORDER BY r.source_id",
            [source, sorted(present), sorted(keep), area.wkb, city_srid()],
        )
        rows = cursor.fetchall()
    lines = shapely.from_wkb([bytes(wkb) for _, wkb in rows])
    return [street for street, _ in rows], np.array(lines, dtype=object)


def retire_unnamed_streets(
    *, source: str, present: Collection[str], when: dt.date, scope: RetireScope
) -> int:
    """Retire streets that no current road or address bears any more; returns how many.

    present: ids of the streets just loaded. Raises RetireRefusedError.
    """
    borne = sql.SQL(
        "EXISTS (SELECT FROM layers_road r WHERE r.street_id = t.id AND r.valid_to IS NULL)"
        " OR EXISTS (SELECT FROM layers_address a"
        " WHERE a.street_id = t.id AND a.valid_to IS NULL)"
    )
    with connection.cursor() as cursor:
        return retire_missing(
            cursor=cursor,
            model=Street,
            source=source,
            present=present_ids(present),
            kept=(),
            existing=len(present),
            when=when,
            scope=RetireScope(unless=borne, max_share=scope.max_share, max_count=scope.max_count),
        )
