"""Programmes: yards chosen for years within budgets, frozen when published."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.models import Yard
from planning.choices import ChosenBy, Stage, Work
from planning.immutable import NeverChanged, PublishedIsFrozen, VersionIsOpen
from planning.models.queue import QueueSnapshot
from planning.querysets import ProgrammeVersionQuerySet, WorkPriceQuerySet


@tracked()
class WorkPrice(models.Model):
    """What a unit of a work costs from a day on."""

    work = models.CharField(_("work"), max_length=12, choices=Work)
    price = models.DecimalField(_("price, tenge"), max_digits=14, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    citation = models.CharField(
        _("source"), max_length=300, db_comment="Price list or decision it is taken from"
    )
    verified = models.BooleanField(_("verified"), default=False)

    objects = WorkPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit price")
        verbose_name_plural = _("unit prices")
        ordering = ["work", "-valid_from"]
        db_table_comment = "Unit prices of works in yards, dated"
        constraints = [
            models.UniqueConstraint(fields=["work", "valid_from"], name="workprice_once_a_day"),
            models.CheckConstraint(condition=Q(price__gt=0), name="workprice_positive"),
            models.CheckConstraint(condition=Q(work__in=Work.values), name="workprice_work_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_work_display()}: {self.price}"


@tracked(chain="programmes")
class Programme(models.Model):
    """A programme of one or several years; what it holds is in its versions."""

    name = models.CharField(_("name"), max_length=200)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["-first_year", "-id"]
        db_table_comment = "Programmes of yard improvement"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="programme_named"),
            models.CheckConstraint(
                condition=Q(first_year__range=(2000, 2100)), name="programme_year_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(chain="programmes")
class ProgrammeVersion(models.Model):
    """A draft, or what was published: from then on nobody changes it, the next is a new one."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"), db_comment="Of its programme, from 1")
    reason = models.CharField(_("reason"), max_length=500, db_comment="Public")
    budgets = ArrayField(
        models.PositiveBigIntegerField(), verbose_name=_("budgets, tenge"),
        db_comment="Of each year from the first, whole tenge",
    )  # fmt: skip
    least_shares = models.JSONField(
        _("least shares"), default=dict, blank=True,
        db_comment="Territory id -> least share of what is spent, hundredths",
    )  # fmt: skip
    by_quarter = models.BooleanField(_("by quarter"), default=False)
    budget_source = models.CharField(_("source of the budget"), max_length=200, blank=True)
    queue = models.ForeignKey(
        QueueSnapshot, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="+"
    )
    gap = models.FloatField(
        _("not proved"), null=True, blank=True,
        db_comment="Share by which another choice could be better; null: not chosen yet",
    )  # fmt: skip
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ProgrammeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a programme")
        verbose_name_plural = _("versions of programmes")
        ordering = ["programme", "-number"]
        db_table_comment = "Versions of programmes; frozen once published"
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(published_at__isnull=True),
                name="version_one_draft",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="version_has_reason"),
            models.CheckConstraint(condition=Q(budgets__len__gte=1), name="version_has_years"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="version_published_by_somebody",
            ),
        ]  # fmt: skip
        triggers = [PublishedIsFrozen(name="published_is_frozen")]

    def __str__(self) -> str:
        return f"{self.programme}, {self._meta.verbose_name} {self.number}"


@tracked(chain="programmes")
class ProgrammeYard(models.Model):
    """A yard in a version: for which year, for how much, and how it came there."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="rows")
    yard = models.ForeignKey(Yard, on_delete=models.PROTECT, related_name="programme_rows")
    year = models.PositiveSmallIntegerField(_("year"))
    cost = models.PositiveBigIntegerField(_("cost, tenge"))
    score = models.PositiveIntegerField(_("score"), db_comment="1/10000 points in the queue then")
    position = models.PositiveIntegerField(_("position"), db_comment="In the queue then")
    chosen_by = models.CharField(_("chosen"), max_length=8, choices=ChosenBy)
    reason = models.CharField(
        _("reason"), max_length=500, blank=True, db_comment="Of a choice by hand; public"
    )

    class Meta:
        verbose_name = _("yard of a programme")
        verbose_name_plural = _("yards of programmes")
        ordering = ["year", "position"]
        db_table_comment = "Yards of a version of a programme"
        constraints = [
            models.UniqueConstraint(fields=["version", "yard"], name="programmeyard_once"),
            models.CheckConstraint(condition=Q(cost__gt=0), name="programmeyard_costs"),
            models.CheckConstraint(
                condition=~Q(chosen_by=ChosenBy.HAND) | ~Q(reason=""),
                name="programmeyard_hand_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(chosen_by__in=ChosenBy.values), name="programmeyard_chosen_known"
            ),
        ]
        triggers = [VersionIsOpen(name="version_is_open")]

    def __str__(self) -> str:
        return f"{self.yard_id}: {self.year}"


@tracked(chain="programmes")
class YardStage(models.Model):
    """A stage that a yard reached: the yard's passport is the list of these. Never changed."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="stages")
    yard = models.ForeignKey(Yard, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    reached_on = models.DateField(_("reached on"))
    contractor = models.ForeignKey(
        Organization, verbose_name=_("contractor"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    contract_number = models.CharField(_("contract"), max_length=80, blank=True)
    cost = models.PositiveBigIntegerField(_("sum, tenge"), null=True, blank=True)
    guarantee_until = models.DateField(_("guarantee until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("stage of a yard")
        verbose_name_plural = _("stages of yards")
        ordering = ["reached_on", "id"]
        db_table_comment = "Stages that yards reached in programmes"
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="yardstage_known"),
            models.UniqueConstraint(
                fields=["programme", "yard", "stage"], name="yardstage_reached_once"
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.CONTRACT)
                | (~Q(contract_number="") & Q(contractor__isnull=False) & Q(cost__isnull=False)),
                name="yardstage_contract_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.GUARANTEE) | Q(guarantee_until__isnull=False),
                name="yardstage_guarantee_ends",
            ),
        ]
        triggers = [NeverChanged(name="never_changed")]

    def __str__(self) -> str:
        return f"{self.yard_id}: {self.get_stage_display()}"
