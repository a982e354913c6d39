"""Reports: the figures of a period as they stood at a moment, kept as they were."""

import datetime as dt

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.choices import ReportKind
from planning.immutable import NeverChanged


class PeriodReport(models.Model):
    """Figures of a period as of a moment; made once, never changed. Nobody's data are in it."""

    kind = models.CharField(_("kind"), max_length=10, choices=ReportKind)
    since = models.DateField(_("from"), db_comment="First day, local")
    until = models.DateField(_("until"), db_comment="First day no longer in it, local")
    as_of = models.DateTimeField(_("as of"), db_comment="What came later is not in it")
    figures = models.JSONField(_("figures"), db_comment="See planning/reports.py")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", db_comment="Null: made by itself",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-until", "-id"]
        db_table_comment = "Reports of periods as of a moment; rows are never changed"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values, until__gt=F("since")), name="report_sane"
            ),
            models.UniqueConstraint(
                fields=["kind", "since"],
                condition=Q(made_by__isnull=True),
                name="report_made_by_itself_once",
            ),
        ]
        triggers = [NeverChanged(name="report_stays")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.since} – {self.until}"

    @property
    def last_day(self) -> dt.date:
        """The last day that is in it."""
        return self.until - dt.timedelta(1)
