"""One-time links: an executor without a computer works on one appeal from a telephone."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.choices import LinkUse
from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from appeals.querysets import WorkLinkQuerySet
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked


@tracked(chain=CHAIN)
class WorkLink(models.Model):
    """A way to one appeal for whoever holds its address; the address itself is not kept."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="work_links"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="work_links", db_comment="In whose name the holder works",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_comment="Null: sent by itself when the appeal was assigned",
    )  # fmt: skip
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    spent_at = models.DateTimeField(
        _("spent"), null=True, blank=True, db_comment="The work was reported or given back by it"
    )

    objects = WorkLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        ordering = ["-made_at", "-id"]
        db_table_comment = "Links by which one appeal is worked on without an account"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="worklink_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.made_at:%Y-%m-%d %H:%M}"

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it still leads anywhere."""
        return self.revoked_at is None and self.spent_at is None and now < self.expires_at


@tracked(chain=CHAIN)
class WorkLinkUse(models.Model):
    """What was done by a link."""

    link = models.ForeignKey(WorkLink, on_delete=models.PROTECT, related_name="uses")
    what = models.CharField(_("what"), max_length=10, choices=LinkUse)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("use of a one-time link")
        verbose_name_plural = _("uses of one-time links")
        ordering = ["at", "id"]
        db_table_comment = "Every use of a one-time link"
        constraints = [
            models.CheckConstraint(condition=Q(what__in=LinkUse.values), name="worklinkuse_known")
        ]
        indexes = [models.Index(fields=["link", "at"], name="worklinkuse_when")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.what}"
