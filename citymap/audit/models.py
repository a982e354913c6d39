"""Verifications of the chain: asked for, how far they are, what they found."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import User
from citymap.history.tracking import tracked


@tracked(exclude=("done", "total", "report"))
class Verification(models.Model):
    """One verification of the whole chain; at most one is open at a time."""

    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", db_comment="Empty: the daily one",
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked"), db_default=Now())
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    done = models.BigIntegerField(_("records checked"), default=0)
    total = models.BigIntegerField(_("records to check"), default=0)
    holds = models.BooleanField(
        _("the chain holds"), null=True, blank=True,
        db_comment="Empty: not finished, or failed for the reason in error",
    )  # fmt: skip
    report = models.JSONField(
        _("report"),
        default=dict,
        blank=True,
        db_comment="What manage.py verify_history --json says",
    )  # fmt: skip
    error = models.TextField(_("error"), blank=True, db_comment="Why it could not be finished")

    class Meta:
        verbose_name = _("verification of the chain")
        verbose_name_plural = _("verifications of the chain")
        ordering = ["-pk"]
        db_table_comment = "Verifications of the hash chain and what they found"
        constraints = [
            models.UniqueConstraint(
                IsNull(F("finished_at"), True),
                condition=Q(finished_at__isnull=True),
                name="audit_verification_one_open",
            ),
            models.CheckConstraint(
                condition=Q(holds__isnull=True) | Q(finished_at__isnull=False),
                name="audit_verification_result_when_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0
