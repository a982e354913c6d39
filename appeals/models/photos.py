"""Photos: re-encoded, without metadata, shown by permission."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.choices import PhotoKind
from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from appeals.models.replies import OnSiteCheck, Report
from citymap.accounts.models import User
from citymap.history.tracking import tracked

FOLDER = "appeals"


def photo_path(photo: "Photo", filename: str) -> str:
    """Where a picture lies below MEDIA_ROOT: by its key, never by a name that somebody chose."""
    return f"{FOLDER}/{photo.file_key.hex[:2]}/{photo.file_key.hex}.jpg"


def thumbnail_path(photo: "Photo", filename: str) -> str:
    return f"{FOLDER}/{photo.file_key.hex[:2]}/{photo.file_key.hex}-small.jpg"


@tracked(chain=CHAIN, salted=["sha256"])
class Photo(models.Model):
    """A picture of an appeal; history knows it by a salted digest of its hash."""

    file_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="photos"
    )
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, blank=True, related_name="photos"
    )
    check_row = models.ForeignKey(
        OnSiteCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="photos"
    )
    kind = models.CharField(_("what it shows"), max_length=10, choices=PhotoKind)
    image = models.FileField(_("picture"), upload_to=photo_path, max_length=120)
    thumbnail = models.FileField(_("small picture"), upload_to=thumbnail_path, max_length=120)
    width_px = models.PositiveIntegerField(_("width, px"))
    height_px = models.PositiveIntegerField(_("height, px"))
    size_bytes = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField(max_length=64, db_comment="Of the kept file, hex")
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["added_at", "id"]
        db_table_comment = "Pictures of appeals, re-encoded, without metadata"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PhotoKind.values), name="photo_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=PhotoKind.CHECK, check_row__isnull=False)
                | (~Q(kind=PhotoKind.CHECK) & Q(check_row__isnull=True)),
                name="photo_check_iff_of_a_check",
            ),
            models.UniqueConstraint(fields=["appeal", "sha256"], name="appeal_photo_once"),
        ]

    def __str__(self) -> str:
        return self.file_key.hex
