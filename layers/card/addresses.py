"""Addresses near many points at once: for lists of what has no address itself."""

from collections.abc import Sequence

from django.contrib.gis.geos import Point
from django.db import connection

from citymap.geo import city_srid
from citymap.sqlfiles import load_sql
from layers.card.resolve import address_label
from layers.models import Address

NEARBY_M = 300.0


def nearest_addresses(points: Sequence[Point]) -> list[str]:
    """For each point (n,) in the city CRS the nearest address within 300 m, '' for none.

    Two queries whatever the number of points; labels are in the active language.
    """
    if not points:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "nearest_addresses.sql"),
            {
                "xs": [point.x for point in points],
                "ys": [point.y for point in points],
                "srid": city_srid(),
                "metres": NEARBY_M,
            },
        )
        found = dict(cursor.fetchall())
    addresses = (
        Address.objects.select_related("street")
        .defer("street__geom")
        .in_bulk(list(set(found.values())))
    )
    labels = {number: address_label(addresses[key]) for number, key in found.items()}
    return [labels.get(number, "") for number in range(1, len(points) + 1)]
