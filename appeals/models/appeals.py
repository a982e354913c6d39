"""Appeals: what is wrong, where, who answers for it, by when."""

import datetime as dt

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat, Length, LPad
from django.db.models.lookups import Exact, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from appeals.choices import Channel, Outcome, Regime, State, TermUnit, Urgency
from appeals.models.categories import CHAIN, Category
from appeals.querysets import AppealQuerySet, ApplicantQuerySet
from appeals.triggers import WorkflowTrigger
from appeals.ways import page_for
from appeals.workflow import ENDED, OPEN, PAUSABLE, RUNNING, WITH_BODY
from citymap import geo
from citymap.accounts.access import AccessPaths, AnyUser
from citymap.accounts.choices import Language
from citymap.accounts.models import Organization, User
from citymap.history.tracking import tracked
from citymap.personal.models import Person
from layers.models import Building, Manhole, NetworkSegment, Street, StreetLamp, Yard
from layers.models.base import ValidGeometry

MAX_TEXT = 10_000
NUMBER_PREFIX = "109"


def _one_of(**columns: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(condition=Q((f"{field}__in", values)), name=f"appeal_{field}_known")
        for field, values in columns.items()
    ]


@tracked(chain=CHAIN, exclude=["text_key"], salted=["text"])
class Appeal(models.Model):
    """A registered problem at a place, followed until its result is confirmed.

    Written by `appeals.services` only. Overdue is not a column: it follows from now.
    """

    number = models.CharField(
        _("number"), max_length=20, unique=True, db_comment="109-2026-000123, no gaps in a year"
    )
    year = models.PositiveSmallIntegerField(_("year"), db_comment="Local year of registration")
    serial = models.PositiveIntegerField(_("number in the year"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.REGISTERED)
    state_before = models.CharField(
        _("state before mediation"), max_length=20, choices=State, blank=True, default="",
        db_default="", db_comment="Set exactly while in mediation",
    )  # fmt: skip
    version = models.PositiveIntegerField(
        default=1, db_default=1, db_comment="Grows with every operation: finds conflicts"
    )
    regime = models.CharField(
        _("regime"), max_length=20, choices=Regime, default=Regime.SERVICE_REQUEST
    )
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="appeals"
    )
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, db_comment="Replies are given in it"
    )
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.NORMAL)
    text = models.TextField(_("text"))
    text_key = models.TextField(
        default="", blank=True, editable=False, db_comment="Words of the text for likeness"
    )
    form_key = models.UUIDField(
        unique=True, null=True, blank=True, editable=False,
        db_comment="Made by the form: a form sent twice is one appeal",
    )  # fmt: skip
    practice = models.BooleanField(
        _("practice"), default=False, db_default=False,
        db_comment="Made in training: outside of all statistics",
    )  # fmt: skip

    # --- where
    geom = geo.GeometryField(_("place"), db_comment="Point, line or polygon; city CRS, metres")
    geom_3857 = models.GeneratedField(
        expression=Transform(PointOnSurface("geom"), geo.WEB_MERCATOR_SRID),
        output_field=models.GeometryField(srid=geo.WEB_MERCATOR_SRID, spatial_index=False),
        db_persist=True,
        db_comment="A point of the place in EPSG:3857 for tiles",
    )
    place = models.CharField(
        _("address"), max_length=300, blank=True,
        db_comment="House and street; apartments are personal data and stand with the person",
    )  # fmt: skip
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="appeals",
    )  # fmt: skip
    yard = models.ForeignKey(
        Yard, verbose_name=_("yard"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="appeals",
    )  # fmt: skip
    street = models.ForeignKey(
        Street, verbose_name=_("street"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="appeals",
    )  # fmt: skip

    # --- who
    executor = models.ForeignKey(
        Organization, verbose_name=_("executor"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="appeals",
    )  # fmt: skip
    co_executors = models.ManyToManyField(
        Organization, through="CoExecutor", verbose_name=_("co-executors"),
        related_name="co_executed_appeals", blank=True,
    )  # fmt: skip
    people = models.ManyToManyField(
        Person, through="Applicant", verbose_name=_("applicants"), related_name="appeals"
    )
    registered_by = models.ForeignKey(
        User, verbose_name=_("registered by"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    hops = models.PositiveSmallIntegerField(
        _("returns"), default=0, db_default=0, db_comment="How often a body returned it"
    )
    route = models.CharField(
        _("why this body"), max_length=300, blank=True, db_comment="The routing rule in words"
    )

    # --- when
    received_at = models.DateTimeField(_("received"), db_comment="Terms are counted from here")
    registered_at = models.DateTimeField(_("registered"))
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    term_amount = models.PositiveSmallIntegerField(_("term"), null=True, blank=True)
    term_unit = models.CharField(_("unit"), max_length=20, choices=TermUnit, blank=True)
    first_due_at = models.DateTimeField(
        _("first deadline"), null=True, blank=True, db_comment="Never changes once it is set"
    )
    due_at = models.DateTimeField(
        _("deadline"), null=True, blank=True, db_comment="After pauses and extensions"
    )
    paused_at = models.DateTimeField(
        _("paused since"), null=True, blank=True, db_comment="Set while the clock stands"
    )
    extensions_count = models.PositiveSmallIntegerField(_("extensions"), default=0, db_default=0)
    reported_at = models.DateTimeField(
        _("reported"), null=True, blank=True, db_comment="First report that was not sent back"
    )
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, db_comment="Closed, withdrawn or joined; else null"
    )
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome, blank=True, db_default="",
        db_comment="Of the verified report",
    )  # fmt: skip

    # --- what it belongs to
    joined_into = models.ForeignKey(
        "self", verbose_name=_("joined to"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="joined",
    )  # fmt: skip
    recurrence_of = models.ForeignKey(
        "self", verbose_name=_("recurrence of"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="recurrences", db_comment="Same place and category, closed not long before",
    )  # fmt: skip
    incident = models.ForeignKey(
        "Incident", verbose_name=_("incident"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="appeals",
    )  # fmt: skip
    order = models.ForeignKey(
        "earthworks.Order", verbose_name=_("earthwork order"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="appeals",
    )  # fmt: skip
    source = models.CharField(
        _("source"), max_length=40, blank=True, default="", db_default="",
        db_comment="Data set that it was imported from; empty: registered here",
    )  # fmt: skip
    source_id = models.CharField(
        _("id in the source"), max_length=120, blank=True, default="", db_default=""
    )

    objects = AppealQuerySet.as_manager()

    access_paths = AccessPaths(bodies=("executor", "co_executors"), places=("geom",))

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-registered_at", "-id"]
        db_table_comment = "Registered problems at places, followed to a confirmed result"
        constraints = [
            *_one_of(
                state=State.values, regime=Regime.values, channel=Channel.values,
                language=Language.values, urgency=Urgency.values,
            ),
            models.UniqueConstraint(fields=["year", "serial"], name="appeal_serial_unique"),
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source=""),
                name="appeal_source_unique",
            ),
            models.CheckConstraint(
                condition=Q(
                    number=Concat(
                        Value(f"{NUMBER_PREFIX}-"), Cast("year", models.TextField()), Value("-"),
                        LPad(Cast("serial", models.TextField()), 6, Value("0")),
                        output_field=models.TextField(),
                    )
                )
                & Q(serial__range=(1, 999_999), year__range=(1990, 2150)),
                name="appeal_number_follows",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), MAX_TEXT)),
                name="appeal_text_sane",
            ),
            models.CheckConstraint(
                condition=ValidGeometry("geom") & Q(geom__isempty=False),
                name="appeal_geom_valid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(WITH_BODY)) | Q(executor__isnull=False),
                name="appeal_somebody_answers",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RETURNED) | Q(executor__isnull=True),
                name="appeal_returned_has_no_body",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | Q(state__in=sorted(OPEN), ended_at__isnull=True),
                name="appeal_ended_iff_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(state=State.JOINED, joined_into__isnull=False)
                | (~Q(state=State.JOINED) & Q(joined_into__isnull=True)),
                name="appeal_joined_iff_joined_into",
            ),
            models.CheckConstraint(
                condition=Q(joined_into__isnull=True) | ~Q(joined_into=F("id")),
                name="appeal_not_joined_to_itself",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MEDIATION, state_before__in=State.values)
                | (~Q(state=State.MEDIATION) & Q(state_before="")),
                name="appeal_mediation_knows_the_way_back",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True)
                | Q(state__in=sorted({*PAUSABLE, State.MEDIATION})),
                name="appeal_paused_where_it_may_be",
            ),
            models.CheckConstraint(
                condition=Q(first_due_at__isnull=False, due_at__gte=F("first_due_at"))
                | (Q(first_due_at__isnull=True, due_at__isnull=True) & ~Q(source="")),
                name="appeal_has_deadlines",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.VERIFIED, State.CLOSED])
                | (Q(outcome__in=Outcome.values) & Q(reported_at__isnull=False))
                | ~Q(source=""),
                name="appeal_verified_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(registered_at__gte=F("received_at")), name="appeal_received_first"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=sorted(RUNNING)), name="appeal_running_due"
            ),
            models.Index(
                fields=["executor", "due_at"], condition=Q(state__in=sorted(OPEN)),
                name="appeal_open_of_body",
            ),
            models.Index(
                fields=["state", "registered_at"], condition=Q(state__in=sorted(OPEN)),
                name="appeal_open_by_state",
            ),
            models.Index(fields=["registered_at"], name="appeal_registered"),
            models.Index(fields=["category", "registered_at"], name="appeal_category_when"),
            GistIndex(fields=["geom_3857"], name="appeal_merc"),
            GinIndex(fields=["text_key"], opclasses=["gin_trgm_ops"], name="appeal_text_trgm"),
        ]  # fmt: skip
        triggers = [WorkflowTrigger()]

    def __str__(self) -> str:
        return self.number

    def url_for(self, user: AnyUser) -> str:
        """The page on which this reader works with it; empty where there is none."""
        return page_for(self, user)

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether the deadline has passed and nobody has reported; derived, never stored."""
        running = self.state in RUNNING and self.paused_at is None
        return running and self.due_at is not None and now > self.due_at


class AppealCounter(models.Model):
    """The last number given in a year. Locked after the domain rows, before the chain."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table_comment = "Last number of each year: numbers have no gaps"

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


@tracked(chain=CHAIN)
class AppealObject(models.Model):
    """An object of the city that an appeal is about; exactly one per row."""

    TARGETS = ("building", "yard", "street", "lamp", "manhole", "segment")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="objects_meant")
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    yard = models.ForeignKey(
        Yard, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    street = models.ForeignKey(
        Street, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lamp = models.ForeignKey(
        StreetLamp, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    manhole = models.ForeignKey(
        Manhole, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    segment = models.ForeignKey(
        NetworkSegment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("object of an appeal")
        verbose_name_plural = _("objects of appeals")
        db_table_comment = "Objects of the city that appeals are about"
        constraints = [
            models.CheckConstraint(
                condition=Exact(
                    models.Func(
                        "building", "yard", "street", "lamp", "manhole", "segment",
                        function="num_nonnulls", output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="appealobject_exactly_one",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.target!r}"

    @property
    def target(self) -> models.Model:
        """The object itself."""
        return next(found for name in self.TARGETS if (found := getattr(self, name)) is not None)


@tracked(chain=CHAIN)
class Applicant(models.Model):
    """Somebody who asked: a reference, never a copy of personal data."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="applicants"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="applications"
    )
    added_at = models.DateTimeField(_("added"))

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        ordering = ["id"]
        db_table_comment = "Who asked; each is told the result"
        constraints = [models.UniqueConstraint(fields=["appeal", "person"], name="applicant_once")]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.person_id}"
