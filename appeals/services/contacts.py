"""Contacts: begun, ended as what they were."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.choices import Channel, ContactKind, EmergencyService
from appeals.errors import ConflictError, InvalidError, NotPermittedError, WrongStateError
from appeals.models import Appeal, Contact, KnowledgeArticle
from appeals.permissions import REGISTER
from appeals.services.base import write
from citymap.accounts.access import may
from citymap.accounts.choices import Language
from citymap.accounts.models import User
from citymap.personal.models import Person

# An exchange's clock and ours may differ by this much.
CLOCK_SLACK = dt.timedelta(minutes=10)
OLDEST = dt.timedelta(days=366)
MAX_CALL_ID = 100


def require_register(user: User | None) -> None:
    """Raises NotPermittedError when `user` may not register contacts and appeals."""
    if user is None or not may(user, REGISTER):
        raise NotPermittedError(_("You may not register contacts and appeals."))


def checked_time(moment: dt.datetime | None, now: dt.datetime, field: str) -> dt.datetime:
    """`moment`, or `now` when there is none; InvalidError when it cannot be."""
    if moment is None:
        return now
    if not now - OLDEST <= moment <= now + CLOCK_SLACK:
        raise InvalidError(field, _("The time lies in the future or too far in the past."))
    return min(moment, now)


@write
def register_contact(
    *,
    user: User,
    channel: Channel,
    language: Language,
    caller: Person | None = None,
    anonymous: bool = False,
    started_at: dt.datetime | None = None,
    call_id: str = "",
    practice: bool = False,
    now: dt.datetime | None = None,
) -> Contact:
    """A call begins, or a letter is opened. The same `call_id` again is the same contact."""
    require_register(user)
    if channel not in Channel.values or language not in Language.values:
        raise InvalidError("channel", _("Choose a channel and a language."))
    if anonymous and caller is not None:
        raise InvalidError("anonymous", _("Who is named is not anonymous."))
    now = now or timezone.now()
    values = {
        "channel": channel, "language": language, "caller": caller, "anonymous": anonymous,
        "operator": user, "started_at": checked_time(started_at, now, "started_at"),
        "practice": practice,
    }  # fmt: skip
    if not call_id:
        return Contact.objects.create(**values)
    return Contact.objects.get_or_create(call_id=call_id, defaults=values)[0]


@write
def ring(
    *,
    call_id: str,
    caller: Person | None,
    language: Language,
    user: User | None = None,
    started_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> Contact:
    """A telephone exchange says that somebody calls; nobody has taken the call yet.

    The same `call_id` again is the same contact. Without a number the caller is anonymous.
    """
    if not call_id.strip() or len(call_id) > MAX_CALL_ID:
        raise InvalidError("call_id", _("A call has an id of the exchange, 100 signs at most."))
    if language not in Language.values:
        raise InvalidError("language", _("This value is not known."))
    now = now or timezone.now()
    return Contact.objects.get_or_create(
        call_id=call_id.strip(),
        defaults={
            "channel": Channel.PHONE, "language": language, "caller": caller,
            "anonymous": caller is None,
            "started_at": checked_time(started_at, now, "started_at"),
        },
    )[0]  # fmt: skip


@write
def take_call(*, contact: Contact, user: User, now: dt.datetime | None = None) -> Contact:
    """An operator answers a call that rang; ConflictError when another was quicker."""
    require_register(user)
    row = lasting(contact)
    if row.operator_id not in (None, user.pk):
        raise ConflictError(row, _("Another operator has taken this call."))
    row.operator = user
    row.save(update_fields=["operator"])
    return row


@write
def name_caller(*, contact: Contact, person: Person, user: User) -> Contact:
    """Who called turned out to be `person`."""
    require_register(user)
    row = lasting(contact)
    row.caller, row.anonymous = person, False
    row.save(update_fields=["caller", "anonymous"])
    return row


def lasting(contact: Contact) -> Contact:
    """The row, locked; WrongStateError when it has ended."""
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    if row.kind:
        raise WrongStateError(_("This contact has ended already."))
    return row


def end(contact: Contact, kind: ContactKind, now: dt.datetime | None, **changes: object) -> Contact:
    """Write what became of a locked contact."""
    moment = max(now or timezone.now(), contact.started_at)
    for name, value in {**changes, "kind": kind, "ended_at": moment}.items():
        setattr(contact, name, value)
    contact.save(update_fields=["kind", "ended_at", *sorted(changes)])
    return contact


@write
def consult(
    *,
    contact: Contact,
    user: User,
    article: KnowledgeArticle | None = None,
    note: str = "",
    now: dt.datetime | None = None,
) -> Contact:
    """Answered at once, with the article used as it reads now."""
    require_register(user)
    if article is not None and article.current_id is None:
        raise InvalidError("article", _("This article has no version in force."))
    if article is None and not note.strip():
        raise InvalidError("article", _("Choose an article, or note what was answered."))
    version = article.current if article else None
    return end(lasting(contact), ContactKind.CONSULTATION, now, article=version, note=note.strip())


@write
def follow_up(
    *,
    contact: Contact,
    user: User,
    appeal: Appeal,
    note: str = "",
    now: dt.datetime | None = None,
) -> Contact:
    """ "Where is my request?": the contact was about an appeal that is there."""
    require_register(user)
    return end(lasting(contact), ContactKind.FOLLOW_UP, now, appeal=appeal, note=note.strip())


@write
def transfer(
    *,
    contact: Contact,
    user: User,
    service: EmergencyService,
    dispatcher: str,
    log_number: str = "",
    now: dt.datetime | None = None,
) -> Contact:
    """Danger: passed on to 101, 102, 103, 104 or 112; who took it there is recorded."""
    require_register(user)
    if service not in EmergencyService.values:
        raise InvalidError("service", _("Choose an emergency service."))
    if not dispatcher.strip():
        raise InvalidError("dispatcher", _("Say who took the call there."))
    return end(
        lasting(contact), ContactKind.TRANSFER, now, transferred_to=service,
        dispatcher=dispatcher.strip()[:200], log_number=log_number.strip()[:60],
    )  # fmt: skip


@write
def drop(
    *, contact: Contact, user: User, note: str = "", now: dt.datetime | None = None
) -> Contact:
    """The line broke, or nobody spoke."""
    require_register(user)
    return end(lasting(contact), ContactKind.DROP, now, note=note.strip())
