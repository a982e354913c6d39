"""Personal data is shown by need, and every look is recorded."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from citymap.accounts.access import AnyUser, may
from citymap.personal.choices import LIST_FIELDS, EventKind, Field, PersonState
from citymap.personal.errors import GoneError, KeysError, UnreadableError
from citymap.personal.masking import masked
from citymap.personal.models import Person
from citymap.personal.permissions import REVEAL
from citymap.personal.reasons import checked_reason
from citymap.personal.services.events import record
from citymap.personal.services.values import empty_value, open_values
from citymap.personal.vault import key_ring

MASKED_FIELDS = (Field.NAME, Field.PHONES, Field.EMAILS, Field.IIN)


@sensitive_variables()
@transaction.atomic
def reveal(
    *,
    person: Person,
    fields: Iterable[str],
    user: AnyUser | None,
    why: str,
    permission: str = REVEAL,
    obj: Model | None = None,
) -> dict[str, Any]:
    """The plain values of `fields`, after the look has been recorded in the same transaction.

    user: who looks; None is the system itself (a notice that is sent), which needs no right.
    permission, obj: the right that is asked, `personal.reveal` unless a room has its own, such
    as an executor's right to the applicant of an appeal of theirs.
    Texts are strings, `phones` and `emails` lists. Raises PermissionDenied, GoneError,
    ReasonError (no reason, or one that tells of the person), UnreadableError.
    """
    wanted = [Field(field) for field in dict.fromkeys(fields)]
    if user is not None and not may(user, permission, obj):
        raise PermissionDenied(_("You may not see personal data."))
    row = Person.objects.get(pk=person.pk)
    if row.state != PersonState.ACTIVE:
        raise GoneError(f"person {row.number} is {row.state}")
    values = open_values(key_ring(), row)
    reason = reason_about(values, why)
    record(person=row, kind=EventKind.LOOKED, fields=wanted, user=user, why=reason)
    return {str(field): values[field] for field in wanted}


def reason_about(values: dict[str, Any], why: str) -> str:
    """The checked reason of something done to the person of these values."""
    others = [
        *values[Field.PHONES],
        *values[Field.EMAILS],
        values[Field.IIN],
        values[Field.ADDRESS],
    ]
    return checked_reason(why, name=values[Field.NAME], values=others)


def masked_values(person: Person) -> dict[str, Any]:
    """What a list may show of a person: initials, `+7 7•• ••• 12 34`. Not a look.

    A value that does not open is empty here; whoever opens the person learns why.
    """
    shown: dict[str, Any] = {}
    for field in MASKED_FIELDS:
        try:
            value = open_values(key_ring(), person, [field])[field]
        except (KeysError, UnreadableError):
            value = empty_value(field)
        shown[str(field)] = (
            [masked(field, one) for one in value] if field in LIST_FIELDS else masked(field, value)
        )
    return shown
