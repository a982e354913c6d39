"""Claims: what is held against an overdue order, followed to its end."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from earthworks.choices import Addressee, ClaimState, PoliceDecision
from earthworks.models.numbers import written
from earthworks.models.orders import Order
from earthworks.models.progress import Deadline, append_only
from earthworks.querysets import ClaimQuerySet
from earthworks.words import ADDRESSED, PERMIT
from earthworks.workflow import CLAIM_TRANSITIONS, pairs


@tracked(chain="claims", salted=["answer", "dispute", "end_reason"])
class Claim(models.Model):
    """One claim per order, version of its deadline, and addressee: numbered without gaps."""

    order = models.ForeignKey(
        Order, verbose_name=PERMIT, on_delete=models.PROTECT, related_name="claims"
    )
    deadline = models.ForeignKey(
        Deadline, verbose_name=_("deadline"), on_delete=models.PROTECT, related_name="claims"
    )
    addressee = models.CharField(_("addressee"), max_length=10, choices=Addressee)
    organization = models.ForeignKey(
        Organization, verbose_name=ADDRESSED, on_delete=models.PROTECT, null=True, blank=True,
        related_name="claims", db_comment="Body addressed; null: a citizen, or nobody named yet",
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    serial = models.PositiveIntegerField(_("number in the year"), editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ClaimState, default=ClaimState.PREPARED, editable=False
    )
    fell_due_at = models.DateTimeField(
        _("fell due"), db_comment="When it had to be made, however late the sweep came"
    )
    made_at = models.DateTimeField(_("made"))
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, default="", max_length=4000)
    disputed_at = models.DateTimeField(_("review asked for"), null=True, blank=True)
    dispute = models.TextField(_("ground of the dispute"), blank=True, default="", max_length=4000)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("ended by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    end_reason = models.TextField(_("how it ended"), blank=True, default="", max_length=2000)
    # what the police made of it
    police_number = models.CharField(
        _("registration number at the police"), max_length=60, blank=True, default=""
    )
    protocol_number = models.CharField(_("protocol"), max_length=60, blank=True, default="")
    article = models.CharField(_("article"), max_length=200, blank=True, default="")
    decision = models.CharField(
        _("decision"), max_length=10, choices=PoliceDecision, default=PoliceDecision.NONE
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    fine_kzt = models.DecimalField(
        _("fine, tenge"), max_digits=12, decimal_places=2, null=True, blank=True
    )

    objects = ClaimQuerySet.as_manager()

    access_paths = AccessPaths(
        bodies=("organization", "order__contractor"), places=("order__geom",)
    )

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-pk"]
        db_table_comment = "Claims and notices to the police about overdue orders"
        triggers = [
            pgtrigger.FSM(name="claim_states", field="state", transitions=pairs(CLAIM_TRANSITIONS)),
            pgtrigger.Protect(
                name="claim_begins_prepared",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=ClaimState.PREPARED.value),
            ),
            pgtrigger.Protect(name="claim_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "deadline", "addressee"], name="claim_exactly_once"
            ),
            models.UniqueConstraint(
                fields=["addressee", "year", "serial"], name="claim_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    addressee__in=Addressee.values, state__in=ClaimState.values, serial__gt=0,
                    decision__in=PoliceDecision.values,
                ),
                name="claim_known",
            ),
            models.CheckConstraint(
                condition=Q(made_at__gte=F("fell_due_at")), name="claim_not_before_due"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | Q(sent_at__isnull=False),
                name="claim_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ClaimState.CANCELLED, ClaimState.WITHDRAWN, ClaimState.RESOLVED]
                )
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="claim_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.DISPUTED)
                | (Q(disputed_at__isnull=False) & ~Q(dispute="")),
                name="claim_disputed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(fine_kzt__isnull=True)
                | Q(fine_kzt__gte=0, decision=PoliceDecision.FINE),
                name="claim_fine_by_decision",
            ),
            models.CheckConstraint(
                condition=Q(addressee=Addressee.POLICE)
                | Q(
                    police_number="", protocol_number="", decision=PoliceDecision.NONE,
                    decided_on__isnull=True,
                ),
                name="claim_police_fields",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state=ClaimState.PREPARED), name="claim_prepared"
            ),
            models.Index(fields=["state", "-id"], name="claim_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_addressee_display()} {self.number}"

    @property
    def number(self) -> str:
        return written(self.year, self.serial)


@tracked(chain="claims", exclude=["content"])
class ClaimDocument(models.Model):
    """The letter of a claim as it went out: Kazakh first, then Russian."""

    claim = models.OneToOneField(
        Claim, verbose_name=_("claim"), on_delete=models.PROTECT, related_name="document"
    )
    content = models.BinaryField(_("content"), db_comment="PDF")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("document of a claim")
        verbose_name_plural = _("documents of claims")
        ordering = ["pk"]
        db_table_comment = "Letters of claims as PDF, append-only"
        triggers = [append_only("claimdocument_append_only")]

    def __str__(self) -> str:
        return f"{self.claim} · {self.sha256[:12]}"
