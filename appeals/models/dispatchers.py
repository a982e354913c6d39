"""Dispatchers of utilities and services whom the centre reached by telephone about an appeal."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeals import Appeal
from appeals.models.categories import CHAIN
from appeals.models.steps import MAX_REASON
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked


@tracked(chain=CHAIN, salted=["dispatcher", "note"])
class DispatcherCall(models.Model):
    """One call to a dispatcher: who took it, when, under which number in their log."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="dispatcher_calls"
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", db_comment="Null: an emergency service, or not in the list",
    )  # fmt: skip
    dispatcher = models.CharField(
        _("dispatcher"), max_length=200, db_comment="Who took it there, by post or name"
    )
    log_number = models.CharField(_("number in their log"), max_length=60, blank=True)
    called_at = models.DateTimeField(_("when"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=MAX_REASON, blank=True)

    class Meta:
        verbose_name = _("call to a dispatcher")
        verbose_name_plural = _("calls to dispatchers")
        ordering = ["called_at", "id"]
        db_table_comment = "Calls by which appeals were passed on to dispatchers"
        constraints = [
            models.CheckConstraint(condition=~Q(dispatcher=""), name="dispatchercall_names_them")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.called_at:%Y-%m-%d %H:%M}"
