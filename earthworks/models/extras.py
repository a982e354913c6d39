"""What belongs to orders beside their course: documents, failures under guarantee, filters."""

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.history.tracking import tracked
from earthworks.choices import DocumentKind, GuaranteeState
from earthworks.models.orders import Order
from earthworks.models.progress import append_only
from earthworks.words import PERMIT
from earthworks.workflow import GUARANTEE_TRANSITIONS, pairs

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_FILTERS = 30


def document_path(document: "OrderDocument", filename: str) -> str:
    """Named by what it is, not by what its sender called it."""
    return f"earthworks/{document.sha256[:2]}/{document.sha256}.pdf"


@tracked(chain="orders")
class OrderDocument(models.Model):
    """A paper of an order as PDF: project, contract, traffic scheme, act."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind)
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=document_path, max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size_bytes = models.PositiveIntegerField(_("size, bytes"))
    made_at = models.DateTimeField(_("added"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("document of an order")
        verbose_name_plural = _("documents of orders")
        ordering = ["pk"]
        db_table_comment = "Papers of orders as PDF, append-only"
        triggers = [append_only("orderdocument_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["order", "sha256"], name="orderdocument_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values, size_bytes__range=(1, MAX_DOCUMENT_BYTES))
                & ~Q(title=""),
                name="orderdocument_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked(chain="orders", salted=["ground", "end_reason"])
class GuaranteeCase(models.Model):
    """Ground that failed within a guaranteed restoration: the duty to restore lives again.

    The order itself stays closed. Appeals that told of it point here (`case.appeals`).
    """

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="guarantee_cases"
    )
    geom = geo.PointField(_("position"), db_comment="Where the ground failed")
    found_at = models.DateTimeField(_("found"))
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    ground = models.TextField(_("what has failed"), max_length=2000)
    due_on = models.DateField(_("to be mended by"), db_comment="Last local day")
    state = models.CharField(
        _("state"), max_length=10, choices=GuaranteeState, default=GuaranteeState.OPEN,
        editable=False,
    )  # fmt: skip
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("ended by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    end_reason = models.TextField(_("how it ended"), blank=True, default="", max_length=2000)

    access_paths = AccessPaths(
        bodies=("order__holder", "order__contractor"), places=("order__geom",)
    )

    class Meta:
        verbose_name = _("failure under guarantee")
        verbose_name_plural = _("failures under guarantee")
        ordering = ["-pk"]
        db_table_comment = "Failures of guaranteed restorations: duties that live again"
        triggers = [
            pgtrigger.FSM(
                name="guarantee_states", field="state", transitions=pairs(GUARANTEE_TRANSITIONS)
            ),
            pgtrigger.Protect(
                name="guarantee_begins_open",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=GuaranteeState.OPEN.value),
            ),
            pgtrigger.Protect(name="guarantee_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state=GuaranteeState.OPEN),
                name="guarantee_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=GuaranteeState.OPEN, ended_at__isnull=True)
                | (
                    Q(state__in=[GuaranteeState.MENDED, GuaranteeState.DISMISSED])
                    & Q(ended_at__gte=F("found_at"))
                    & ~Q(end_reason="")
                ),
                name="guarantee_ended_whole",
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="guarantee_says_what"),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(state=GuaranteeState.OPEN), name="guarantee_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_state_display()}"


class SavedFilter(models.Model):
    """A question to the list of orders that its reader asks again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("whose"), on_delete=models.CASCADE,
        related_name="works_filters",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("question"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        db_table_comment = "Saved questions to the list of orders"
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="savedfilter_once"),
            models.CheckConstraint(condition=~Q(name=""), name="savedfilter_named"),
        ]

    def __str__(self) -> str:
        return self.name
