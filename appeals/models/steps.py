"""What happens to an appeal on its way: helpers, pauses, extensions, joinings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.choices import PauseReason
from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from appeals.workflow import OPERATIONS
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked

MAX_REASON = 2000


def _reason() -> models.CharField:
    return models.CharField(_("reason"), max_length=MAX_REASON)


@tracked(chain=CHAIN)
class CoExecutor(models.Model):
    """A body that helps; the main executor answers."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="helpers"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    task = models.CharField(_("task"), max_length=MAX_REASON, blank=True)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("co-executor")
        verbose_name_plural = _("co-executors")
        db_table_comment = "Bodies that help the main executor"
        constraints = [models.UniqueConstraint(fields=["appeal", "body"], name="coexecutor_once")]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.body_id}"


@tracked(chain=CHAIN, salted=["reason"])
class Pause(models.Model):
    """A time in which the clock of an appeal stands."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="pauses"
    )
    kind = models.CharField(_("why"), max_length=20, choices=PauseReason)
    reason = _reason()
    started_at = models.DateTimeField(_("from"))
    started_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at", "id"]
        db_table_comment = "Times in which the clock of an appeal stood"
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(ended_at__isnull=True), name="pause_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_period",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PauseReason.values) & ~Q(reason=""), name="pause_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.started_at:%Y-%m-%d}"


@tracked(chain=CHAIN, salted=["reason"])
class Extension(models.Model):
    """A later deadline, given with a reason and told to the applicant."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="extensions"
    )
    number = models.PositiveSmallIntegerField(_("number"), db_comment="1, 2, ... of the appeal")
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_before = models.DateTimeField(_("deadline before"))
    until = models.DateTimeField(_("new deadline"))
    reason = _reason()
    by_reopening = models.BooleanField(
        _("new term after reopening"), default=False, db_default=False,
        db_comment="Not an extension in the sense of the law, and not counted as one",
    )  # fmt: skip
    tell_by = models.DateTimeField(
        _("to be told by"), null=True, blank=True,
        db_comment="Statutory appeals: by when the applicant must have been told",
    )  # fmt: skip

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["number"]
        db_table_comment = "Deadlines moved, with reasons"
        constraints = [
            models.UniqueConstraint(fields=["appeal", "number"], name="extension_numbered"),
            models.CheckConstraint(
                condition=Q(until__gt=F("due_before")), name="extension_is_later"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} #{self.number}"


@tracked(chain=CHAIN, salted=["reason", "undone_reason"])
class Joining(models.Model):
    """An appeal was joined to another as a duplicate; it can be split off again."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="joinings"
    )
    into = models.ForeignKey(
        Appeal, verbose_name=_("joined to"), on_delete=models.PROTECT, related_name="received"
    )
    reason = models.CharField(_("reason"), max_length=MAX_REASON, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    joined_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("split"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_reason = models.CharField(_("reason to split"), max_length=MAX_REASON, blank=True)

    class Meta:
        verbose_name = _("joining")
        verbose_name_plural = _("joinings")
        ordering = ["joined_at", "id"]
        db_table_comment = "Duplicates joined and split"
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(undone_at__isnull=True), name="joining_once"
            ),
            models.CheckConstraint(condition=~Q(appeal=F("into")), name="joining_to_another"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_reason="")
                | (Q(undone_at__gte=F("joined_at")) & ~Q(undone_reason="")),
                name="joining_undone_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} → {self.into_id}"


@tracked(chain=CHAIN, salted=["text"])
class Remark(models.Model):
    """Why something was done with an appeal, in the words of whoever did it."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="remarks"
    )
    operation = models.CharField(
        _("operation"), max_length=30, db_comment="Name of the operation in workflow.py"
    )
    text = models.CharField(_("text"), max_length=MAX_REASON)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["made_at", "id"]
        db_table_comment = "Reasons of operations"
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=sorted(OPERATIONS)) & ~Q(text=""),
                name="remark_of_an_operation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.operation}"
