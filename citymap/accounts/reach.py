"""How far a user reaches: the bodies and the ground that limits are compared with."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.db import models
from django.db import connection
from django.db.models.expressions import RawSQL

from citymap.geo import city_srid
from citymap.sqlfiles import load_sql


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Ids of bodies and areas; rows are compared with them inside the database."""

    bodies: frozenset[int]
    areas: frozenset[int]
    whole_city: bool

    def ground(self) -> RawSQL:
        """The union of the areas as a subquery that is computed once per query.

        The index on the row's geometry serves the comparison. No areas: NULL, and no rows.
        """
        return RawSQL(
            "SELECT ST_Union(geom) FROM accounts_area WHERE id = ANY(%s)",
            [sorted(self.areas)],
            output_field=models.GeometryField(srid=city_srid()),
        )


def bodies_of(organization: int | None, *, on: dt.date) -> frozenset[int]:
    """Ids of a body, of those under it, and of those that they substitute on a day."""
    if organization is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "bodies.sql"), {"body": organization, "day": on})
        return frozenset(row[0] for row in cursor)
