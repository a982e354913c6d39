"""Practice calls of operators: apart from everything that is counted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeals import Appeal
from citymap.accounts.models import User


class PracticeCall(models.Model):
    """One invented call, what the operator made of it, and the score. No contact, no appeal."""

    operator = models.ForeignKey(
        User, verbose_name=_("operator"), on_delete=models.PROTECT, related_name="practice_calls"
    )
    scenario = models.CharField(_("scenario"), max_length=40)
    model = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_comment="The demo's appeal whose place and words the call borrows",
    )  # fmt: skip
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    answers = models.JSONField(default=dict, db_comment="What was chosen; points by criterion")
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, db_comment="0 to 100, when it has ended"
    )

    class Meta:
        verbose_name = _("practice call")
        verbose_name_plural = _("practice calls")
        ordering = ["-started_at", "-id"]
        db_table_comment = "Scored practice calls: outside of all statistics"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, score__isnull=True)
                | Q(ended_at__isnull=False, score__range=(0, 100)),
                name="practicecall_scored_iff_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator_id} {self.scenario}"
