"""Where the city is: the box that most of its addresses lie in, for the first view of the map."""

from django.core.cache import cache
from django.db import connection

from citymap.geo import WGS84_SRID, city_bbox, city_srid, transformer

CACHE_KEY = "citymap.shell.lived_in_box"
CACHE_SECONDS = 600
# Remote garden societies and villages must not make the first view the whole district.
SHARE_LEFT_OUT = 0.18
SMALLEST_M = 500.0

_EXTENT_SQL = """
SELECT percentile_disc(%(low)s) WITHIN GROUP (ORDER BY ST_X(point)),
       percentile_disc(%(low)s) WITHIN GROUP (ORDER BY ST_Y(point)),
       percentile_disc(%(high)s) WITHIN GROUP (ORDER BY ST_X(point)),
       percentile_disc(%(high)s) WITHIN GROUP (ORDER BY ST_Y(point))
FROM places_searchhouse
"""


def lived_in_box() -> tuple[float, float, float, float]:
    """West, south, east, north in degrees; the whole city's box while there are no addresses."""
    return cache.get_or_set(CACHE_KEY, _lived_in_box, CACHE_SECONDS)


def _lived_in_box() -> tuple[float, float, float, float]:
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT_SQL, {"low": SHARE_LEFT_OUT, "high": 1 - SHARE_LEFT_OUT})
        west, south, east, north = cursor.fetchone()
    if west is None:
        return city_bbox().as_tuple()
    margin = max(0.0, (SMALLEST_M - max(east - west, north - south)) / 2)
    bounds = (west - margin, south - margin, east + margin, north + margin)
    return transformer(city_srid(), WGS84_SRID).transform_bounds(*bounds)
