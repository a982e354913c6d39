"""What planners know of yards: surveys of their condition, holds."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.history.tracking import tracked
from layers.choices import Condition
from layers.models import Yard
from planning.querysets import HoldQuerySet, SurveyQuerySet


@tracked()
class YardSurvey(models.Model):
    """What somebody found in a yard on a day. The latest one counts."""

    yard = models.ForeignKey(
        Yard, verbose_name=_("yard"), on_delete=models.PROTECT, related_name="surveys"
    )
    surveyed_on = models.DateField(_("surveyed on"))
    condition = models.CharField(_("condition"), max_length=10, choices=Condition)
    needs_work = models.BooleanField(_("needs work"))
    land_ready = models.BooleanField(_("land is ready"), null=True, blank=True)
    demolition = models.BooleanField(_("houses to be demolished"), null=True, blank=True)
    network_renewal_due = models.BooleanField(_("networks to be renewed"), null=True, blank=True)
    project_ready = models.BooleanField(_("project is ready"), null=True, blank=True)
    amounts = models.JSONField(
        _("works"), default=dict, blank=True,
        db_comment="Work (planning.choices.Work) -> amount in its unit, as text",
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=500, blank=True)
    source = models.CharField(
        _("source"), max_length=200, blank=True, db_comment="File it was imported from; else empty"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey of a yard")
        verbose_name_plural = _("surveys of yards")
        ordering = ["-surveyed_on", "-id"]
        db_table_comment = "Condition of yards as found by surveys"
        constraints = [
            models.CheckConstraint(
                condition=Q(condition__in=Condition.values), name="survey_condition_known"
            ),
            models.UniqueConstraint(fields=["yard", "surveyed_on"], name="survey_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.yard_id}: {self.surveyed_on}"


@tracked()
class YardHold(models.Model):
    """A yard that must wait, with the reason, until somebody lets it go."""

    yard = models.ForeignKey(
        Yard, verbose_name=_("yard"), on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.CharField(_("reason"), max_length=500, db_comment="Public")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("held by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    held_at = models.DateTimeField(_("held at"), auto_now_add=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("released by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold on a yard")
        verbose_name_plural = _("holds on yards")
        ordering = ["-id"]
        db_table_comment = "Yards that must wait, and why"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
            models.UniqueConstraint(
                fields=["yard"], condition=Q(released_at__isnull=True), name="hold_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="hold_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
