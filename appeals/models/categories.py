"""What appeals are about, and how long each may take: dated, cited, for a lawyer to confirm."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appeals.choices import Evidence, Precision, Regime, TermUnit
from appeals.querysets import CategoryQuerySet, DatedQuerySet
from appeals.sla import Term
from citymap.accounts.models import Organization
from citymap.history.tracking import tracked

CHAIN = "appeals"


class Period(Func):
    """SQL `daterange(from, to)`, an open end when `to` is null."""

    function = "daterange"
    output_field = models.TextField()


@tracked()
class Category(models.Model):
    """A theme of appeals: a group (no parent) or a leaf of it. Appeals are given leaves."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("group"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="leaves", db_comment="Null: a group",
    )  # fmt: skip
    name_ru = models.CharField(_("name in Russian"), max_length=200)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    body_kind = models.CharField(
        _("kind of body"), max_length=40, blank=True,
        db_comment="Who usually answers: heat_utility, house_manager, ...; empty for groups",
    )  # fmt: skip
    evidence = models.CharField(
        _("evidence"), max_length=10, choices=Evidence, blank=True,
        db_comment="The least that verifies a result; empty for groups",
    )  # fmt: skip
    danger = models.BooleanField(
        _("danger"), default=False, db_default=False,
        db_comment="Danger to people: script, transfer, head told at once",
    )  # fmt: skip
    precision = models.CharField(
        _("place on public cards"), max_length=10, choices=Precision, default=Precision.STREET,
        db_default=Precision.STREET.value,
        db_comment="How exactly public cards say where",
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("order"), default=0, db_default=0)
    retired = models.BooleanField(
        _("retired"), default=False, db_default=False, db_comment="Not offered any more"
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]
        db_table_comment = "Themes of appeals, two levels"
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True, evidence="", body_kind="")
                | Q(parent__isnull=False, evidence__in=Evidence.values),
                name="category_leaf_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(name_ru="") & ~Q(name_kk="") & ~Q(name_en="") & ~Q(code=""),
                name="category_named",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_in_itself"),
            models.CheckConstraint(
                condition=Q(precision__in=Precision.values), name="category_precision_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return getattr(self, f"name_{(get_language() or 'ru')[:2]}", "") or self.name_ru


class Dated(models.Model):
    """A row of policy: in force from a day on, on the word of an act, confirmed or not."""

    valid_from = models.DateField(_("in force from"), db_comment="First day, local date")
    valid_to = models.DateField(
        _("in force until"), null=True, blank=True, db_comment="First day no longer; null: open"
    )
    citation = models.CharField(_("act"), max_length=500, db_comment="The act and its article")
    verified = models.BooleanField(
        _("verified by a lawyer"), default=False, db_default=False,
        db_comment="A lawyer has compared the row with the act",
    )  # fmt: skip

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="%(class)s_valid_period",
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="%(class)s_cited"),
        ]


@tracked()
class DeadlinePolicy(Dated):
    """How long a body has for a category. A row for the body itself wins over one for all."""

    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="policies"
    )
    regime = models.CharField(
        _("regime"), max_length=20, choices=Regime, default=Regime.SERVICE_REQUEST
    )
    body = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", db_comment="Null: every body",
    )  # fmt: skip
    amount = models.PositiveSmallIntegerField(_("term"), db_comment="In the unit beside it")
    unit = models.CharField(_("unit"), max_length=20, choices=TermUnit)

    class Meta(Dated.Meta):
        verbose_name = _("deadline policy")
        verbose_name_plural = _("deadline policies")
        ordering = ["category", "regime", "valid_from"]
        db_table_comment = "Terms by category, body and regime, dated and cited"
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0, unit__in=TermUnit.values),
                name="deadlinepolicy_term_sane",
            ),
            models.CheckConstraint(
                condition=Q(regime__in=Regime.values), name="deadlinepolicy_regime_known"
            ),
            ExclusionConstraint(
                name="deadlinepolicy_one_at_a_time",
                expressions=[
                    ("category", RangeOperators.EQUAL),
                    ("regime", RangeOperators.EQUAL),
                    (Coalesce("body", 0), RangeOperators.EQUAL),
                    (Period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another row is in force on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.amount} {self.unit}"

    @property
    def term(self) -> Term:
        return Term(amount=self.amount, unit=TermUnit(self.unit))


@tracked()
class PolicyTerm(Dated):
    """A term of procedure that is not of one category: to return, to dispute, to be bound by."""

    code = models.SlugField(_("code"), max_length=40, db_comment="Which term: see policies.py")
    amount = models.PositiveSmallIntegerField(_("term"), db_comment="In the unit beside it")
    unit = models.CharField(_("unit"), max_length=20, choices=TermUnit)

    class Meta(Dated.Meta):
        verbose_name = _("term of procedure")
        verbose_name_plural = _("terms of procedure")
        ordering = ["code", "valid_from"]
        db_table_comment = "Terms of procedure, dated and cited"
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0, unit__in=TermUnit.values), name="policyterm_term_sane"
            ),
            ExclusionConstraint(
                name="policyterm_one_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another row is in force on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount} {self.unit}"

    @property
    def term(self) -> Term:
        return Term(amount=self.amount, unit=TermUnit(self.unit))
