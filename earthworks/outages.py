"""Which buildings a work cuts off: those around it that people live or work in."""

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet

from layers.models import Building

AT_MOST = 500


def buildings_near(geom: GEOSGeometry, metres: float) -> QuerySet:
    """Current buildings with an address within `metres` of a work (city CRS), nearest first."""
    near = Building.objects.current().near(geom, metres).filter(addresses__isnull=False)
    return near.distinct().order_by("distance", "pk")[:AT_MOST]
