"""Incidents: one cause, many callers."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.models.categories import CHAIN, Category
from appeals.querysets import IncidentQuerySet
from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked
from layers.models import Building, NetworkSegment
from layers.models.base import ValidGeometry


@tracked(chain=CHAIN)
class Incident(models.Model):
    """An outage or accident, drawn as an area or as the buildings that a segment serves."""

    title = models.CharField(_("title"), max_length=300)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="incidents"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="incidents",
    )  # fmt: skip
    script_ru = models.TextField(_("what to tell callers, in Russian"))
    script_kk = models.TextField(_("what to tell callers, in Kazakh"))
    geom = geo.GeometryField(
        _("area"), db_comment="Polygons: drawn, or around the buildings served; city CRS, metres"
    )
    segment = models.ForeignKey(
        NetworkSegment, verbose_name=_("network segment"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="incidents",
    )  # fmt: skip
    started_at = models.DateTimeField(_("began"))
    expected_end_at = models.DateTimeField(_("expected end"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = IncidentQuerySet.as_manager()

    access_paths = AccessPaths(bodies=("body",), places=("geom",))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-started_at", "-id"]
        db_table_comment = "Outages and accidents with many callers"
        constraints = [
            models.CheckConstraint(condition=ValidGeometry("geom"), name="incident_geom_valid"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="incident_period",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(script_ru="") & ~Q(script_kk=""),
                name="incident_has_a_script",
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_at"], condition=Q(ended_at__isnull=True), name="incident_open"
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked(title=_("building of an outage"), chain=CHAIN)
class IncidentBuilding(models.Model):
    """A building that an incident concerns."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="served")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="incidents")

    class Meta:
        db_table_comment = "Buildings that an incident concerns"
        constraints = [
            models.UniqueConstraint(fields=["incident", "building"], name="incidentbuilding_once")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.building_id}"
