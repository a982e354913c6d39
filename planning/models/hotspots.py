"""Runs of the hotspot search and what they found."""

import datetime as dt

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from layers.models import NetworkSegment
from planning.choices import EmergingClass, Theme
from planning.models.events import Event
from planning.querysets import ClusterQuerySet, HotspotRunQuerySet


class HotspotRun(models.Model):
    """One search: what was looked at and how, so that it can be made again."""

    theme = models.CharField(_("theme"), max_length=12, choices=Theme)
    since = models.DateField(_("from"), db_comment="First day, local")
    until = models.DateField(_("until"), db_comment="First day no longer looked at, local")
    edge_m = models.FloatField(_("edge of a cell, m"))
    reach_m = models.FloatField(_("reach of a cluster, m"), db_comment="eps of DBSCAN, metres")
    least_events = models.PositiveSmallIntegerField(
        _("least events"), db_comment="Of a dense place: min_samples of DBSCAN"
    )
    level = models.FloatField(_("level"), db_comment="False discovery rate")
    against_all = models.BooleanField(
        _("against all themes"), default=False, db_default=False,
        db_comment="Hot: more than the appeals of all themes there explain; else: than elsewhere",
    )  # fmt: skip
    springs_since = models.DateField(
        _("springs since"), null=True, blank=True,
        db_comment="Clusters are of March to May of all years from then; null: of the period",
    )  # fmt: skip
    events = models.PositiveIntegerField(_("events"), db_comment="That were looked at")
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip

    objects = HotspotRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for hotspots")
        verbose_name_plural = _("searches for hotspots")
        ordering = ["-id"]
        db_table_comment = "Searches for hotspots with their parameters"
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="run_theme_known"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="run_period"),
            models.CheckConstraint(
                condition=Q(edge_m__gt=0, reach_m__gt=0, least_events__gte=1), name="run_sizes"
            ),
        ]
        indexes = [models.Index(fields=["theme", "-id"], name="run_theme")]

    def __str__(self) -> str:
        return f"{self.get_theme_display()}: {self.since} – {self.until}"

    @property
    def last_day(self) -> dt.date:
        """The last day that was searched."""
        return self.until - dt.timedelta(1)


class HotspotCell(models.Model):
    """A hexagon of a run in which something was found or happened."""

    run = models.ForeignKey(HotspotRun, on_delete=models.CASCADE, related_name="cells")
    cell = models.BigIntegerField(_("cell"), db_comment="Lasting id (planning/hotspots/grid.py)")
    events = models.PositiveIntegerField(_("events"))
    z = models.FloatField(_("Gi*"), db_comment="Of the whole period")
    p = models.FloatField(_("probability"), db_comment="Two-sided, of Gi* by chance")
    hot = models.BooleanField(_("hotspot"), db_comment="Believed at the run's level")
    emerging = models.CharField(
        _("over time"), max_length=12, choices=EmergingClass, default=EmergingClass.NONE
    )
    geom = geo.PolygonField(_("outline"))
    geom_3857 = geo.mercator_copy()

    class Meta:
        verbose_name = _("cell of a search")
        verbose_name_plural = _("cells of searches")
        db_table_comment = "Hexagons with events or findings, by search"
        constraints = [
            models.UniqueConstraint(fields=["run", "cell"], name="hotspotcell_once"),
            models.CheckConstraint(
                condition=Q(emerging__in=EmergingClass.values), name="hotspotcell_class_known"
            ),
        ]
        indexes = [GistIndex(fields=["geom_3857"], name="hotspotcell_merc")]

    def __str__(self) -> str:
        return str(self.cell)


class Cluster(models.Model):
    """A group of events close to each other; `number` lasts from run to run."""

    run = models.ForeignKey(HotspotRun, on_delete=models.CASCADE, related_name="clusters")
    theme = models.CharField(_("theme"), max_length=12, choices=Theme)
    number = models.PositiveIntegerField(_("number"), db_comment="Lasting, unique in a theme")
    events = models.PositiveIntegerField(_("events"))
    first_at = models.DateTimeField(_("first event"))
    last_at = models.DateTimeField(_("last event"))
    geom = geo.PolygonField(_("outline"), db_comment="Hull of its events, 15 m around them")
    geom_3857 = geo.mercator_copy()

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["number"]
        db_table_comment = "Clusters of events by search; numbers last"
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="cluster_once_a_run"),
        ]
        indexes = [GistIndex(fields=["geom_3857"], name="cluster_merc")]

    def __str__(self) -> str:
        return f"{self.get_theme_display()} {self.number}"


class ClusterEvent(models.Model):
    """An event in a cluster."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="members")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("event of a cluster")
        verbose_name_plural = _("events of clusters")
        db_table_comment = "Which events make up a cluster"
        constraints = [
            models.UniqueConstraint(fields=["cluster", "event"], name="clusterevent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster_id}: {self.event_id}"


class SegmentRate(models.Model):
    """How often a network segment breaks, shrunk to its class (planning/hotspots/rates.py)."""

    segment = models.OneToOneField(
        NetworkSegment, verbose_name=_("segment"), on_delete=models.CASCADE,
        related_name="breakage_rate",
    )  # fmt: skip
    breaks = models.PositiveIntegerField(_("breakages"))
    years = models.FloatField(_("years"), db_comment="Length of the period looked at")
    raw = models.FloatField(_("counted rate"), db_comment="Breakages per km and year")
    shrunk = models.FloatField(_("rate"), db_comment="Per km and year, shrunk to the class")
    low = models.FloatField(_("at least"), db_comment="Lower end of the interval of 90 percent")
    high = models.FloatField(_("at most"), db_comment="Upper end of the interval of 90 percent")

    class Meta:
        verbose_name = _("breakage rate of a segment")
        verbose_name_plural = _("breakage rates of segments")
        db_table_comment = "Breakages of network segments per km and year; derived, rebuilt daily"

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.shrunk:.2f}"
