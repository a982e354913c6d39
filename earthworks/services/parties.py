"""Bodies and people named in an order: found by BIN or IIN, recorded when they are new."""

from django.db import transaction
from django.utils.translation import gettext as _

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Organization, User
from citymap.history.context import acting
from citymap.personal.errors import InvalidValueError
from citymap.personal.models import Person
from citymap.personal.services import find_people, save_person
from earthworks.errors import WorksError
from earthworks.services.gate import needed


@transaction.atomic
def body_by_bin(*, bin_: str, name: str, user: User | None) -> Organization:
    """The body with a BIN; a new contractor of this name when nobody has it.

    Raises WorksError without a name for a new one, ValidationError for a BIN that is none.
    """
    known = Organization.objects.filter(bin=bin_).first()
    if known:
        return known
    body = Organization(
        kind=OrganizationKind.CONTRACTOR,
        name=needed(name, _("A new organisation has a name."), 300),
        bin=bin_,
    )
    body.full_clean()
    with acting(user=user):
        body.save()
    return body


@transaction.atomic
def person_named(*, name: str, iin: str = "", phone: str = "", user: User | None) -> Person | None:
    """The person with an IIN, or a new one; None when nothing is said. Raises WorksError."""
    if not (name.strip() or iin.strip() or phone.strip()):
        return None
    try:
        known = find_people(iin=iin).first() if iin.strip() else None
        if known:
            return known
        return save_person(
            name=needed(name, _("A person has a name."), 200),
            iin=iin,
            phones=[phone] if phone.strip() else [],
            user=user,
        )
    except InvalidValueError as error:
        raise WorksError(str(error)) from error
