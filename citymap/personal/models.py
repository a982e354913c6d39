"""People outside the staff, what was done with their data, and how long it is kept."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import User
from citymap.history.tracking import tracked
from citymap.personal.choices import EventKind, Field, Language, PersonState
from citymap.personal.querysets import (
    PersonalEventQuerySet,
    PersonQuerySet,
    RetentionRuleQuerySet,
)
from citymap.personal.sealed import SealedField, sealed_condition
from citymap.personal.vault import KEY_ID_LENGTH, LOOKUP_LENGTH

# Crockford's letters: none is taken for another, and no number spells a word.
_NUMBER_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH = 10
NOTHING_SEALED = Q(**dict.fromkeys(Field.values, "")) & Q(
    phone_keys=[], email_keys=[], iin_key="", language="", key_id=""
)


# What history never holds of a person: every value, and what is made from values.
NOT_IN_HISTORY = (*Field.values, "language", "phone_keys", "email_keys", "iin_key", "key_id")


def new_number() -> str:
    """A person's opaque number, drawn by chance: it says nothing of whom it stands for."""
    return "".join(secrets.choice(_NUMBER_LETTERS) for _position in range(_NUMBER_LENGTH))


@tracked(chain="personal", exclude=NOT_IN_HISTORY)
class Person(models.Model):
    """Somebody whom the centre deals with: an applicant, a permit's holder, a contact.

    Other rooms hold a foreign key to this (PROTECT) and never a copy. Values are sealed; they
    are opened by `citymap.personal.services.reveal`, which records the look.
    """

    number = models.CharField(
        _("number"), max_length=_NUMBER_LENGTH, unique=True, default=new_number, editable=False,
        db_comment="Opaque random number, the only name of the person outside this table",
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=10, choices=PersonState, default=PersonState.ACTIVE
    )
    name = SealedField(_("full name"), db_comment="Sealed: full name")
    phones = SealedField(_("telephones"), db_comment="Sealed: JSON list of +77011234567")
    emails = SealedField(_("e-mail addresses"), db_comment="Sealed: JSON list, lower case")
    iin = SealedField(_("IIN"), db_comment="Sealed: 12 digits")
    address = SealedField(_("address"), db_comment="Sealed: address as told")
    notes = SealedField(_("notes"), db_comment="Sealed: free text")
    language = models.CharField(
        _("preferred language"), max_length=2, choices=Language, default=Language.RU, blank=True
    )
    phone_keys = ArrayField(
        models.CharField(max_length=LOOKUP_LENGTH), default=list, editable=False,
        db_comment="HMAC of each telephone, for exact look-up",
    )  # fmt: skip
    email_keys = ArrayField(
        models.CharField(max_length=LOOKUP_LENGTH), default=list, editable=False,
        db_comment="HMAC of each e-mail address, for exact look-up",
    )  # fmt: skip
    iin_key = models.CharField(
        max_length=LOOKUP_LENGTH, blank=True, editable=False, db_comment="HMAC of the IIN"
    )
    key_id = models.CharField(
        max_length=KEY_ID_LENGTH, blank=True, editable=False, db_index=True,
        db_comment="Which key all values of this row are sealed with",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="duplicates",
    )  # fmt: skip
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    erasure_asked_at = models.DateTimeField(
        _("erasure asked for"), null=True, blank=True, editable=False,
        db_comment="The person asked to be erased; done as soon as nothing needs the record",
    )  # fmt: skip
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        db_table_comment = "People outside the staff; every personal value is sealed"
        constraints = [
            *(
                models.CheckConstraint(
                    condition=sealed_condition(field), name=f"person_{field}_sealed"
                )
                for field in Field.values
            ),
            models.CheckConstraint(
                condition=Q(state__in=PersonState.values), name="person_state_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["", *Language.values]), name="person_language_known"
            ),
            models.CheckConstraint(
                condition=Q(state=PersonState.ACTIVE) | NOTHING_SEALED,
                name="person_tombstone_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(state=PersonState.ERASED, erased_at__isnull=False)
                | (~Q(state=PersonState.ERASED) & Q(erased_at__isnull=True)),
                name="person_erased_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=PersonState.MERGED, merged_into__isnull=False)
                | (~Q(state=PersonState.MERGED) & Q(merged_into__isnull=True)),
                name="person_merged_into_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="person_not_merged_into_itself"
            ),
        ]
        indexes = [
            GinIndex(fields=["phone_keys"], name="person_phone_keys"),
            GinIndex(fields=["email_keys"], name="person_email_keys"),
            models.Index(fields=["iin_key"], condition=~Q(iin_key=""), name="person_iin_key"),
            models.Index(
                fields=["changed_at"],
                condition=Q(state=PersonState.ACTIVE),
                name="person_kept_changed_at",
            ),
        ]

    def __str__(self) -> str:
        return self.number


@tracked(chain="personal", salted=("why",))
class PersonalEvent(models.Model):
    """One thing done with somebody's data: a look, a change, an export. Never changed again.

    Holds no personal value: fields by name, and a reason that was refused when it told of the
    person.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="events"
    )
    kind = models.CharField(_("what was done"), max_length=20, choices=EventKind)
    fields = ArrayField(
        models.CharField(max_length=20, choices=Field), verbose_name=_("fields"), default=list
    )
    user = models.ForeignKey(
        User, verbose_name=_("by whom"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", db_comment="Empty: the system itself, for the reason stated",
    )  # fmt: skip
    why = models.CharField(_("why"), max_length=300, blank=True)
    request_id = models.CharField(
        _("request"), max_length=40, blank=True, db_comment="X-Request-Id of the answer"
    )
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    objects = PersonalEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        db_table_comment = "Who did what with whose personal data, and why; append-only"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="personal_event_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(fields__contained_by=Field.values), name="personal_event_fields_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EventKind.LOOKED, EventKind.EXPORTED]) | ~Q(why=""),
                name="personal_event_look_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="personal_event_at"),
            models.Index(fields=["person", "-at", "-id"], name="personal_event_person_at"),
            models.Index(fields=["user", "-at", "-id"], name="personal_event_user_at"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def field_labels(self) -> list[str]:
        """The fields in the reader's language."""
        return [str(Field(name).label) for name in self.fields]


@tracked()
class RetentionRule(models.Model):
    """How long a kind of personal data is kept, from a date on, and by which act."""

    code = models.SlugField(
        _("code"), max_length=60, db_comment="`idle`, or the code of a room that needs people"
    )
    valid_from = models.DateField(_("in force from"))
    keep_months = models.PositiveSmallIntegerField(
        _("keep, months"), db_comment="Months after the event that the code names"
    )
    citation = models.TextField(_("act"), db_comment="The act and its article")
    verified = models.BooleanField(
        _("verified by a lawyer"), default=False, db_comment="A lawyer has confirmed the term"
    )

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["code", "-valid_from"]
        db_table_comment = "Dated policy: how long personal data is kept"
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="retention_rule_unique"),
            models.CheckConstraint(condition=Q(keep_months__gt=0), name="retention_rule_positive"),
            models.CheckConstraint(condition=~Q(citation=""), name="retention_rule_cited"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from:%Y-%m-%d}"


class KeyCanary(models.Model):
    """A known value sealed with each key in use: shows whether the keys that are set open it."""

    key_id = models.CharField(_("key"), max_length=KEY_ID_LENGTH, unique=True)
    value = SealedField(_("known value"), db_comment="Sealed with the key: a known word")
    made_at = models.DateTimeField(_("made"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("key in use")
        verbose_name_plural = _("keys in use")
        db_table_comment = "One known value per key that seals personal data"

    def __str__(self) -> str:
        return self.key_id
