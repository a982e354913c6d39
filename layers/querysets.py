"""Reads over city objects: named, composable, in metres."""

import datetime as dt
from typing import Self

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q, QuerySet


class CityObjectQuerySet(QuerySet):
    """Methods that every city object's queryset has."""

    def current(self) -> Self:
        """Objects that are not retired."""
        return self.filter(valid_to__isnull=True)

    def active_on(self, date: dt.date) -> Self:
        """Objects that counted on `date`."""
        return self.filter(valid_from__lte=date).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=date)
        )

    def near(self, geom: GEOSGeometry, metres: float) -> Self:
        """Objects within `metres` of `geom` (city CRS), by index, with `distance` in metres."""
        return self.filter(geom__dwithin=(geom, metres)).annotate(distance=Distance("geom", geom))

    def nearest(self, geom: GEOSGeometry, metres: float) -> Self:
        """Like `near`, nearest first."""
        return self.near(geom, metres).order_by("distance", "pk")

    def touching(self, geom: GEOSGeometry) -> Self:
        """Objects that share at least a point with `geom` (city CRS), by index."""
        return self.filter(geom__intersects=geom)
