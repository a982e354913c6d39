"""The record of what was done with personal data."""

from collections.abc import Iterable

import structlog

from citymap.accounts.access import AnyUser
from citymap.personal.choices import EventKind
from citymap.personal.models import Person, PersonalEvent


def record(
    *,
    person: Person,
    kind: EventKind,
    fields: Iterable[str] = (),
    user: AnyUser | None = None,
    why: str = "",
) -> PersonalEvent:
    """Write one event in the caller's transaction. `why` was checked before."""
    return PersonalEvent.objects.create(
        person=person,
        kind=kind,
        fields=sorted(fields),
        user=user if user is not None and user.is_authenticated else None,
        why=why,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
