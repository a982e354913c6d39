"""What the public portal keeps: cards shown to all, the word of applicants, counts of tries."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from citymap.accounts.models import User
from citymap.history.tracking import tracked

MAX_PUBLIC_TEXT = 2000


@tracked(chain=CHAIN, salted=["summary", "reply"])
class PublicCard(models.Model):
    """An appeal as everybody may read it: words written by a moderator, never the applicant's."""

    appeal = models.OneToOneField(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="public_card"
    )
    summary = models.CharField(
        _("what is wrong"), max_length=MAX_PUBLIC_TEXT, blank=True,
        db_comment="The moderator's words; empty: the category says enough",
    )  # fmt: skip
    reply = models.CharField(
        _("what was answered"), max_length=MAX_PUBLIC_TEXT, blank=True,
        db_comment="As the moderator has read and shortened it; empty: not shown",
    )  # fmt: skip
    photo_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("photos"), default=list, blank=True,
        db_comment="Photos of the appeal that a moderator has looked at",
    )  # fmt: skip
    shown = models.BooleanField(_("shown"), default=True, db_default=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        User, verbose_name=_("moderator"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("public card")
        verbose_name_plural = _("public cards")
        ordering = ["-decided_at", "-id"]
        db_table_comment = "Appeals shown to everybody after moderation"
        indexes = [
            models.Index(fields=["-decided_at"], condition=Q(shown=True), name="publiccard_shown")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}"


@tracked(chain=CHAIN)
class Feedback(models.Model):
    """What an applicant said of a result on the portal; once for an appeal."""

    appeal = models.OneToOneField(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="feedback"
    )
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), db_comment="1 to 5")
    thanks = models.BooleanField(_("thanks"), default=False, db_default=False)
    made_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("word of an applicant")
        verbose_name_plural = _("words of applicants")
        db_table_comment = "Satisfaction and thanks said on the portal"
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__range=(1, 5)), name="feedback_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.satisfaction}"


class RateCount(models.Model):
    """How often something was tried from one place in one window of time; swept after a day."""

    key = models.CharField(max_length=64, db_comment="Keyed digest: no address can be read here")
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table_comment = "Tries on the portal, counted against guessing and flooding"
        constraints = [
            models.UniqueConstraint(fields=["key", "window_start"], name="ratecount_once")
        ]
        indexes = [models.Index(fields=["window_start"], name="ratecount_when")]

    def __str__(self) -> str:
        return f"{self.window_start} {self.count}"
