"""Photographs of digs, restorations and repairs."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.history.tracking import tracked
from earthworks.choices import PhotoStage
from earthworks.words import PERMIT

MAX_PHOTO_BYTES = 10 * 1024 * 1024


def photo_path(photo: "Photo", filename: str) -> str:
    """Named by what it is: the same picture lies once, and a name says nothing of its sender."""
    return f"earthworks/{photo.sha256[:2]}/{photo.sha256}.jpg"


@tracked()
class Photo(models.Model):
    """A picture, written anew on arrival: no data of camera or sender is kept in the file."""

    order = models.ForeignKey(
        "earthworks.Order", verbose_name=PERMIT, on_delete=models.PROTECT, null=True,
        blank=True, related_name="photos",
    )  # fmt: skip
    repair = models.ForeignKey(
        "earthworks.RepairWork", verbose_name=_("repair"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="photos",
    )  # fmt: skip
    stage = models.CharField(_("stage"), max_length=10, choices=PhotoStage)
    file = models.ImageField(_("file"), upload_to=photo_path, max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, db_comment="Of the file as it is kept")
    size_bytes = models.PositiveIntegerField(_("size, bytes"))
    width_px = models.PositiveIntegerField(_("width, pixels"))
    height_px = models.PositiveIntegerField(_("height, pixels"))
    geom = geo.PointField(_("position"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["taken_at", "pk"]
        db_table_comment = "Photographs of digs and repairs"
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=True) ^ Q(repair__isnull=True), name="photo_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(
                    stage__in=PhotoStage.values,
                    size_bytes__gt=0,
                    size_bytes__lte=MAX_PHOTO_BYTES,
                ),
                name="photo_sane",
            ),
            models.UniqueConstraint(
                fields=["order", "repair", "stage", "sha256"],
                nulls_distinct=False,
                name="photo_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.pk}"
