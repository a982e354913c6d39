"""Personal data is erased: on request, and when no rule keeps it any longer."""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from citymap.accounts.access import AnyUser, may
from citymap.personal.choices import EventKind, Field, PersonState
from citymap.personal.errors import PersonalDataError
from citymap.personal.models import Person
from citymap.personal.permissions import MANAGE
from citymap.personal.reasons import checked_reason
from citymap.personal.retention import IDLE, Need, keep_months, months_after, needs
from citymap.personal.services.events import record
from citymap.personal.services.looks import reason_about
from citymap.personal.services.records import kept_person
from citymap.personal.services.values import clear_values, open_values
from citymap.personal.vault import key_ring

log = structlog.get_logger("citymap.personal")

BATCH = 200
# A run of the sweep ends after so many people; the next one goes on.
MOST_PER_RUN = 5000
RETENTION_REASON = gettext_noop("retention period is over")
REQUEST_REASON = gettext_noop("asked for by the person; nothing needs the record any more")


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What became of a wish to be erased: done, or needed still, by whom and until when."""

    done: bool
    needed: tuple[Need, ...] = ()

    @property
    def until(self) -> dt.date | None:
        """The last day on which somebody needs the person; None when nobody does."""
        return max((need.until for need in self.needed), default=None)


@transaction.atomic
def erase(*, person: Person, why: str, user: AnyUser | None = None) -> Erasure:
    """Erase a person's data now, whoever needs it still: by a court's or the head's order.

    What stays is a tombstone: number, state, times. Rows of other rooms go on pointing at it, and
    history, which never held a value, stays whole. Repeating it changes nothing.
    """
    _check_right(user)
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.state != PersonState.ACTIVE:
        return Erasure(done=True)
    _erase_row(row, why=_reason(row, why), user=user)
    return Erasure(done=True)


@transaction.atomic
def ask_erasure(*, person: Person, why: str, user: AnyUser | None = None) -> Erasure:
    """The person asks to be erased: at once when nothing needs the record, else by the sweep.

    The wish is kept; the sweep erases on the first day on which no room needs the person.
    """
    _check_right(user)
    row = kept_person(person)
    needed = needs([row.pk], today=timezone.localdate()).get(row.pk, [])
    reason = _reason(row, why)
    if not needed:
        _erase_row(row, why=reason, user=user)
        return Erasure(done=True)
    if row.erasure_asked_at is None:
        row.erasure_asked_at = timezone.now()
        row.save(update_fields=["erasure_asked_at"])
    record(person=row, kind=EventKind.ERASURE_ASKED, user=user, why=reason)
    return Erasure(done=False, needed=tuple(needed))


def _check_right(user: AnyUser | None) -> None:
    if user is not None and not may(user, MANAGE):
        raise PermissionDenied(_("You may not erase personal data."))


def _reason(row: Person, why: str) -> str:
    """The checked reason; what cannot be opened can still be erased."""
    try:
        return reason_about(open_values(key_ring(), row), why)
    except PersonalDataError as error:
        if isinstance(error, ValueError):
            raise
        return checked_reason(why)


def _erase_row(row: Person, *, why: str, user: AnyUser | None = None) -> None:
    held = [field for field in Field.values if getattr(row, field)]
    clear_values(row)
    row.state = PersonState.ERASED
    row.erased_at = timezone.now()
    row.save()
    record(person=row, kind=EventKind.ERASED, fields=held, user=user, why=why)


def sweep_retention(now: dt.datetime) -> str:
    """Erase whom no rule and no room keeps any longer as of `now`; one line of account."""
    today = timezone.localdate(now)
    months = keep_months(IDLE, on=today)
    start = months_after(today, -months)
    before = timezone.make_aware(dt.datetime.combine(start, dt.time.min))
    erased = kept = last = 0
    while erased < MOST_PER_RUN:
        rows = Person.objects.quiet_since(before).filter(pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        last = ids[-1]
        done = _erase_batch(ids, before=before, today=today)
        erased, kept = erased + done, kept + len(ids) - done
    return f"{erased} people erased, {kept} still needed"


@transaction.atomic
def _erase_batch(ids: list[int], *, before: dt.datetime, today: dt.date) -> int:
    """Erase those of `ids` whom nobody needs; asked again under lock, as they may have changed."""
    locked = list(
        Person.objects.quiet_since(before).filter(pk__in=ids).order_by("pk").select_for_update()
    )
    needed = needs([row.pk for row in locked], today=today)
    free = [row for row in locked if row.pk not in needed]
    for row in free:
        _erase_row(row, why=REQUEST_REASON if row.erasure_asked_at else RETENTION_REASON)
    return len(free)
