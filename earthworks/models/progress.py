"""What happens to an order: approvals, deadlines, extensions, acceptances. Rows are only added."""

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from earthworks.choices import ApprovalKind, DamagedSurface, DeadlineBasis, Decision, Duty
from earthworks.models.orders import Order
from earthworks.models.photos import Photo
from earthworks.words import PERMIT


def append_only(name: str) -> pgtrigger.Protect:
    """Rows are added and never changed or removed."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


@tracked(chain="orders", salted=["conditions"])
class Approval(models.Model):
    """One line of the approval list: a network owner or an office, and its term."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="approvals"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("asked"), on_delete=models.PROTECT,
        related_name="order_approvals",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=ApprovalKind)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("answer by"))
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.PENDING
    )
    conditions = models.TextField(
        _("conditions or ground of refusal"), blank=True, default="", max_length=2000
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip

    access_paths = AccessPaths(bodies=("organization",), places=("order__geom",))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["pk"]
        db_table_comment = "Approval list of an order, a line per body"
        constraints = [
            models.UniqueConstraint(fields=["order", "organization"], name="approval_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ApprovalKind.values, decision__in=Decision.values),
                name="approval_known",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.PENDING, answered_at__isnull=True)
                | (~Q(decision=Decision.PENDING) & Q(answered_at__isnull=False)),
                name="approval_answered_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[Decision.REFUSED, Decision.CONDITIONS])
                | ~Q(conditions=""),
                name="approval_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(decision=Decision.PENDING), name="approval_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.organization}"


@tracked(chain="orders")
class Deadline(models.Model):
    """One version of an order's deadline. The first is never overwritten, nor is any other."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="deadlines"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    duty = models.CharField(_("what is due"), max_length=10, choices=Duty)
    on = models.DateField(_("due on"), db_comment="Last local day")
    at = models.DateTimeField(_("overdue from"), db_comment="First instant after the last day")
    basis = models.CharField(_("basis"), max_length=10, choices=DeadlineBasis)
    final_on = models.DateField(_("whole again by"))
    set_at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["order", "version"]
        db_table_comment = "Versions of orders' deadlines, append-only"
        triggers = [append_only("deadline_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="deadline_once"),
            models.CheckConstraint(
                condition=Q(
                    version__gt=0, duty__in=Duty.values, basis__in=DeadlineBasis.values,
                    final_on__gte=F("on"),
                ),
                name="deadline_sane",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.order} · {self.version}"


@tracked(chain="orders", salted=["reason"])
class Extension(models.Model):
    """A dated, reasoned, counted extension of the permit."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="extensions"
    )
    number = models.PositiveSmallIntegerField(_("count"), db_comment="1 is the first extension")
    version = models.PositiveSmallIntegerField(
        _("version of the deadline"), db_comment="The version that it brought about"
    )
    old_until = models.DateField(_("until, before"))
    new_until = models.DateField(_("until"))
    reason = models.TextField(_("reason"), max_length=2000)
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("allowed by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["order", "number"]
        db_table_comment = "Extensions of orders, append-only"
        triggers = [append_only("extension_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="extension_counted"),
            models.UniqueConstraint(fields=["order", "version"], name="extension_version"),
            models.CheckConstraint(
                condition=Q(number__gt=0, new_until__gt=F("old_until")) & ~Q(reason=""),
                name="extension_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.number}"


def _measured(label) -> models.FloatField:
    return models.FloatField(label, default=0, db_comment="Measured on site, m2")


@tracked(chain="orders", salted=["remarks"])
class Acceptance(models.Model):
    """An inspection of a restoration: accepted or not, with photo, position and measured area."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="acceptances"
    )
    duty = models.CharField(
        _("what was inspected"), max_length=10,
        choices=[one for one in Duty.choices if one[0] != Duty.PAPERS],
    )  # fmt: skip
    accepted = models.BooleanField(_("accepted"))
    inspected_at = models.DateTimeField(_("inspected"))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("inspector"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    geom = geo.PointField(_("position"), db_comment="Where the inspector stood")
    photo = models.ForeignKey(
        Photo, verbose_name=_("photo"), on_delete=models.PROTECT, related_name="+"
    )
    area_road_m2 = _measured(_("road, m²"))
    area_drive_m2 = _measured(_("local drive, m²"))
    area_sidewalk_m2 = _measured(_("sidewalk, m²"))
    area_lawn_m2 = _measured(_("lawn, m²"))
    remarks = models.TextField(_("remarks"), blank=True, default="", max_length=2000)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["order", "pk"]
        db_table_comment = "Inspections of restorations, append-only"
        triggers = [append_only("acceptance_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    duty__in=[Duty.INTERIM, Duty.PERMANENT],
                    **{f"area_{one}_m2__gte": 0 for one in DamagedSurface.values},
                ),
                name="acceptance_sane",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True) | ~Q(remarks=""), name="acceptance_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_duty_display()}"
