"""Instructions of the akim and the head: given, and done by the body's word."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import telling
from appeals.errors import InvalidError, NotPermittedError, WrongStateError
from appeals.models import Appeal, Instruction
from appeals.models.steps import MAX_REASON
from appeals.permissions import INSTRUCT, INSTRUCTED
from appeals.services.base import locked, write
from citymap.accounts.access import may
from citymap.accounts.models import Organization, User

LONGEST_TERM = dt.timedelta(days=366)


@write
def instruct(
    *,
    appeal: Appeal,
    user: User,
    text: str,
    due_on: dt.date,
    body: Organization | None = None,
    now: dt.datetime | None = None,
) -> Instruction:
    """Order a body to do something about an appeal by a day; by default its executor."""
    if not may(user, INSTRUCT):
        raise NotPermittedError(_("You may not give instructions."))
    now = now or timezone.now()
    row = locked([appeal])[appeal.pk]
    body = body or row.executor
    text = text.replace("\x00", "").strip()
    if body is None:
        raise InvalidError("body", _("Choose an organisation: the appeal has none yet."))
    if not text or len(text) > MAX_REASON:
        raise InvalidError("text", _("Say what is to be done, in 2000 characters at most."))
    today = timezone.localdate(now)
    if not today <= due_on <= today + LONGEST_TERM:
        raise InvalidError("due_on", _("The term lies ahead, within a year."))
    made = Instruction.objects.create(
        appeal=row, body=body, text=text, due_on=due_on, given_at=now, given_by=user
    )
    telling.instructed(made)
    return made


@write
def finish_instruction(
    *, instruction: Instruction, user: User, note: str, now: dt.datetime | None = None
) -> Instruction:
    """The body says what was done; said once."""
    row = Instruction.objects.select_for_update().get(pk=instruction.pk)
    if not may(user, INSTRUCTED, row):
        raise NotPermittedError(_("This instruction was given to another organisation."))
    if row.done_at is not None:
        raise WrongStateError(_("This instruction is done already."))
    note = note.replace("\x00", "").strip()
    if not note or len(note) > MAX_REASON:
        raise InvalidError("note", _("Say what was done, in 2000 characters at most."))
    row.done_at, row.done_by, row.done_note = max(now or timezone.now(), row.given_at), user, note
    row.save(update_fields=["done_at", "done_by", "done_note"])
    return row
