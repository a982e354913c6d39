"""Ground that limits people and bodies."""

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.history.tracking import tracked


class _Valid(Func):
    """SQL condition `ST_IsValid(...)`."""

    function = "ST_IsValid"
    output_field = models.BooleanField()


@tracked()
class Area(models.Model):
    """A part of the city that a user or a body answers for.

    A copy, not a link: the floor knows no territories of the city's layers. `source` and
    `source_id` say what it was copied from.
    """

    name = models.CharField(_("name"), max_length=200)
    source = models.CharField(_("source"), max_length=40, default="manual")
    source_id = models.CharField(_("id in the source"), max_length=120, blank=True)
    geom = geo.MultiPolygonField(_("boundary"), db_comment="City CRS, metres")

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["name", "id"]
        db_table_comment = "Parts of the city that limit what users and bodies see and do"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
                name="area_source_unique",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="area_named"),
            models.CheckConstraint(condition=_Valid("geom"), name="area_geom_valid"),
        ]

    def __str__(self) -> str:
        return self.name
