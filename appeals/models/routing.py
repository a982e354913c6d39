"""Routing rules: asked in order, dated; the first that finds a body decides."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appeals.choices import Responsibility
from appeals.models.categories import Category
from appeals.querysets import RoutingRuleQuerySet
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from layers.choices import NetworkKind
from layers.models import Territory


@tracked()
class RoutingRule(models.Model):
    """For a category (or its group) in a territory (or anywhere): whom it goes to, and why."""

    position = models.PositiveIntegerField(_("order"), db_comment="Asked from the lowest on")
    category = models.ForeignKey(
        Category, verbose_name=_("category or group"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="rules", db_comment="Null: every category",
    )  # fmt: skip
    territory = models.ForeignKey(
        Territory, verbose_name=_("territory"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", db_comment="Null: everywhere",
    )  # fmt: skip
    responsibility = models.CharField(
        _("who"), max_length=20, choices=Responsibility, default=Responsibility.FIXED
    )
    network = models.CharField(
        _("network"), max_length=20, choices=NetworkKind, blank=True,
        db_comment="For owners of segments and manholes: of this network only",
    )  # fmt: skip
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", db_comment="Set exactly for rules that name a body",
    )  # fmt: skip
    reason_ru = models.CharField(_("reason, in Russian"), max_length=200)
    reason_kk = models.CharField(_("reason, in Kazakh"), max_length=200)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["position", "id"]
        db_table_comment = "Whom appeals go to, in order, dated"
        constraints = [
            models.CheckConstraint(
                condition=Q(responsibility=Responsibility.FIXED, body__isnull=False)
                | (~Q(responsibility=Responsibility.FIXED) & Q(body__isnull=True)),
                name="routingrule_body_iff_fixed",
            ),
            models.CheckConstraint(
                condition=Q(responsibility__in=Responsibility.values),
                name="routingrule_responsibility_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="routingrule_valid_period",
            ),
            models.CheckConstraint(
                condition=~Q(reason_ru="") & ~Q(reason_kk=""), name="routingrule_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.reason}"

    @property
    def reason(self) -> str:
        """The reason in the reader's language; Russian for any third one."""
        return self.reason_kk if (get_language() or "ru").startswith("kk") else self.reason_ru
