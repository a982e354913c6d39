"""What a person's record holds, its states, and what can be done with it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Field(TextChoices):
    """The personal values of a person: all sealed, opened only by `reveal`."""

    NAME = "name", _("Full name")
    PHONES = "phones", _("Telephones")
    EMAILS = "emails", _("E-mail addresses")
    IIN = "iin", _("IIN")
    ADDRESS = "address", _("Address")
    NOTES = "notes", _("Notes")


LIST_FIELDS = frozenset({Field.PHONES, Field.EMAILS})


class PersonState(TextChoices):
    ACTIVE = "active", _("Kept")
    MERGED = "merged", _("Merged into another")
    ERASED = "erased", _("Erased")


class EventKind(TextChoices):
    """What was done with somebody's personal data."""

    LOOKED = "looked", _("Looked at")
    EXPORTED = "exported", _("Exported")
    CREATED = "created", _("Recorded")
    CHANGED = "changed", _("Changed")
    MERGED = "merged", _("Merged")
    ERASURE_ASKED = "erasure_asked", _("Erasure asked for")
    ERASED = "erased", _("Erased")


class Language(TextChoices):
    RU = "ru", "Русский"
    KK = "kk", "Қазақша"
    EN = "en", "English"
