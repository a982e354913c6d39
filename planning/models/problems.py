"""Problems: many appeals, one cause; and what is done about it. A flood zone is one kind."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.models.base import ValidGeometry
from planning.choices import ProblemKind, ProblemState, Theme
from planning.querysets import MeasureQuerySet, ProblemQuerySet


@tracked()
class Problem(models.Model):
    """A systemic problem at a place: lead body, measures, dates, money, effect.

    Written by `planning.services.problems` only.
    """

    kind = models.CharField(
        _("kind"), max_length=12, choices=ProblemKind, default=ProblemKind.PROBLEM
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ProblemState, default=ProblemState.OPEN
    )
    title = models.CharField(_("title"), max_length=200)
    cause = models.TextField(_("cause"), blank=True, max_length=2000)
    theme = models.CharField(_("theme"), max_length=12, choices=Theme)
    cluster = models.PositiveIntegerField(
        _("cluster"), null=True, blank=True, db_comment="Lasting number it was proposed by"
    )
    lead = models.ForeignKey(
        Organization, verbose_name=_("lead body"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="led_problems",
    )  # fmt: skip
    co_bodies = models.ManyToManyField(
        Organization, verbose_name=_("co-bodies"), related_name="shared_problems", blank=True
    )
    geom = geo.PolygonField(_("outline"))
    geom_3857 = geo.mercator_copy()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("opened by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    opened_on = models.DateField(_("opened on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("how it ended"), max_length=500, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering = ["-id"]
        db_table_comment = "Systemic problems and flood zones: many events, one cause"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=ProblemKind.values, state__in=ProblemState.values,
                    theme__in=Theme.values,
                ),
                name="problem_known",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="problem_named"),
            models.CheckConstraint(
                condition=Q(state=ProblemState.OPEN, ended_on__isnull=True, end_reason="")
                | (~Q(state=ProblemState.OPEN) & Q(ended_on__gte=F("opened_on"))
                   & ~Q(end_reason="")),
                name="problem_ended_with_reason",
            ),
            models.CheckConstraint(condition=ValidGeometry("geom"), name="problem_geom_valid"),
            models.UniqueConstraint(
                fields=["theme", "cluster"], condition=Q(state=ProblemState.OPEN),
                name="problem_once_a_cluster",
            ),
        ]  # fmt: skip
        indexes = [GistIndex(fields=["geom_3857"], name="problem_merc")]

    def __str__(self) -> str:
        return self.title


@tracked()
class Measure(models.Model):
    """Something that is to be done about a problem, by a day."""

    problem = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="measures"
    )
    what = models.CharField(_("what is done"), max_length=300)
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="measures",
    )  # fmt: skip
    due_on = models.DateField(_("due on"), db_comment="Last day, local")
    done_on = models.DateField(_("done on"), null=True, blank=True)
    cost = models.PositiveBigIntegerField(_("sum, tenge"), null=True, blank=True)
    budget_source = models.CharField(_("budget source"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["due_on", "id"]
        db_table_comment = "What is done about problems, by when, for how much"
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="measure_says_what"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(done_on__isnull=True), name="measure_undone_due"
            )
        ]

    def __str__(self) -> str:
        return self.what
