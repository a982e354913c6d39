"""Addresses near points, from the search index: for lists of what has no address itself."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import get_language

from citymap.geo import WGS84_SRID, city_srid, transformer

NEARBY_M = 300.0

# One walk of the index per point; an address counts when it is within the radius.
_NEAREST_SQL = """
SELECT asked.number,
       coalesce(entry.labels ->> %(language)s, entry.labels ->> '') || ', ' || house.number
FROM unnest(%(xs)s::float8[], %(ys)s::float8[]) WITH ORDINALITY AS asked (x, y, number)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(asked.x, asked.y), %(srid)s) AS point) AS here
CROSS JOIN LATERAL (
    SELECT near.street_id, near.number
    FROM places_searchhouse AS near
    WHERE ST_DWithin(near.point, here.point, %(metres)s)
    ORDER BY near.point <-> here.point, near.address_id
    LIMIT 1
) AS house
JOIN places_searchentry AS entry ON entry.object_id = house.street_id AND entry.has_houses
"""


def nearest_addresses(points: Sequence[tuple[float, float]]) -> list[str]:
    """For every (lon, lat) the nearest address within 300 m in the active language, else ''."""
    if not points:
        return []
    lons, lats = zip(*points, strict=True)
    xs, ys = transformer(WGS84_SRID, city_srid()).transform(lons, lats)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAREST_SQL,
            {
                "xs": list(xs),
                "ys": list(ys),
                "srid": city_srid(),
                "metres": NEARBY_M,
                "language": get_language() or "",
            },
        )
        found = dict(cursor.fetchall())
    return [found.get(number, "") for number in range(1, len(points) + 1)]
