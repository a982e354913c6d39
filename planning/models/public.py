"""What the public sees and asks of yards: photos before and after, who follows a yard."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Language
from citymap.history.tracking import tracked
from citymap.personal.models import Person
from layers.models import Yard
from planning.choices import PhotoShows
from planning.querysets import FollowerQuerySet

FOLDER = "yards"


def photo_path(photo: "YardPhoto", filename: str) -> str:
    """Where a picture lies below MEDIA_ROOT: by its key, never by a name that somebody chose."""
    return f"{FOLDER}/{photo.file_key.hex[:2]}/{photo.file_key.hex}.jpg"


def thumbnail_path(photo: "YardPhoto", filename: str) -> str:
    return f"{FOLDER}/{photo.file_key.hex[:2]}/{photo.file_key.hex}-small.jpg"


def new_token() -> str:
    """What a follower's letters carry: who has it may confirm and stop, and nothing else."""
    return secrets.token_urlsafe(24)


@tracked(chain="yards", salted=["sha256"])
class YardPhoto(models.Model):
    """A public picture of a yard, taken for the survey, before or after works."""

    file_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    yard = models.ForeignKey(
        Yard, verbose_name=_("yard"), on_delete=models.PROTECT, related_name="photos"
    )
    shows = models.CharField(_("what it shows"), max_length=8, choices=PhotoShows)
    taken_on = models.DateField(_("taken on"))
    note = models.CharField(_("note"), max_length=200, blank=True, db_comment="Public")
    image = models.FileField(_("picture"), upload_to=photo_path, max_length=120)
    thumbnail = models.FileField(_("small picture"), upload_to=thumbnail_path, max_length=120)
    width_px = models.PositiveIntegerField(_("width, px"))
    height_px = models.PositiveIntegerField(_("height, px"))
    size_bytes = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField(max_length=64, db_comment="Of the kept file, hex")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("photo of a yard")
        verbose_name_plural = _("photos of yards")
        ordering = ["taken_on", "id"]
        db_table_comment = "Public pictures of yards, re-encoded, without metadata"
        constraints = [
            models.CheckConstraint(
                condition=Q(shows__in=PhotoShows.values), name="yardphoto_shows_known"
            ),
            models.UniqueConstraint(fields=["yard", "sha256"], name="yardphoto_once"),
        ]

    def __str__(self) -> str:
        return self.file_key.hex


class YardFollower(models.Model):
    """Somebody who wants news of a yard by e-mail; counts once the address was confirmed."""

    yard = models.ForeignKey(Yard, on_delete=models.PROTECT, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="followed_yards")
    token = models.CharField(
        max_length=40, unique=True, default=new_token, editable=False,
        db_comment="In the follower's letters: confirms and stops",
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Language)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower of a yard")
        verbose_name_plural = _("followers of yards")
        db_table_comment = "Who asked for news of a yard by e-mail"
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="yardfollower_language_known"
            ),
            models.UniqueConstraint(
                fields=["yard", "person"], condition=Q(ended_at__isnull=True),
                name="yardfollower_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.yard_id}: {self.person_id}"


class PublicChange(models.Model):
    """A transaction that touched what public pages read; noted by triggers, kept for days."""

    transaction = models.BigIntegerField(primary_key=True, db_comment="xid8 of it")
    noted_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("change of what is public")
        verbose_name_plural = _("changes of what is public")
        db_table_comment = "Transactions that touched what public pages of yards read"

    def __str__(self) -> str:
        return str(self.transaction)
