"""Engineering networks: manholes and segments of pipe or cable."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Length
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.choices import ManholeState, NetworkKind
from layers.models.base import MappedObject


@tracked(statement=True)
class Manhole(MappedObject):
    """A manhole and its cover."""

    network_kind = models.CharField(
        _("network"), max_length=20, choices=NetworkKind, default=NetworkKind.UNKNOWN
    )
    state = models.CharField(
        _("state of the cover"), max_length=10, choices=ManholeState, default=ManholeState.UNKNOWN
    )
    owner = models.ForeignKey(
        Organization,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="manholes",
    )
    owner_name = models.CharField(_("owner as written"), max_length=200, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    geom = geo.PointField(_("position"))

    class Meta(MappedObject.Meta):
        verbose_name = _("manhole")
        verbose_name_plural = _("manholes")
        db_table_comment = "Manholes and the state of their covers"
        constraints = [
            *MappedObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(network_kind__in=NetworkKind.values), name="manhole_network_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ManholeState.values), name="manhole_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number or self.source_id}"


@tracked(statement=True)
class NetworkSegment(MappedObject):
    """A stretch of pipe or cable of one kind."""

    kind = models.CharField(
        _("network"), max_length=20, choices=NetworkKind, default=NetworkKind.UNKNOWN
    )
    material = models.CharField(_("material"), max_length=60, blank=True)
    diameter_mm = models.PositiveIntegerField(_("diameter, mm"), null=True, blank=True)
    laid_year = models.PositiveSmallIntegerField(_("laid in"), null=True, blank=True)
    above_ground = models.BooleanField(_("above ground"), null=True, blank=True)
    owner = models.ForeignKey(
        Organization,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="network_segments",
    )
    owner_name = models.CharField(_("owner as written"), max_length=200, blank=True)
    geom = geo.LineStringField(_("course"))
    length_m = models.GeneratedField(
        expression=Length("geom"),
        output_field=models.FloatField(),
        db_persist=True,
        db_comment="Length, m",
    )

    class Meta(MappedObject.Meta):
        verbose_name = _("network segment")
        verbose_name_plural = _("network segments")
        db_table_comment = "Pipes and cables, one kind a segment"
        constraints = [
            *MappedObject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=NetworkKind.values), name="networksegment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(laid_year__isnull=True) | Q(laid_year__range=(1800, 2200)),
                name="networksegment_year_sane",
            ),
            models.CheckConstraint(
                condition=Q(diameter_mm__isnull=True) | Q(diameter_mm__range=(1, 10000)),
                name="networksegment_diameter_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.source_id}"
