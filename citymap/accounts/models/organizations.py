"""Bodies: what they are, whom they belong to, how and when they are reached."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citymap import geo
from citymap.accounts.access import AccessPaths
from citymap.accounts.bin import SHAPE, validate_bin
from citymap.accounts.choices import ContactKind, Language, OrganizationKind
from citymap.accounts.models.areas import Area
from citymap.accounts.querysets import OrganizationQuerySet
from citymap.history.tracking import tracked


def state_languages() -> list[str]:
    """What every body answers in unless it says otherwise."""
    return [Language.KK.value, Language.RU.value]


def _phone_digits(column: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Func(F(column), function="accounts_phone_digits"),
        output_field=models.CharField(max_length=300),
        db_persist=True,
        db_comment="Digits only, a leading 8 of eleven as 7: for finding",
    )


class OrganizationGroup(models.Model):
    """Bodies that are addressed together: all heat suppliers, the bodies of one programme."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("group of organisations")
        verbose_name_plural = _("groups of organisations")
        ordering = ["name", "id"]
        db_table_comment = "Bodies that are addressed together"

    def __str__(self) -> str:
        return self.name


@tracked()
class Organization(models.Model):
    """A body that answers for something in the city: state body, utility, house manager."""

    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    name = models.CharField(_("name"), max_length=300)
    name_ru = models.CharField(_("name in Russian"), max_length=300, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    bin = models.CharField(
        _("BIN"), max_length=12, blank=True, db_default="", validators=[validate_bin],
        db_comment="БИН: twelve digits, the last is a checksum",
    )  # fmt: skip
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        db_comment="Never in a circle: a trigger checks",
    )
    groups = models.ManyToManyField(
        OrganizationGroup, verbose_name=_("groups"), blank=True, related_name="organizations"
    )
    areas = models.ManyToManyField(
        Area, verbose_name=_("areas"), blank=True, related_name="organizations"
    )
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language), verbose_name=_("languages"),
        default=state_languages, db_default=state_languages(),
        db_comment="Languages that the body answers in",
    )  # fmt: skip
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True, db_default="")
    geom = geo.PointField(
        _("position"), null=True, blank=True, db_comment="Entrance for visitors; city CRS, metres"
    )
    schedule = models.ForeignKey(
        "calendars.WorkSchedule",
        verbose_name=_("office hours"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
    )
    valid_from = models.DateField(
        _("valid from"), null=True, blank=True, db_comment="First day it counts; null: always"
    )
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, db_comment="First day it no longer counts; null: now"
    )
    source = models.CharField(_("source"), max_length=40, default="manual")
    source_id = models.CharField(_("id in the source"), max_length=100, blank=True)
    search_key = models.GeneratedField(
        expression=Func(
            F("name"), F("name_ru"), F("name_kk"), F("name_en"), F("short_name"),
            function="accounts_search_key",
        ),
        output_field=models.TextField(),
        db_persist=True,
        db_comment="What the names sound like, in ASCII (citymap.text.sound): for finding",
    )  # fmt: skip
    phone_digits = _phone_digits("phone")

    objects = OrganizationQuerySet.as_manager()

    access_paths = AccessPaths(bodies=("pk",), places=("areas__geom",))

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "id"]
        db_table_comment = "Bodies: state bodies, utilities, contractors, house managers"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
                name="organization_source_unique",
            ),
            models.UniqueConstraint(
                fields=["bin"], condition=~Q(bin=""), name="organization_bin_unique",
                violation_error_message=_("Another organisation has this BIN."),
            ),
            models.CheckConstraint(
                condition=Q(bin="") | Q(bin__regex=SHAPE), name="organization_bin_shape"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(languages__contained_by=Language.values) & ~Q(languages=[]),
                name="organization_languages_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organization_not_its_own_parent",
                violation_error_message=_("An organisation cannot be a part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="organization_valid_period",
                violation_error_message=_("The period ends before it begins."),
            ),
        ]  # fmt: skip
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="organization_name_trgm"),
            GinIndex(
                fields=["search_key"], opclasses=["gin_trgm_ops"], name="organization_search_trgm"
            ),
            GinIndex(
                fields=["phone_digits"], opclasses=["gin_trgm_ops"], name="organization_phone_trgm"
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def title(self) -> str:
        """The full name in the reader's language, or the name as it is."""
        return getattr(self, f"name_{(get_language() or 'ru')[:2]}", "") or self.name


@tracked()
class Contact(models.Model):
    """One way to reach a body. Names of people are not kept here: a post is enough."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.CASCADE,
        related_name="contacts",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20, choices=ContactKind)
    value = models.CharField(_("value"), max_length=300)
    label_ru = models.CharField(_("what it is for, in Russian"), max_length=200, blank=True)
    label_kk = models.CharField(_("what it is for, in Kazakh"), max_length=200, blank=True)
    label_en = models.CharField(_("what it is for, in English"), max_length=200, blank=True)
    is_public = models.BooleanField(
        _("public"), default=False, db_default=False, help_text=_("Shown in the directory.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0, db_default=0)
    digits = _phone_digits("value")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["position", "id"]
        db_table_comment = "Ways to reach a body: telephones, who is on duty, e-mail, addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "value"], name="contact_unique",
                violation_error_message=_("This contact is there already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values), name="contact_kind_known"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="contact_has_value"),
        ]  # fmt: skip
        indexes = [
            GinIndex(fields=["digits"], opclasses=["gin_trgm_ops"], name="contact_digits_trgm")
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def label(self) -> str:
        """What it is for, in the reader's language, or the kind."""
        own = getattr(self, f"label_{(get_language() or 'ru')[:2]}", "")
        return own or self.label_ru or str(self.get_kind_display())


@tracked(chain="access")
class Substitution(models.Model):
    """A body that does another's work for a time: its members see and do what is the other's."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.PROTECT,
        related_name="substitutions", db_comment="The body that is substituted",
    )  # fmt: skip
    substitute = models.ForeignKey(
        Organization, verbose_name=_("substitute"), on_delete=models.PROTECT,
        related_name="substitutes_for", db_comment="The body that does its work",
    )  # fmt: skip
    valid_from = models.DateField(_("from"), db_comment="First day, local date")
    valid_to = models.DateField(
        _("until"), null=True, blank=True, db_comment="First day no longer; null: open"
    )
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering = ["-valid_from", "id"]
        db_table_comment = "Bodies that do another's work for a time"
        constraints = [
            models.CheckConstraint(
                condition=~Q(organization=F("substitute")), name="substitution_by_another",
                violation_error_message=_("An organisation cannot substitute itself."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="substitution_period",
                violation_error_message=_("The period ends before it begins."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="substitution_has_reason"),
            ExclusionConstraint(
                name="substitution_once",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("substitute", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This substitution overlaps one that is there already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.substitute} → {self.organization}"
