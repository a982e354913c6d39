"""Yards, quarters, and the planner's corrections that survive a re-import."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Area
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.history.tracking import tracked
from layers.choices import YardCorrectionKind, YardOrigin
from layers.models.base import CityObject, MappedObject, ValidGeometry


@tracked(statement=True)
class Quarter(CityObject):
    """A group of yards worked on together."""

    name = models.CharField(_("name"), max_length=200)
    territory = models.ForeignKey(
        "layers.Territory",
        verbose_name=_("territory"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="quarters",
    )

    class Meta(CityObject.Meta):
        verbose_name = _("quarter")
        verbose_name_plural = _("quarters")
        ordering = ["name", "id"]
        db_table_comment = "Groups of yards worked on together"

    def __str__(self) -> str:
        return self.name


@tracked(statement=True)
class Yard(MappedObject):
    """The shared ground of one or more apartment houses.

    `geom` is the ground itself, less buildings; `area_m2` is its area. Houses point to their
    yard by `Building.yard`.
    """

    label = models.CharField(
        _("label"), max_length=300, db_comment="Addresses of its houses, shortened"
    )
    label_kk = models.CharField(
        _("label in Kazakh"), max_length=300, blank=True,
        db_comment="The same with Kazakh street names",
    )  # fmt: skip
    origin = models.CharField(
        _("origin"), max_length=10, choices=YardOrigin, default=YardOrigin.DERIVED
    )
    quarter = models.ForeignKey(
        Quarter,
        verbose_name=_("quarter"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="yards",
    )
    houses = models.PositiveSmallIntegerField(_("houses"), default=0)
    apartments = models.PositiveIntegerField(
        _("apartments"), default=0, db_comment="Sum over its houses, inferred values included"
    )
    geom = geo.PolygonField(_("ground"))
    area_m2 = models.GeneratedField(
        expression=Area("geom"),
        output_field=models.FloatField(),
        db_persist=True,
        db_comment="Ground without buildings, m2",
    )

    class Meta(MappedObject.Meta):
        verbose_name = _("yard")
        verbose_name_plural = _("yards")
        db_table_comment = "Shared grounds of apartment houses"
        constraints = [
            *MappedObject.Meta.constraints,
            models.CheckConstraint(condition=ValidGeometry("geom"), name="yard_geom_valid"),
        ]

    def __str__(self) -> str:
        return self.localized_label

    @property
    def localized_label(self) -> str:
        """The label in the active language."""
        return (self.label_kk if get_language() == "kk" else "") or self.label


@tracked(chain="yards")
class YardCorrection(models.Model):
    """A planner's redraw, merge or split: applied again, in order, after each derivation.

    It is keyed by houses (`source:source_id`), which outlive derived outlines. Yards in
    `result` and `before` are lists of `{key, houses, ground, corrected}`, `ground` as hex WKB
    in the city CRS: `result` as the planner drew it, `before` what it changed when it was
    last applied, so that it can be undone. `notes` are `{code, houses}`: what it met then.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=YardCorrectionKind)
    result = models.JSONField(_("result"), db_comment="Yards as drawn, buildings not cut out")
    before = models.JSONField(
        _("before"), default=list, db_comment="Yards it changed when it was last applied"
    )
    notes = models.JSONField(
        _("conflicts"), default=list, blank=True, db_comment="What it met when last applied"
    )
    reason = models.CharField(_("reason"), max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("yard correction")
        verbose_name_plural = _("yard corrections")
        ordering = ["id"]
        db_table_comment = "Planners' redraws, merges and splits of yards, in order"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=YardCorrectionKind.values), name="yardcorrection_kind_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="yardcorrection_has_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="yardcorrection_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
