"""People are recorded, changed and found."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from citymap.accounts.access import AnyUser
from citymap.personal.choices import LIST_FIELDS, EventKind, Field, Language, PersonState
from citymap.personal.errors import GoneError, InvalidValueError
from citymap.personal.identifiers import normal_email, normal_iin, normal_phone, normal_value
from citymap.personal.models import Person
from citymap.personal.querysets import PersonQuerySet
from citymap.personal.services.events import record
from citymap.personal.services.keys import ensure_canary
from citymap.personal.services.values import empty_value, open_values, seal_values
from citymap.personal.vault import key_ring


class _Unset:
    """The mark of a value that was not given: it stays as it is."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final[Any] = _Unset()


@sensitive_variables()
@transaction.atomic
def save_person(
    *,
    person: Person | None = None,
    name: str = UNSET,
    phones: Iterable[str] = UNSET,
    emails: Iterable[str] = UNSET,
    iin: str = UNSET,
    address: str = UNSET,
    notes: str = UNSET,
    language: str = UNSET,
    user: AnyUser | None = None,
) -> Person:
    """Record a new person, or change the values given of an old one; the others stay.

    Raises InvalidValueError (a value is not what its field holds), GoneError (erased or merged
    meanwhile), KeysError or UnreadableError (nothing is changed then). What changed is recorded
    by field, never by value.
    """
    given = {
        field: normal_value(field, list(value) if field in LIST_FIELDS else value)
        for field, value in {
            Field.NAME: name, Field.PHONES: phones, Field.EMAILS: emails,
            Field.IIN: iin, Field.ADDRESS: address, Field.NOTES: notes,
        }.items()
        if value is not UNSET
    }  # fmt: skip
    if language is not UNSET and language not in Language.values:
        raise InvalidValueError("language", "the language is ru, kk or en")
    ring = key_ring()
    if person is None:
        row, before = Person(), {field: empty_value(field) for field in Field.values}
    else:
        row = kept_person(person)
        before = open_values(ring, row)
    changed = [field for field, value in given.items() if before[field] != value]
    speaks_otherwise = language is not UNSET and row.language != language
    if person is not None and not changed and not speaks_otherwise:
        return row
    ensure_canary(ring)
    seal_values(ring, row, before | given)
    if language is not UNSET:
        row.language = language
    row.changed_at = timezone.now()
    row.save()
    kind = EventKind.CREATED if person is None else EventKind.CHANGED
    record(person=row, kind=kind, fields=changed, user=user)
    return row


def kept_person(person: Person) -> Person:
    """The row as it is now, locked; raises GoneError when it was erased or merged."""
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.state != PersonState.ACTIVE:
        raise GoneError(f"person {row.number} is {row.state}")
    return row


@sensitive_variables()
def find_people(*, phone: str = "", email: str = "", iin: str = "") -> PersonQuerySet:
    """Kept people with exactly this telephone, e-mail address or IIN (all that are given).

    However the number is written: `8 701 123 45 67` finds `+77011234567`. Raises
    InvalidValueError for what is none; nobody is found when nothing is asked.
    """
    ring = key_ring()
    keys = {}
    if phone.strip():
        keys["phone_keys"] = ring.lookup_keys(Field.PHONES, normal_phone(phone))
    if email.strip():
        keys["email_keys"] = ring.lookup_keys(Field.EMAILS, normal_email(email))
    if iin.strip():
        keys["iin_key"] = ring.lookup_keys(Field.IIN, normal_iin(iin))
    if not keys:
        return Person.objects.none()
    return Person.objects.found_by(**keys)
