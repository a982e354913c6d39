"""Objects that two sources describe: both are on the map, and the report says so."""

from django.db import connection
from psycopg2 import sql

from layers.models.base import CityObject

# The middle of one object lies in the other, or this near to it.
COINCIDENT_M = 2.0


def coincident_objects(*, model: type[CityObject], source: str) -> dict[str, int]:
    """Other source -> how many current objects of `source` lie where it has one too."""
    statement = sql.SQL(
        "SELECT b.source, count(DISTINCT a.id) FROM {table} a JOIN {table} b"
        " ON b.source <> a.source AND b.valid_to IS NULL"
        " AND ST_DWithin(ST_PointOnSurface(a.geom), b.geom, %s)"
        " WHERE a.source = %s AND a.valid_to IS NULL GROUP BY b.source ORDER BY b.source"
    ).format(table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [COINCIDENT_M, source])
        return dict(cursor.fetchall())
