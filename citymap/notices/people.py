"""Contacts of people, opened at the moment a message is sent; every look is recorded."""

from citymap.notices.models import Notice
from citymap.personal.choices import Field
from citymap.personal.errors import GoneError, UnreadableError
from citymap.personal.services import reveal


def contact_values(notice: Notice, field: Field) -> list[str]:
    """The person's telephones or e-mail addresses; none when the person was erased."""
    if not notice.person_id:
        return []
    why = f"notice sent: {notice.kind}"
    try:
        shown = reveal(person=notice.person, fields=[field], user=None, why=why)
    except (GoneError, UnreadableError):
        return []
    return list(shown[field])
