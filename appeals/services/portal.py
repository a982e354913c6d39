"""What residents do themselves on the portal, and what moderators show to everybody."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import telling
from appeals.choices import Channel, ContactKind, PhotoKind, ReopenReason, State
from appeals.errors import ConflictError, GuardError, InvalidError, NotPermittedError
from appeals.models import Appeal, Category, Contact, Feedback, PublicCard
from appeals.models.portal import MAX_PUBLIC_TEXT
from appeals.permissions import MODERATE
from appeals.photos import CleanPhoto
from appeals.services.base import locked, write
from appeals.services.pictures import add_photos
from appeals.services.registration import register
from appeals.services.verification import reopen
from appeals.where import Where
from citymap.accounts.access import may
from citymap.accounts.choices import Language
from citymap.accounts.models import User
from citymap.personal.services import save_person
from earthworks.models import Order


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Who reports, as typed; nothing of it is kept but by `citymap.personal`."""

    name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def anonymous(self) -> bool:
        return not (self.phone or self.email)


@write
def report_problem(
    *,
    category: Category,
    text: str,
    where: Where,
    language: Language,
    reporter: Reporter,
    photos: Sequence[CleanPhoto] = (),
    join_into: Appeal | None = None,
    order: Order | None = None,
    key: uuid.UUID,
    now: dt.datetime | None = None,
) -> Appeal:
    """Register what a resident reports; the same `key` again is the same appeal.

    A reporter without telephone and e-mail is anonymous: nobody calls back. Raises the errors of
    `errors.py`, and InvalidValueError of `citymap.personal` for a telephone that is none.
    """
    with connection.cursor() as cursor:
        # The same form sent twice at once waits here: else each would leave a contact behind.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"report {key}"])
    if known := Appeal.objects.filter(form_key=key).first():
        return known
    now = now or timezone.now()
    person = None
    if not reporter.anonymous:
        person = save_person(
            name=reporter.name, phones=[reporter.phone] if reporter.phone else [],
            emails=[reporter.email] if reporter.email else [], language=language,
        )  # fmt: skip
    contact = Contact.objects.create(
        channel=Channel.PORTAL, language=language, caller=person, anonymous=person is None,
        started_at=now,
    )  # fmt: skip
    appeal = register(
        user=None, by_resident=True, category=category, text=text, where=where, language=language,
        channel=Channel.PORTAL, applicants=[person] if person else [], contact=contact,
        join_into=join_into, order=order, key=key, now=now,
    )  # fmt: skip
    if photos:
        add_photos(appeal=appeal, photos=photos, kind=PhotoKind.PROBLEM, user=None)
    telling.registered(appeal)
    return appeal


@write
def dispute(
    *,
    appeal: Appeal,
    reason: str,
    photos: Sequence[CleanPhoto] = (),
    now: dt.datetime | None = None,
) -> Appeal:
    """An applicant says on the portal that the result is not right: open again, photos kept."""
    now = now or timezone.now()
    found = reopen(
        appeal=appeal, user=None, why=ReopenReason.DISPUTED, reason=reason, by_applicant=True,
        now=now,
    )  # fmt: skip
    anonymous = not appeal.applicants.exists()
    Contact.objects.create(
        channel=Channel.PORTAL, language=appeal.language, anonymous=anonymous,
        kind=ContactKind.FOLLOW_UP, appeal=appeal, started_at=now, ended_at=now,
    )  # fmt: skip
    if photos:
        add_photos(appeal=appeal, photos=photos, kind=PhotoKind.PROBLEM, user=None)
    return found


@write
def say_thanks(
    *, appeal: Appeal, satisfaction: int, thanks: bool = False, now: dt.datetime | None = None
) -> Feedback:
    """Keep what an applicant says of the result; said once, of a result that is there."""
    row = locked([appeal])[appeal.pk]
    if row.state not in (State.VERIFIED, State.CLOSED):
        raise GuardError("result_there", _("There is no result yet to speak of."))
    if not 1 <= satisfaction <= 5:
        raise InvalidError("satisfaction", _("Satisfaction is 1 to 5."))
    found, made = Feedback.objects.get_or_create(
        appeal=row,
        defaults={
            "satisfaction": satisfaction, "thanks": thanks, "made_at": now or timezone.now(),
        },
    )  # fmt: skip
    if not made:
        raise GuardError("said_once", _("You have said it already. Thank you."))
    return found


@write
def show_card(
    *,
    appeal: Appeal,
    user: User,
    summary: str = "",
    reply: str = "",
    photo_ids: Sequence[int] = (),
    version: int | None = None,
    now: dt.datetime | None = None,
) -> PublicCard:
    """Show an appeal to everybody, in the moderator's words, with the photos looked at."""
    _require_moderator(user)
    row = locked([appeal])[appeal.pk]
    if version is not None and version != row.version:
        raise ConflictError(row, _("Somebody changed this appeal meanwhile."))
    if row.practice or row.state in (State.JOINED, State.WITHDRAWN):
        raise InvalidError("appeal", _("This appeal is not shown to everybody."))
    for field, value in (("summary", summary), ("reply", reply)):
        if len(value) > MAX_PUBLIC_TEXT:
            raise InvalidError(field, _("The text is too long."))
    known = set(row.photos.values_list("pk", flat=True))
    if strangers := set(photo_ids) - known:
        raise InvalidError("photo_ids", _("No such photos: %(ids)s") % {"ids": sorted(strangers)})
    return PublicCard.objects.update_or_create(
        appeal=row,
        defaults={
            "summary": summary.strip(), "reply": reply.strip(), "shown": True,
            "photo_ids": sorted(set(photo_ids)), "decided_at": now or timezone.now(),
            "decided_by": user,
        },
    )[0]  # fmt: skip


@write
def hide_card(*, appeal: Appeal, user: User, now: dt.datetime | None = None) -> PublicCard:
    """Keep an appeal from the public: decided, and said by whom."""
    _require_moderator(user)
    row = locked([appeal])[appeal.pk]
    return PublicCard.objects.update_or_create(
        appeal=row,
        defaults={
            "summary": "", "reply": "", "photo_ids": [], "shown": False,
            "decided_at": now or timezone.now(), "decided_by": user,
        },
    )[0]  # fmt: skip


def _require_moderator(user: User) -> None:
    if not may(user, MODERATE):
        raise NotPermittedError(_("You may not decide what everybody sees."))
