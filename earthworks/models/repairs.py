"""Repair works of city services, their plans, money and outages."""

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from earthworks.choices import OutageKind, RepairKind, RepairState
from earthworks.models.orders import MAX_VERTICES, Order, PointCount
from earthworks.querysets import RepairQuerySet
from earthworks.words import PERMIT
from earthworks.workflow import REPAIR_TRANSITIONS, pairs
from layers.models import Building
from layers.models.base import ValidGeometry


@tracked(chain="repairs")
class RepairPlan(models.Model):
    """A year's plan of one city service."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="repair_plans",
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("kind"), max_length=10, choices=RepairKind)
    title = models.CharField(_("title"), max_length=300)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    access_paths = AccessPaths(bodies=("organization",))

    class Meta:
        verbose_name = _("plan of repairs")
        verbose_name_plural = _("plans of repairs")
        ordering = ["-year", "organization", "kind"]
        db_table_comment = "Yearly plans of repairs of city services"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "kind"], name="repairplan_once"
            ),
            models.CheckConstraint(
                condition=Q(year__range=(2000, 2100), kind__in=RepairKind.values),
                name="repairplan_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"


@tracked(chain="repairs", salted=["reason"])
class RepairWork(models.Model):
    """One repair at a place: planned, running, done, moved or cancelled."""

    source = models.CharField(_("source"), max_length=40, default="manual")
    source_id = models.CharField(_("id in the source"), max_length=120, blank=True, default="")
    plan = models.ForeignKey(
        RepairPlan, verbose_name=_("plan"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="works",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=RepairKind)
    state = models.CharField(
        _("state"), max_length=10, choices=RepairState, default=RepairState.PLANNED, editable=False
    )
    title = models.CharField(_("title"), max_length=300)
    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="repairs",
    )  # fmt: skip
    contractor = models.ForeignKey(
        Organization, verbose_name=_("contractor"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="contracted_repairs",
    )  # fmt: skip
    geom = geo.GeometryField(_("place"))
    geom_3857 = geo.mercator_copy()
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    begins_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    first_ends_on = models.DateField(
        _("until, as first planned"), db_comment="Never overwritten when the work is moved"
    )
    started_on = models.DateField(_("started on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    reason = models.TextField(
        _("reason of the last change"), blank=True, default="", max_length=2000
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+", editable=False,
    )  # fmt: skip

    objects = RepairQuerySet.as_manager()

    access_paths = AccessPaths(bodies=("organization", "contractor"), places=("geom",))

    class Meta:
        verbose_name = _("repair work")
        verbose_name_plural = _("repair works")
        ordering = ["-pk"]
        db_table_comment = "Repair works of city services, planned and done"
        triggers = [
            pgtrigger.FSM(
                name="repair_states", field="state", transitions=pairs(REPAIR_TRANSITIONS)
            ),
            pgtrigger.Protect(
                name="repair_begins_planned",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=RepairState.PLANNED.value),
            ),
            pgtrigger.Protect(name="repair_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source_id=""),
                name="repair_source_unique",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RepairKind.values, state__in=RepairState.values),
                name="repair_known",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="repair_period",
                violation_error_message=_("The work ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RepairState.MOVED, RepairState.CANCELLED])
                | ~Q(reason=""),
                name="repair_reasoned",
            ),
            models.CheckConstraint(
                condition=(Q(state=RepairState.DONE) & Q(done_on__isnull=False))
                | (~Q(state=RepairState.DONE) & Q(done_on__isnull=True)),
                name="repair_done_has_day",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(PointCount("geom"), MAX_VERTICES),
                name="repair_geom_sane",
            ),
            models.CheckConstraint(condition=ValidGeometry("geom"), name="repair_geom_valid"),
        ]  # fmt: skip
        indexes = [
            GistIndex(fields=["geom_3857"], name="repair_merc"),
            models.Index(fields=["state", "begins_on"], name="repair_state"),
        ]

    def __str__(self) -> str:
        return self.title


@tracked(chain="repairs")
class BudgetLine(models.Model):
    """Public money of a repair: sum, source, contract."""

    work = models.ForeignKey(
        RepairWork, verbose_name=_("repair"), on_delete=models.PROTECT, related_name="budget"
    )
    source = models.CharField(_("budget source"), max_length=200)
    amount_kzt = models.DecimalField(_("sum, tenge"), max_digits=15, decimal_places=2)
    contract_number = models.CharField(_("contract number"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["pk"]
        db_table_comment = "Public money of repair works"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_kzt__gte=0) & ~Q(source=""), name="budgetline_sane"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.amount_kzt}"


@tracked(chain="repairs")
class Outage(models.Model):
    """What an order or a repair cuts off, from when until when, in which buildings."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, null=True, blank=True,
        related_name="outages",
    )  # fmt: skip
    work = models.ForeignKey(
        RepairWork, verbose_name=_("repair"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="outages",
    )  # fmt: skip
    kind = models.CharField(_("what is cut off"), max_length=12, choices=OutageKind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    buildings = models.ManyToManyField(
        Building, verbose_name=_("buildings"), related_name="outages", blank=True
    )

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-starts_at", "pk"]
        db_table_comment = "What works cut off, and in which buildings"
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=True) ^ Q(work__isnull=True), name="outage_of_one_work"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), kind__in=OutageKind.values),
                name="outage_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d}"
