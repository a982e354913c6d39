"""An appeal is registered: numbered, given a term, routed or joined, in one transaction."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import Channel, ContactKind, Regime, Urgency
from appeals.duplicates import find_recurrence
from appeals.errors import InvalidError
from appeals.likeness import text_key
from appeals.models import (
    Appeal,
    AppealObject,
    Applicant,
    Category,
    Contact,
    Incident,
)
from appeals.models.appeals import MAX_TEXT, NUMBER_PREFIX
from appeals.policies import NoPolicyError, calendar_of, term_for
from appeals.routing import find_route
from appeals.services.base import locked, write
from appeals.services.bodies import assign, hand_for, hand_over
from appeals.services.contacts import checked_time, end, lasting, require_register
from appeals.services.joining import join
from appeals.services.restorations import open_duty, restoration_at
from appeals.sla import first_deadline
from appeals.where import KINDS, Where
from citymap.accounts.choices import Language
from citymap.accounts.models import User
from citymap.personal.choices import PersonState
from citymap.personal.models import Person
from earthworks.models import Order

MOST_APPLICANTS = 500


@write
def register(
    *,
    user: User | None,
    category: Category,
    text: str,
    where: Where,
    language: Language,
    channel: Channel = Channel.PHONE,
    applicants: Sequence[Person] = (),
    contact: Contact | None = None,
    regime: Regime = Regime.SERVICE_REQUEST,
    urgency: Urgency | None = None,
    received_at: dt.datetime | None = None,
    join_into: Appeal | None = None,
    incident: Incident | None = None,
    order: Order | None = None,
    by_resident: bool = False,
    key: uuid.UUID | None = None,
    practice: bool = False,
    now: dt.datetime | None = None,
) -> Appeal:
    """Register an appeal; route it, or join it to `join_into`.

    contact: the contact that ends with it. key: of the form; the same key again returns the
    appeal that is there. by_resident: on the portal, where nobody of the staff registers.
    Raises InvalidError and the other errors of `errors.py`.
    """
    if not (by_resident and user is None):
        require_register(user)
    known = Appeal.objects.filter(form_key=key)
    if key is not None and known.exists():
        return known.get()
    now = now or timezone.now()
    text = _checked(category, text, language, channel, regime, urgency, applicants)
    received_at = checked_time(received_at, now, "received_at")
    # Domain rows are locked before the counter of numbers.
    if contact is not None:
        contact = lasting(contact)
    if join_into is not None:
        locked([join_into])
    restored = None if practice else restoration_at(category, where, now)
    day = timezone.localdate(now)
    found = None if join_into else find_route(category=category, where=where, day=day)
    body = found.body if found else None
    try:
        applied = term_for(category, regime, body, timezone.localdate(received_at))
    except NoPolicyError as error:
        raise InvalidError("category", _("No term is in force for this category.")) from error
    due = first_deadline(received_at, applied.term, calendar_of(body), bound=applied.bound)
    appeal = Appeal(
        category=category, text=text, text_key=text_key(text), language=language,
        channel=channel, regime=regime,
        urgency=urgency or (Urgency.DANGER if category.danger else Urgency.NORMAL),
        geom=where.geom, place=where.label, building=where.building, yard=where.yard,
        street=where.street, registered_by=user, received_at=received_at, registered_at=now,
        term_amount=applied.term.amount, term_unit=applied.term.unit, first_due_at=due,
        due_at=due, incident=incident, order=order, form_key=key, practice=practice,
        recurrence_of=find_recurrence(category=category, where=where, now=now),
    )  # fmt: skip
    hand = hand_for(body=body, route=found.reason) if found else None
    # From here to the commit all others wait for their number: what can be asked was asked.
    _number(appeal, day.year)
    appeal.save(force_insert=True)
    _belongings(appeal, where, applicants, now)
    if restored is not None:
        open_duty(appeal=appeal, order=restored, user=user, now=now)
    if contact is not None:
        end(contact, ContactKind.APPEAL, now, appeal=appeal)
    if join_into is not None:
        return join(appeal=appeal, into=join_into, user=user, now=now)
    return hand_over(appeal=appeal, hand=hand, user=user, now=now) if hand else appeal


@write
def route(*, appeal: Appeal, user: User | None, now: dt.datetime | None = None) -> Appeal:
    """Ask the rules again, for what lies in the tray; unchanged when they find nobody."""
    moment = now or timezone.now()
    row = locked([appeal])[appeal.pk]
    where = Where(
        geom=row.geom, building=row.building, yard=row.yard, street=row.street,
        objects=tuple(one.target for one in row.objects_meant.all()),
    )  # fmt: skip
    found = find_route(category=row.category, where=where, day=timezone.localdate(moment))
    if found is None:
        return row
    return assign(
        appeal=row, body=found.body, user=user, route=found.reason, now=moment,
        rows={row.pk: row},
    )  # fmt: skip


@write
def add_applicant(
    *, appeal: Appeal, person: Person, user: User, now: dt.datetime | None = None
) -> Applicant:
    """One more who asks for the same; told the result like the others."""
    require_register(user)
    row = locked([appeal])[appeal.pk]
    if row.ended_at is not None:
        raise InvalidError("appeal", _("This appeal has ended."))
    return Applicant.objects.get_or_create(
        appeal=row, person=person, defaults={"added_at": now or timezone.now()}
    )[0]


def _checked(
    category: Category,
    text: str,
    language: str,
    channel: str,
    regime: str,
    urgency: str | None,
    applicants: Sequence[Person],
) -> str:
    """The text, cleaned; InvalidError for a value that cannot be."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidError("text", _("Say what is wrong."))
    if len(text) > MAX_TEXT:
        raise InvalidError(
            "text", _("The text is longer than %(count)d characters.") % {"count": MAX_TEXT}
        )
    if category.parent_id is None or category.retired:
        raise InvalidError("category", _("Choose a category, not a group."))
    for field, value, choices in (
        ("language", language, Language), ("channel", channel, Channel),
        ("regime", regime, Regime), ("urgency", urgency or Urgency.NORMAL, Urgency),
    ):  # fmt: skip
        if value not in choices.values:
            raise InvalidError(field, _("This value is not known."))
    if len(applicants) > MOST_APPLICANTS:
        raise InvalidError("applicants", _("There are too many applicants."))
    if any(person.state != PersonState.ACTIVE for person in applicants):
        raise InvalidError("applicants", _("The record of an applicant was erased or merged."))
    return text


def _number(appeal: Appeal, year: int) -> None:
    """The next number of the year. The counter's row stays locked until the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appeals_appealcounter AS counter (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [year],
        )
        (appeal.serial,) = cursor.fetchone()
    appeal.year = year
    appeal.number = f"{NUMBER_PREFIX}-{year}-{appeal.serial:06d}"


def _belongings(
    appeal: Appeal, where: Where, applicants: Sequence[Person], now: dt.datetime
) -> None:
    AppealObject.objects.bulk_create(
        AppealObject(appeal=appeal, **{KINDS[type(one)]: one}) for one in where.objects
    )
    unique = {person.pk: person for person in applicants}
    Applicant.objects.bulk_create(
        Applicant(appeal=appeal, person=person, added_at=now) for person in unique.values()
    )
