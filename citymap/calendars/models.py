"""When bodies work: schedules, and days that are worked or off against the rule."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citymap.calendars.choices import Scope
from citymap.calendars.weeks import MalformedWeekError, parse_week
from citymap.history.tracking import tracked
from citymap.worktime import ALL_DAY


def validate_week(value: Any) -> None:
    """Field validator of office hours."""
    try:
        parse_week(value)
    except MalformedWeekError as error:
        raise ValidationError(str(error), code="week") from error


def _in_readers_language(row: models.Model, field: str) -> str:
    """A text kept in three languages: the reader's, else Russian."""
    return getattr(row, f"{field}_{get_language()}", "") or getattr(row, f"{field}_ru")


@tracked(chain="calendars")
class WorkSchedule(models.Model):
    """Office hours that bodies share: days of the week, hours, what holidays mean to them."""

    code = models.SlugField(
        _("code"), max_length=40, unique=True, db_comment="Name for programs: five-day, ..."
    )
    name_ru = models.CharField(_("name in Russian"), max_length=200)
    name_kk = models.CharField(_("name in Kazakh"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    week = models.JSONField(
        _("office hours"),
        validators=[validate_week],
        db_comment="Seven lists, Monday first, of [opens, closes] as local HH:MM; closes <= 24:00",
    )
    cut_off = models.TimeField(
        _("cut-off"), null=True, blank=True,
        help_text=_("What comes in at or after this time counts for the next working day."),
        db_comment="Local time from which a receipt counts for the next working day",
    )  # fmt: skip
    keeps_holidays = models.BooleanField(
        _("keeps holidays"), default=True,
        help_text=_("Off for services that work on public holidays too."),
        db_comment="False: works on public holidays and moved days as on any other",
    )  # fmt: skip

    class Meta:
        verbose_name = _("work schedule")
        verbose_name_plural = _("work schedules")
        ordering = ["name_ru", "id"]
        db_table_comment = "Office hours that bodies share"
        constraints = [
            models.CheckConstraint(
                condition=Func(
                    F("week"), function="calendars_is_week", output_field=models.BooleanField()
                ),
                name="workschedule_week_is_well_formed",
                violation_error_message=_("Office hours overlap or are out of order."),
            ),
            models.CheckConstraint(
                condition=~Q(name_ru="") & ~Q(name_kk="") & ~Q(name_en=""),
                name="workschedule_is_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return _in_readers_language(self, "name")

    @property
    def is_round_the_clock(self) -> bool:
        """Whether it never closes, on holidays neither."""
        return not self.keeps_holidays and parse_week(self.week) == (ALL_DAY,) * 7

    @property
    def scope(self) -> Scope | None:
        """Which kind of week this is, by its days off; None for any other."""
        days_off = [number for number, day in enumerate(self.week) if not day]
        if days_off == [5, 6]:
            return Scope.FIVE_DAY
        return Scope.SIX_DAY if days_off == [6] else None


@tracked(chain="calendars")
class DayOverride(models.Model):
    """A date that is worked or off against the rule, and on whose word.

    The same date may be moved for one kind of week only; a row for the kind wins over one for
    all weeks.
    """

    date = models.DateField(_("date"), db_comment="Local calendar day")
    scope = models.CharField(
        _("applies to"), max_length=10, choices=Scope, default=Scope.ALL,
        db_comment="Weeks concerned: all, five_day (Saturday and Sunday off), six_day (Sunday off)",
    )  # fmt: skip
    worked = models.BooleanField(_("worked"), db_comment="True: a working day; false: a day off")
    paired_with = models.DateField(
        _("moved to or from"), null=True, blank=True,
        db_comment="The other day of a move: worked instead, or off instead",
    )  # fmt: skip
    title_ru = models.CharField(_("title in Russian"), max_length=200)
    title_kk = models.CharField(_("title in Kazakh"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    source = models.CharField(
        _("source"), max_length=500, help_text=_("The law, decree or order, with date and number."),
        db_comment="Citation of the law, decree or order",
    )  # fmt: skip
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    verified = models.BooleanField(
        _("verified"), default=False,
        help_text=_("Somebody compared this row with its source."),
        db_comment="Somebody compared this row with its source",
    )  # fmt: skip

    class Meta:
        verbose_name = _("moved day")
        verbose_name_plural = _("moved days")
        ordering = ["date", "scope"]
        db_table_comment = "Dates worked or off against the rule, with sources"
        constraints = [
            models.UniqueConstraint(
                fields=["date", "scope"],
                name="dayoverride_unique",
                violation_error_message=_("This date is there already for these weeks."),
            ),
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values), name="dayoverride_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(date__gte="1991-01-01", date__lt="2101-01-01"),
                name="dayoverride_date_plausible",
                violation_error_message=_("The date must be between 1991 and 2100."),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="dayoverride_has_source"),
            models.CheckConstraint(
                condition=~Q(title_ru="") & ~Q(title_kk="") & ~Q(title_en=""),
                name="dayoverride_has_title",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.title}"

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return _in_readers_language(self, "title")


class CalendarVersion(models.Model):
    """One row with a token that a trigger renews whenever a schedule or a moved day changes.

    The token comes in the transaction of the change and is never used twice, so a process may
    keep what it read under a token for as long as it reads the same token.
    """

    singleton = models.BooleanField(primary_key=True, default=True)
    token = models.UUIDField(default=uuid.uuid4, db_comment="Renewed by trigger at every change")

    class Meta:
        db_table_comment = "Token of the state of schedules and moved days"
        constraints = [
            models.CheckConstraint(condition=Q(singleton=True), name="calendars_version_singleton")
        ]

    def __str__(self) -> str:
        return str(self.token)
