"""What the akim and the head order: instructions with a term, part of an appeal's story."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from appeals.models.steps import MAX_REASON
from citymap.accounts.access import AccessPaths
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked


@tracked(chain=CHAIN, salted=["text", "done_note"])
class Instruction(models.Model):
    """An order (поручение) about an appeal, to a body, by a day; done by the body's own word."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="instructions"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(_("what is to be done"), max_length=MAX_REASON)
    due_on = models.DateField(_("due"), db_comment="Last day to do it, local date")
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        User, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_note = models.CharField(_("what was done"), max_length=MAX_REASON, blank=True)

    access_paths = AccessPaths(bodies=("body",), places=("appeal__geom",))

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering = ["due_on", "id"]
        db_table_comment = "Orders of the akim and the head about appeals, with a term"
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="instruction_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_note="")
                | (Q(done_at__gte=F("given_at"), done_by__isnull=False) & ~Q(done_note="")),
                name="instruction_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(done_at__isnull=True), name="instruction_open_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.due_on}"
