"""What bodies answer, what they promise, and what inspectors see."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from appeals.choices import CheckResult, CostClass, Evidence, Outcome, PromiseState, ReplyFlag
from appeals.models.appeals import MAX_TEXT, Appeal
from appeals.models.categories import CHAIN
from appeals.models.steps import MAX_REASON
from appeals.querysets import PromiseQuerySet
from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked


@tracked(chain=CHAIN, salted=["text", "sent_back_reason"])
class Report(models.Model):
    """A body's answer with its outcome; accepted by verification or sent back."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="reports"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="reports",
    )  # fmt: skip
    author = models.ForeignKey(
        User, verbose_name=_("author"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made"))
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    text = models.TextField(_("text"))
    planned_on = models.DateField(
        _("planned for"), null=True, blank=True, db_comment="Set exactly when planned"
    )
    cost_class = models.CharField(
        _("cost"), max_length=10, choices=CostClass, blank=True,
        db_comment="Set exactly when funding is needed",
    )  # fmt: skip
    legal_ground = models.CharField(
        _("legal ground"), max_length=500, blank=True, db_comment="Set exactly when refused"
    )
    flags = ArrayField(
        models.CharField(max_length=30, choices=ReplyFlag), verbose_name=_("flags"), default=list,
        blank=True, db_comment="Why it looks formal (replycheck.py)",
    )  # fmt: skip
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_how = models.CharField(_("verified how"), max_length=10, choices=Evidence, blank=True)
    flags_note = models.CharField(
        _("why accepted in spite of flags"), max_length=MAX_REASON, blank=True
    )
    sent_back_at = models.DateTimeField(_("sent back"), null=True, blank=True)
    sent_back_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_back_reason = models.CharField(_("why sent back"), max_length=MAX_REASON, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["made_at", "id"]
        db_table_comment = "Answers of bodies with outcomes"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values) & ~Q(text="")
                & Q(LessThanOrEqual(Length("text"), MAX_TEXT)),
                name="report_says_something",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.PLANNED, planned_on__isnull=False)
                | (~Q(outcome=Outcome.PLANNED) & Q(planned_on__isnull=True)),
                name="report_planned_iff_date",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.NEEDS_FUNDING, cost_class__in=CostClass.values)
                | (~Q(outcome=Outcome.NEEDS_FUNDING) & Q(cost_class="")),
                name="report_funding_iff_cost",
            ),
            models.CheckConstraint(
                condition=(Q(outcome=Outcome.REFUSED) & ~Q(legal_ground=""))
                | (~Q(outcome=Outcome.REFUSED) & Q(legal_ground="")),
                name="report_refused_iff_ground",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_how="")
                | Q(verified_at__isnull=False, verified_how__in=Evidence.values),
                name="report_verified_iff_how",
            ),
            models.CheckConstraint(
                condition=(Q(sent_back_at__isnull=True) & Q(sent_back_reason=""))
                | (Q(sent_back_at__isnull=False) & ~Q(sent_back_reason="")),
                name="report_sent_back_iff_reason",
            ),
            models.CheckConstraint(
                condition=Q(flags__contained_by=ReplyFlag.values), name="report_flags_known"
            ),
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(sent_back_at__isnull=True),
                name="report_one_that_stands",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.outcome}"


@tracked(chain=CHAIN, salted=["text", "claim_note"])
class Promise(models.Model):
    """A dated future action that a reply names; swept when it falls due."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="promises"
    )
    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="promises"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="promises",
    )  # fmt: skip
    text = models.CharField(_("text"), max_length=MAX_REASON)
    due_on = models.DateField(_("due"), db_comment="Last day on which it is kept, local date")
    state = models.CharField(
        _("state"), max_length=10, choices=PromiseState, default=PromiseState.OPEN
    )
    plan = models.CharField(
        _("planned row"), max_length=80, blank=True, default="", db_default="",
        db_comment="kind:key of a row of works or programmes that it rests on (plans.py)",
    )  # fmt: skip
    plan_title = models.CharField(
        _("what it rests on"), max_length=300, blank=True, default="", db_default=""
    )
    claimed_at = models.DateTimeField(
        _("called kept"), null=True, blank=True, db_comment="The body says that it is kept"
    )
    claimed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    claim_note = models.CharField(
        _("what was done"), max_length=MAX_REASON, blank=True, default="", db_default=""
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PromiseQuerySet.as_manager()

    access_paths = AccessPaths(bodies=("body",), places=("appeal__geom",))

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["due_on", "id"]
        db_table_comment = "Dated promises in replies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PromiseState.OPEN, decided_at__isnull=True)
                | (
                    Q(state__in=sorted(set(PromiseState.values) - {PromiseState.OPEN}))
                    & Q(decided_at__isnull=False)
                ),
                name="promise_decided_iff_when",
            ),
            models.UniqueConstraint(fields=["report", "due_on"], name="promise_once_a_day"),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claim_note="")
                | (Q(claimed_at__isnull=False) & ~Q(claim_note="")),
                name="promise_claimed_iff_note",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(state=PromiseState.OPEN), name="promise_open_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.due_on}"


@tracked(chain=CHAIN, salted=["note"])
class OnSiteCheck(models.Model):
    """Somebody went there and looked."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="checks"
    )
    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="checks"
    )
    inspector = models.ForeignKey(
        User, verbose_name=_("inspector"), on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked"), db_comment="By the inspector's device")
    received_at = models.DateTimeField(_("received"), db_comment="When it reached the server")
    position = geo.PointField(
        _("position"), null=True, blank=True, db_comment="Where the inspector stood; city CRS"
    )
    accuracy_m = models.FloatField(_("accuracy, m"), null=True, blank=True)
    distance_m = models.FloatField(
        _("distance to the place, m"), null=True, blank=True,
        db_comment="From position to place; null without position",
    )  # fmt: skip
    result = models.CharField(_("result"), max_length=20, choices=CheckResult)
    note = models.CharField(_("note"), max_length=MAX_REASON, blank=True)
    device_key = models.UUIDField(
        unique=True, db_comment="Made by the device: a check sent twice is one check"
    )

    class Meta:
        verbose_name = _("on-site check")
        verbose_name_plural = _("on-site checks")
        ordering = ["received_at", "id"]
        db_table_comment = "Checks at the place"
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=CheckResult.values), name="onsitecheck_result_known"
            ),
            models.CheckConstraint(
                condition=Q(result=CheckResult.CONFIRMED) | ~Q(note=""),
                name="onsitecheck_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True, distance_m__isnull=True)
                | Q(position__isnull=False, distance_m__gte=0),
                name="onsitecheck_distance_iff_position",
            ),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("checked_at")), name="onsitecheck_not_in_future"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.result}"
