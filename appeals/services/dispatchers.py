"""A dispatcher was reached by telephone: who, when, under which number there."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.errors import InvalidError, WrongStateError
from appeals.models import Appeal, DispatcherCall
from appeals.services.base import locked, write
from appeals.services.contacts import checked_time, require_register
from citymap.accounts.models import Organization, User


@write
def dispatched(
    *,
    appeal: Appeal,
    user: User,
    dispatcher: str,
    log_number: str = "",
    body: Organization | None = None,
    called_at: dt.datetime | None = None,
    note: str = "",
    now: dt.datetime | None = None,
) -> DispatcherCall:
    """Record that a dispatcher took an open appeal by telephone; the state stays what it is.

    body: by default the executor, when there is one.
    """
    require_register(user)
    row = locked([appeal])[appeal.pk]
    if row.ended_at is not None and row.joined_into_id is None:
        raise WrongStateError(_("This appeal has ended."))
    if not dispatcher.strip():
        raise InvalidError("dispatcher", _("Say who took the call there."))
    moment = now or timezone.now()
    return DispatcherCall.objects.create(
        appeal=row, body=body or row.executor, dispatcher=dispatcher.strip()[:200],
        log_number=log_number.strip()[:60], made_by=user, note=note.strip(),
        called_at=checked_time(called_at, moment, "called_at"),
    )  # fmt: skip
