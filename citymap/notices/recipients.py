"""To whom a notice is owed: a reference, never a copy of personal data."""

from dataclasses import dataclass
from typing import Any

from citymap.accounts.models import Organization, User
from citymap.personal.models import Person


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Exactly one of: a member of staff, a body, a person, a bare address of one channel.

    Bare addresses are for offices (`claims@police.example`); people are recipients by reference.
    language: what the recipient prefers; empty when unknown.
    """

    user_id: int | None = None
    organization_id: int | None = None
    person_id: int | None = None
    bare_channel: str = ""
    bare_address: str = ""
    language: str = ""

    @classmethod
    def user(cls, user: User) -> "Recipient":
        return cls(user_id=user.pk, language=user.language)

    @classmethod
    def organization(cls, organization: Organization) -> "Recipient":
        return cls(organization_id=organization.pk, language=organization.languages[0])

    @classmethod
    def person(cls, person: Person) -> "Recipient":
        return cls(person_id=person.pk, language=person.language)

    @classmethod
    def address(cls, channel: str, address: str) -> "Recipient":
        return cls(bare_channel=channel, bare_address=address)

    def columns(self) -> dict[str, Any]:
        """The recipient as columns of a Notice."""
        return {
            "user_id": self.user_id,
            "organization_id": self.organization_id,
            "person_id": self.person_id,
            "address": self.bare_address,
        }
