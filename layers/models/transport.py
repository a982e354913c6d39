"""Bus stops and routes; snowplow routes as planned and tracks as driven."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.choices import RoadClass
from layers.models.base import CityObject, MappedObject


@tracked(statement=True)
class BusStop(MappedObject):
    """A stop of public transport."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    shelter = models.BooleanField(_("shelter"), null=True, blank=True)
    geom = geo.PointField(_("position"))

    class Meta(MappedObject.Meta):
        verbose_name = _("bus stop")
        verbose_name_plural = _("bus stops")
        db_table_comment = "Stops of public transport"

    def __str__(self) -> str:
        return self.name or f"{self._meta.verbose_name} {self.source_id}"


@tracked(statement=True)
class BusRoute(MappedObject):
    """One direction of a route: the commonest pattern of its trips."""

    number = models.CharField(_("number"), max_length=30)
    name = models.CharField(_("name"), max_length=300, blank=True)
    direction = models.PositiveSmallIntegerField(
        _("direction"), default=0, db_comment="0 outbound, 1 inbound (GTFS direction_id)"
    )
    headsign = models.CharField(_("to"), max_length=300, blank=True)
    route_type = models.PositiveSmallIntegerField(
        _("type"), default=3, db_comment="GTFS route_type, extended types too (700: bus)"
    )
    color = models.CharField(_("colour"), max_length=7, blank=True)
    carrier = models.ForeignKey(
        Organization,
        verbose_name=_("carrier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    stops = models.ManyToManyField(BusStop, through="BusRouteStop", related_name="routes")
    geom = geo.LineStringField(_("course"))

    class Meta(MappedObject.Meta):
        verbose_name = _("bus route")
        verbose_name_plural = _("bus routes")
        db_table_comment = "Bus routes, a row per direction, with the course of the usual trip"

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class BusRouteStop(models.Model):
    """A stop of a route, in order."""

    route = models.ForeignKey(BusRoute, on_delete=models.CASCADE, related_name="route_stops")
    stop = models.ForeignKey(BusStop, on_delete=models.PROTECT, related_name="route_stops")
    sequence = models.PositiveIntegerField(_("order"), db_comment="1 is the first stop")

    class Meta:
        verbose_name = _("stop of a route")
        verbose_name_plural = _("stops of a route")
        ordering = ["route", "sequence"]
        db_table_comment = "Stops of a route in order"
        constraints = [
            models.UniqueConstraint(fields=["route", "sequence"], name="busroutestop_order_unique")
        ]

    def __str__(self) -> str:
        return f"{self.route} · {self.sequence}"


@tracked(statement=True)
class SnowplowRoute(MappedObject):
    """A planned round of snow clearing over streets of one class."""

    name = models.CharField(_("name"), max_length=200)
    street_class = models.CharField(_("street class"), max_length=20, choices=RoadClass)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=1, db_comment="1 is cleared first"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    geom = geo.MultiLineStringField(_("course"))

    class Meta(MappedObject.Meta):
        verbose_name = _("snowplow route")
        verbose_name_plural = _("snowplow routes")
        db_table_comment = "Planned snow clearing by street class"

    def __str__(self) -> str:
        return self.name


@tracked(statement=True)
class SnowplowTrack(CityObject):
    """One vehicle's recorded pass: its GPS fixes, cut at gaps."""

    vehicle = models.CharField(_("vehicle"), max_length=60)
    vehicle_kind = models.CharField(_("kind of vehicle"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))
    fixes = models.PositiveIntegerField(_("fixes"), db_comment="Number of GPS fixes in the track")
    length_m = models.FloatField(_("length, m"), db_comment="Length along the fixes, m")
    geom = geo.LineStringField(_("course"))

    class Meta(CityObject.Meta):
        verbose_name = _("snowplow track")
        verbose_name_plural = _("snowplow tracks")
        db_table_comment = "Recorded passes of snow clearing vehicles"
        constraints = [
            *CityObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="snowplowtrack_period"
            ),
        ]
        indexes = [models.Index(fields=["-ended_at"], name="snowplowtrack_latest")]

    def __str__(self) -> str:
        return f"{self.vehicle} {self.started_at:%Y-%m-%d %H:%M}"


class SnowplowTrackPart(models.Model):
    """A few fixes of a track, so that an index finds who passed a point.

    The box of a whole pass covers half the city. Parts are made by triggers on the track's
    table (layers/sql/track_parts.sql), never by hand.
    """

    track = models.ForeignKey(SnowplowTrack, on_delete=models.CASCADE, related_name="parts")
    geom = geo.LineStringField(_("course"))

    class Meta:
        verbose_name = _("part of a snowplow track")
        verbose_name_plural = _("parts of snowplow tracks")
        db_table_comment = "Derived: stretches of at most 17 fixes of each snowplow track"

    def __str__(self) -> str:
        return f"{self.track_id} · {self.pk}"
