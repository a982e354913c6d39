"""Who is on the line: their cases, past contacts and calls back; personal data by need."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.codes import code_of
from appeals.models import Appeal, CallBack, Contact
from appeals.permissions import READ
from citymap.accounts.access import AnyUser, may, visible
from citymap.accounts.models import User
from citymap.geo import lon_lat
from citymap.personal.choices import Field
from citymap.personal.errors import GoneError
from citymap.personal.models import Person
from citymap.personal.permissions import REVEAL
from citymap.personal.services import find_people, masked_values, reveal, save_person

MOST_CASES, MOST_CONTACTS, MOST_NAMESAKES = 12, 5, 6
AT_A_GLANCE = 3
# An operator needs these on the line; the rest is opened on the person's own page.
SHOWN = (Field.NAME, Field.PHONES, Field.ADDRESS)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One appeal of a caller, with where it lies and whether it is late."""

    appeal: Appeal
    lon: float
    lat: float
    late: bool

    @property
    def code(self) -> str:
        """What the caller needs to follow it by themselves."""
        return code_of(self.appeal)


@dataclass(frozen=True, kw_only=True)
class CallerCard:
    """What an operator sees of a caller. `values` are set only when the look was recorded."""

    contact: Contact
    masked: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] | None = None
    may_reveal: bool = False
    cases: list[Case] = field(default_factory=list)
    past: list[Contact] = field(default_factory=list)
    told: list[CallBack] = field(default_factory=list)
    namesakes: list[tuple[Person, dict[str, Any]]] = field(default_factory=list)

    @property
    def first_cases(self) -> list[Case]:
        """What is seen at a glance."""
        return self.cases[:AT_A_GLANCE]

    @property
    def more_cases(self) -> list[Case]:
        return self.cases[AT_A_GLANCE:]

    @property
    def open_cases(self) -> int:
        return sum(case.appeal.ended_at is None for case in self.cases)


def people_with(phone: str) -> list[Person]:
    """Kept people with exactly this number, who was heard of last comes first."""
    return list(find_people(phone=phone).order_by("-changed_at", "-pk")[: MOST_NAMESAKES + 1])


def caller_of(phone: str, *, user: User | None, language: str) -> Person | None:
    """Whoever calls from a number; a number never heard of gets a record. None: no number.

    Raises InvalidValueError for what is no number.
    """
    if not phone.strip():
        return None
    known = people_with(phone)
    return known[0] if known else save_person(phones=[phone], language=language, user=user)


def card_of(contact: Contact, user: AnyUser, *, look: bool) -> CallerCard:
    """The card of a contact's caller. `look` opens name, number and address, and records it."""
    person = contact.caller
    if person is None:
        return CallerCard(contact=contact)
    masked, values, namesakes = masked_values(person), None, []
    allowed = may(user, REVEAL)
    if look and allowed:
        try:
            values = reveal(
                person=person, fields=SHOWN, user=user,
                why=_("a contact at the desk, no. %(number)d") % {"number": contact.pk},
            )  # fmt: skip
        except GoneError:
            values = None
        else:
            namesakes = _namesakes(person, values[Field.PHONES])
    return CallerCard(
        contact=contact, masked=masked, values=values, may_reveal=allowed,
        cases=cases_of(person, user), past=_past(contact, person), told=_told(person, user),
        namesakes=namesakes,
    )  # fmt: skip


def cases_of(person: Person, user: AnyUser, now: dt.datetime | None = None) -> list[Case]:
    """A person's appeals, open ones first, then the newest."""
    now = now or timezone.now()
    rows = visible(Appeal.objects.real().of_person(person.pk), user, READ)
    found = list(
        rows.select_related("category", "executor", "joined_into").order_by("-registered_at")[:50]
    )
    found.sort(key=lambda appeal: (appeal.ended_at is not None, -appeal.registered_at.timestamp()))
    return [case_of(appeal, now) for appeal in found[:MOST_CASES]]


def case_of(appeal: Appeal, now: dt.datetime) -> Case:
    """One appeal as the desk shows it beside a call."""
    lon, lat = lon_lat(appeal.geom.point_on_surface)
    return Case(appeal=appeal, lon=lon, lat=lat, late=appeal.is_overdue(now))


def _past(contact: Contact, person: Person) -> list[Contact]:
    rows = Contact.objects.real().of_caller(person.pk).exclude(pk=contact.pk).exclude(kind="")
    return list(rows.select_related("article", "appeal")[:MOST_CONTACTS])


def _told(person: Person, user: AnyUser) -> list[CallBack]:
    rows = CallBack.objects.filter(
        applicant__person=person, appeal__in=visible(Appeal.objects.real(), user, READ)
    )
    return list(rows.select_related("appeal").order_by("-called_at")[:MOST_CONTACTS])


def _namesakes(person: Person, phones: list[str]) -> list[tuple[Person, dict[str, Any]]]:
    """Others who may be reached at the same number, masked."""
    others = {}
    for phone in phones[:3]:
        for one in people_with(phone):
            if one.pk != person.pk:
                others[one.pk] = one
    return [(one, masked_values(one)) for one in list(others.values())[:MOST_NAMESAKES]]
