"""Dated rules: periods, addressees and laws, each with its citation and a lawyer's word."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import Organization
from citymap.history.tracking import tracked
from earthworks.choices import ApprovalKind
from earthworks.policies import ClaimRule, Season, Terms


def _day_of_year(label) -> models.PositiveSmallIntegerField:
    """A day of any year as month * 100 + day: 1015 is 15 October."""
    return models.PositiveSmallIntegerField(
        label,
        validators=[MinValueValidator(101), MaxValueValidator(1231)],
        help_text=_("Month and day as MMDD: 1015 is 15 October."),
        db_comment="Day of any year: month * 100 + day",
    )


def month_and_day(number: int) -> tuple[int, int]:
    """1015 -> (10, 15); raises ValueError for what is no day of every year."""
    month, day = divmod(number, 100)
    dt.date(2001, month, day)
    return month, day


class DatedRule(models.Model):
    """In force from a day on, until a later row takes its place."""

    valid_from = models.DateField(_("in force from"), db_comment="First local day it applies")
    citation = models.TextField(_("act"), db_comment="The act and its article")
    verified = models.BooleanField(
        _("verified by a lawyer"),
        default=False,
        db_default=False,
        db_comment="A lawyer has confirmed the row",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.valid_from:%Y-%m-%d}"


@tracked(chain="policies")
class SeasonRule(DatedRule):
    """When asphalt and greenery cannot be restored, and by when they must be afterwards."""

    closed_from = _day_of_year(_("closed from"))
    open_from = _day_of_year(_("open from"))
    permanent_by = _day_of_year(_("permanent restoration by"))
    planned_blocked = models.BooleanField(
        _("planned digging is blocked"), default=True, db_default=True
    )

    class Meta:
        verbose_name = _("seasonal rule")
        verbose_name_plural = _("seasonal rules")
        ordering = ["-valid_from"]
        db_table_comment = "Dated policy: closed season, permanent restoration afterwards"
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="seasonrule_once_a_day"),
            models.CheckConstraint(condition=~Q(citation=""), name="seasonrule_cited"),
            models.CheckConstraint(
                condition=Q(open_from__gte=101, closed_from__lte=1231)
                & Q(open_from__lte=models.F("permanent_by"))
                & Q(permanent_by__lt=models.F("closed_from")),
                name="seasonrule_in_order",
                violation_error_message=_(
                    "A season opens, permanent restoration falls due, the season closes."
                ),
            ),
        ]

    def clean(self) -> None:
        for name in ("closed_from", "open_from", "permanent_by"):
            try:
                month_and_day(getattr(self, name) or 0)
            except ValueError as error:
                raise ValidationError({name: _("There is no such day of the year.")}) from error

    def as_rule(self) -> Season:
        return Season(
            valid_from=self.valid_from,
            closed_from=month_and_day(self.closed_from),
            open_from=month_and_day(self.open_from),
            permanent_by=month_and_day(self.permanent_by),
            planned_blocked=self.planned_blocked,
        )


@tracked(chain="policies")
class OrderTerm(DatedRule):
    """Terms of orders: emergency papers, guarantee, days off."""

    emergency_days = models.PositiveSmallIntegerField(
        _("papers of an emergency dig within, days"), default=3,
        db_comment="Calendar days after the day of the dig",
    )  # fmt: skip
    guarantee_years = models.PositiveSmallIntegerField(
        _("guarantee on restoration, years"), default=5
    )
    guarantee_days = models.PositiveSmallIntegerField(
        _("a failure under guarantee is mended within, working days"), default=10, db_default=10,
        db_comment="Working days after the failure was found",
    )  # fmt: skip
    permit_moves = models.BooleanField(
        _("a permit that ends on a day off runs to the next working day"),
        default=False,
        db_default=False,
    )

    class Meta:
        verbose_name = _("terms of orders")
        verbose_name_plural = _("terms of orders")
        ordering = ["-valid_from"]
        db_table_comment = "Dated policy: emergency papers, guarantee, days off"
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="orderterm_once_a_day"),
            models.CheckConstraint(condition=~Q(citation=""), name="orderterm_cited"),
            models.CheckConstraint(
                condition=Q(
                    emergency_days__range=(1, 60),
                    guarantee_years__range=(1, 30),
                    guarantee_days__range=(1, 365),
                ),
                name="orderterm_sane",
            ),
        ]

    def as_rule(self) -> Terms:
        return Terms(
            valid_from=self.valid_from,
            emergency_days=self.emergency_days,
            guarantee_years=self.guarantee_years,
            guarantee_days=self.guarantee_days,
            permit_moves=self.permit_moves,
        )


@tracked(chain="policies")
class ApprovalTerm(DatedRule):
    """Within how many working days a line of the approval list is answered."""

    kind = models.CharField(_("kind"), max_length=10, choices=ApprovalKind)
    working_days = models.PositiveSmallIntegerField(_("working days"))

    class Meta:
        verbose_name = _("term of approval")
        verbose_name_plural = _("terms of approval")
        ordering = ["kind", "-valid_from"]
        db_table_comment = "Dated policy: working days to answer an application"
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="approvalterm_once_a_day"),
            models.CheckConstraint(condition=~Q(citation=""), name="approvalterm_cited"),
            models.CheckConstraint(
                condition=Q(kind__in=ApprovalKind.values, working_days__range=(1, 60)),
                name="approvalterm_sane",
            ),
        ]


@tracked(chain="policies")
class ClaimPolicy(DatedRule):
    """Who is told when an order is overdue, and when."""

    police = models.ForeignKey(
        Organization, verbose_name=_("police department"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", db_comment="Addressee of notices; null: nobody named yet",
    )  # fmt: skip
    police_after_hours = models.PositiveIntegerField(
        _("notice to the police after, hours"), default=0,
        db_comment="Hours after the deadline was missed; 0: at once",
    )  # fmt: skip
    copy_to_contractor = models.BooleanField(
        _("copy to the contractor"), default=True, db_default=True
    )
    answer_days = models.PositiveSmallIntegerField(
        _("answer within, working days"), default=10, db_comment="Working days to answer a claim"
    )
    article = models.CharField(
        _("article of the offence"), max_length=200, db_comment="Named in the notice to the police"
    )

    class Meta:
        verbose_name = _("rule for claims")
        verbose_name_plural = _("rules for claims")
        ordering = ["-valid_from"]
        db_table_comment = "Dated policy: addressees and terms of claims"
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="claimpolicy_once_a_day"),
            models.CheckConstraint(condition=~Q(citation=""), name="claimpolicy_cited"),
            models.CheckConstraint(
                condition=Q(answer_days__range=(1, 90), police_after_hours__lte=24 * 366),
                name="claimpolicy_sane",
            ),
        ]

    def as_rule(self) -> ClaimRule:
        return ClaimRule(
            valid_from=self.valid_from, police_after=dt.timedelta(hours=self.police_after_hours)
        )
