"""The order: a permit to dig, its place, its people, its state and its present deadline."""

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Area
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from citymap.personal.models import Person
from earthworks.choices import (
    DamagedSurface,
    DeadlineBasis,
    Duty,
    Method,
    OrderKind,
    OrderState,
    Requirement,
    WorkKind,
)
from earthworks.models.numbers import written
from earthworks.querysets import OrderQuerySet
from earthworks.workflow import OPEN_GROUND, TRANSITIONS, pairs
from layers.choices import NetworkKind
from layers.models.base import ValidGeometry

MAX_VERTICES = 1000
MAX_AREA_M2 = 200_000.0


def _area(label: str) -> models.FloatField:
    return models.FloatField(label, default=0, db_default=0, db_comment="Damaged area, m2")


def _body(label, name: str, **options) -> models.ForeignKey:
    return models.ForeignKey(
        Organization, verbose_name=label, on_delete=models.PROTECT, null=True, blank=True,
        related_name=name, **options,
    )  # fmt: skip


def _person(label, comment: str) -> models.ForeignKey:
    return models.ForeignKey(
        Person, verbose_name=label, on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", db_comment=comment,
    )  # fmt: skip


def _moment(label) -> models.DateTimeField:
    return models.DateTimeField(label, null=True, blank=True)


class PointCount(Func):
    function = "ST_NPoints"
    output_field = IntegerField()


# Which moment belongs to which state: set when it was reached, empty before.
MOMENTS = {
    OrderState.APPLIED: "applied_at",
    OrderState.ISSUED: "issued_at",
    OrderState.IN_PROGRESS: "started_at",
    OrderState.WORKS_DONE: "works_done_at",
    OrderState.RESTORED_INTERIM: "restored_interim_at",
    OrderState.RESTORED: "restored_at",
    OrderState.CLOSED: "closed_at",
    OrderState.REFUSED: "ended_at",
    OrderState.CANCELLED: "ended_at",
}


def reached(state: OrderState, moment: str) -> models.CheckConstraint:
    """An order in `state` knows when it came there."""
    return models.CheckConstraint(
        condition=~Q(state=state) | Q(**{f"{moment}__isnull": False}), name=f"order_{state}_at"
    )


@tracked(
    chain="orders",
    salted=["comments", "end_reason", "conflict_reason", "override_reason"],
)
class Order(models.Model):
    """A permit to dig. Who took it (the holder) may not be who digs (the contractor)."""

    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True, editable=False)
    serial = models.PositiveIntegerField(
        _("number in the year"), null=True, blank=True, editable=False,
        db_comment="Given when the order is applied for; no gaps within a year",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=OrderKind, default=OrderKind.PLANNED)
    state = models.CharField(
        _("state"), max_length=20, choices=OrderState, default=OrderState.DRAFT, editable=False
    )
    network_kind = models.CharField(_("network"), max_length=20, choices=NetworkKind)
    work = models.CharField(_("works"), max_length=20, choices=WorkKind)
    method = models.CharField(_("method"), max_length=24, choices=Method)
    # who
    holder = _body(_("holder"), "held_orders", db_comment="Body that took the permit")
    holder_person = _person(_("holder, a citizen"), "Citizen who took the permit")
    representative = _person(_("representative of the holder"), "Acts for the holder")
    contractor = _body(_("contractor"), "contracted_orders")
    contractor_person = _person(_("responsible at the contractor"), "Named responsible person")
    subcontractor = _body(_("subcontractor"), "subcontracted_orders")
    subcontractor_person = _person(
        _("responsible at the subcontractor"), "Named responsible person"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("issued by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="issued_orders", editable=False,
    )  # fmt: skip
    official_post = models.CharField(
        _("post of the official"), max_length=200, blank=True, editable=False,
        db_comment="As it was on the day of issue",
    )  # fmt: skip
    # money
    amount_kzt = models.DecimalField(
        _("sum, tenge"), max_digits=15, decimal_places=2, null=True, blank=True
    )
    budget_source = models.CharField(_("budget source"), max_length=200, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=100, blank=True)
    # where
    geom = geo.MultiPolygonField(_("outline of the dig"))
    geom_3857 = geo.mercator_copy()
    area_m2 = models.GeneratedField(
        expression=Area("geom"),
        output_field=models.FloatField(),
        db_persist=True,
        db_comment="Area of the outline, m2",
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    more_addresses = ArrayField(
        models.CharField(max_length=300), verbose_name=_("further addresses"), default=list,
        blank=True,
    )  # fmt: skip
    comments = models.TextField(_("comments"), blank=True, default="", max_length=4000)
    area_road_m2 = _area(_("road, m²"))
    area_drive_m2 = _area(_("local drive, m²"))
    area_sidewalk_m2 = _area(_("sidewalk, m²"))
    area_lawn_m2 = _area(_("lawn, m²"))
    requirements = ArrayField(
        models.CharField(max_length=20, choices=Requirement), verbose_name=_("requirements"),
        default=list, blank=True,
    )  # fmt: skip
    requirements_note = models.CharField(_("further requirements"), max_length=1000, blank=True)
    # when
    begins_on = models.DateField(_("from"), db_comment="First local day of the permit")
    ends_on = models.DateField(
        _("until"), db_comment="Last local day of the permit as first asked for; see deadlines"
    )
    until_on = models.DateField(
        _("until, with extensions"), editable=False,
        db_comment="Last local day of the permit as extended",
    )  # fmt: skip
    dug_at = models.DateTimeField(
        _("dug since"), null=True, blank=True, db_comment="Emergency: when digging began"
    )
    applied_at = _moment(_("applied for"))
    issued_at = _moment(_("issued"))
    started_at = _moment(_("digging began"))
    works_done_at = _moment(_("works done"))
    restored_interim_at = _moment(_("restored temporarily"))
    restored_at = _moment(_("restored"))
    closed_at = _moment(_("closed"))
    ended_at = models.DateTimeField(
        _("refused or cancelled"), null=True, blank=True, db_comment="When refused or cancelled"
    )
    end_reason = models.TextField(_("reason"), blank=True, default="", max_length=2000)
    conflict_reason = models.TextField(
        _("why issued over conflicts"), blank=True, default="", max_length=2000
    )
    override_reason = models.TextField(
        _("why issued although blocked"), blank=True, default="", max_length=2000,
        db_comment="Winter, or a holder with overdue orders",
    )  # fmt: skip
    # the present deadline; its past ones are rows of Deadline
    deadline_version = models.PositiveSmallIntegerField(
        _("version of the deadline"), default=0, db_default=0, editable=False
    )
    due_at = models.DateTimeField(
        _("overdue from"), null=True, blank=True, editable=False,
        db_comment="First instant after the last day; null: nothing is owed",
    )  # fmt: skip
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)
    duty = models.CharField(_("what is due"), max_length=10, choices=Duty, blank=True, default="")
    basis = models.CharField(
        _("basis"), max_length=10, choices=DeadlineBasis, blank=True, default=""
    )
    final_on = models.DateField(
        _("whole again by"), null=True, blank=True, editable=False,
        db_comment="Last day for permanent restoration as things stand",
    )  # fmt: skip
    extensions_count = models.PositiveSmallIntegerField(
        _("times extended"), default=0, db_default=0, editable=False
    )
    guarantee_until = models.DateField(_("guaranteed until"), null=True, blank=True)
    request_key = models.UUIDField(
        _("key of the form"), null=True, blank=True, unique=True, editable=False,
        db_comment="A form submitted twice makes one order",
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+", editable=False,
    )  # fmt: skip
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    # Bodies that are asked for approval read the order as well.
    access_paths = AccessPaths(
        bodies=("holder", "contractor", "subcontractor", "approvals__organization"),
        places=("geom",),
    )

    class Meta:
        verbose_name = _("earthwork order")
        verbose_name_plural = _("earthwork orders")
        ordering = ["-pk"]
        db_table_comment = "Permits to dig with their present state and deadline"
        triggers = [
            pgtrigger.FSM(name="order_states", field="state", transitions=pairs(TRANSITIONS)),
            pgtrigger.Protect(
                name="order_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=OrderState.DRAFT.value),
            ),
            pgtrigger.Protect(name="order_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="order_number_unique"),
            models.CheckConstraint(
                condition=Q(year__isnull=True, serial__isnull=True)
                | Q(year__isnull=False, serial__gt=0),
                name="order_number_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.DRAFT) | Q(serial__isnull=False),
                name="order_numbered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrderKind.values), name="order_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(network_kind__in=NetworkKind.values), name="order_network_known"
            ),
            models.CheckConstraint(
                condition=Q(work__in=WorkKind.values), name="order_work_known"
            ),
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="order_method_known"
            ),
            models.CheckConstraint(
                condition=Q(requirements__contained_by=Requirement.values),
                name="order_requirements_known",
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=True) ^ Q(holder_person__isnull=True),
                name="order_one_holder",
                violation_error_message=_("The holder is an organisation or a citizen."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")) & Q(until_on__gte=F("ends_on")),
                name="order_period",
                violation_error_message=_("The order ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(kind=OrderKind.PLANNED) | Q(dug_at__isnull=False),
                name="order_emergency_was_dug",
                violation_error_message=_("An emergency order says since when is dug."),
            ),
            models.CheckConstraint(
                condition=Q(
                    **{f"area_{one}_m2__gte": 0 for one in DamagedSurface.values},
                    **{f"area_{one}_m2__lte": MAX_AREA_M2 for one in DamagedSurface.values},
                ),
                name="order_areas_sane",
            ),
            models.CheckConstraint(
                condition=Q(amount_kzt__isnull=True) | Q(amount_kzt__gte=0), name="order_sum_sane"
            ),
            models.CheckConstraint(condition=ValidGeometry("geom"), name="order_geom_valid"),
            models.CheckConstraint(
                condition=LessThanOrEqual(PointCount("geom"), MAX_VERTICES)
                & Q(area_m2__gt=0, area_m2__lte=MAX_AREA_M2),
                name="order_geom_sane",
            ),
            models.CheckConstraint(
                condition=Q(
                    due_at__isnull=True, due_on__isnull=True, duty="", basis="",
                    final_on__isnull=True,
                )
                | (
                    Q(
                        due_at__isnull=False, due_on__isnull=False, duty__in=Duty.values,
                        basis__in=DeadlineBasis.values, final_on__gte=F("due_on"),
                        deadline_version__gt=0,
                    )
                ),
                name="order_deadline_whole",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) ^ Q(state__in=sorted(OPEN_GROUND))
                | Q(kind=OrderKind.EMERGENCY, state=OrderState.DRAFT, due_at__isnull=False),
                name="order_owes_while_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.REFUSED, OrderState.CANCELLED])
                | ~Q(end_reason=""),
                name="order_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.RESTORED, OrderState.CLOSED])
                | Q(guarantee_until__isnull=False),
                name="order_restored_is_guaranteed",
            ),
            *[reached(state, moment) for state, moment in MOMENTS.items()],
        ]  # fmt: skip
        indexes = [
            GistIndex(fields=["geom_3857"], name="order_merc"),
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="order_open_by_due"
            ),
            models.Index(fields=["state", "-id"], name="order_state"),
            models.Index(fields=["begins_on", "until_on"], name="order_period_idx"),
            GinIndex(fields=["address"], opclasses=["gin_trgm_ops"], name="order_address_trgm"),
        ]

    def __str__(self) -> str:
        return self.number or f"{OrderState.DRAFT.label} {self.pk}"

    @property
    def number(self) -> str:
        """`2026-00042`; empty for a draft."""
        return written(self.year, self.serial) if self.serial else ""

    @property
    def areas_m2(self) -> dict[DamagedSurface, float]:
        """Damaged area by surface, m2."""
        return {surface: getattr(self, f"area_{surface}_m2") for surface in DamagedSurface}
