"""The one way by which an order changes: lock, check, step, deadline, save. Others build on it."""

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from earthworks.choices import OrderKind, OrderState
from earthworks.deadlines import (
    Due,
    Permit,
    Rules,
    due_at,
    local_day,
    papers_due,
    restoration_due,
    runs,
    surfaces_damaged,
)
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import Deadline, Order
from earthworks.models.orders import MOMENTS
from earthworks.workflow import TRANSITIONS, may_follow

MAX_REASON = 2000


def locked(order: Order) -> Order:
    """The order as it is now, locked until the transaction ends."""
    return Order.objects.select_for_update(of=("self",)).get(pk=order.pk)


def check_state(order: Order, *states: OrderState) -> None:
    """Raise WrongStateError unless the order is in one of `states`."""
    if order.state not in states:
        raise WrongStateError(
            _("This cannot be done with an order that is “%(state)s”.")
            % {"state": order.get_state_display()}
        )


def needed(text: str, message: str, limit: int = MAX_REASON) -> str:
    """`text` without blanks around it; WorksError when there is none, or too much."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise WorksError(message)
    if len(text) > limit:
        raise WorksError(_("The text is too long: at most %(limit)d signs.") % {"limit": limit})
    return text


def next_number(series: str, now: dt.datetime) -> tuple[int, int]:
    """(local year, the next number in it). Locks the series until the transaction ends.

    Call it after every domain row is locked (docs/adr/3103-lock-order.md).
    """
    year = timezone.localdate(now).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO earthworks_numbering AS known (series, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (series, year) DO UPDATE SET last = known.last + 1 RETURNING last",
            [series, year],
        )
        return year, cursor.fetchone()[0]


def step(order: Order, state: OrderState, now: dt.datetime) -> None:
    """Put the order into `state`, note when; the caller saves. Raises WrongStateError."""
    if not may_follow(TRANSITIONS, order.state, state):
        raise WrongStateError(
            _("An order that is “%(old)s” cannot become “%(new)s”.")
            % {"old": order.get_state_display(), "new": OrderState(state).label}
        )
    order.state = state
    if moment := MOMENTS.get(state):
        setattr(order, moment, now)


def due_now(order: Order, rules: Rules) -> Due | None:
    """What the order owes in its present state."""
    kind, state = OrderKind(order.kind), OrderState(order.state)
    if not runs(kind, state):
        return None
    if state == OrderState.DRAFT:
        return papers_due(order.dug_at, rules)
    return restoration_due(
        Permit(
            begins_on=order.begins_on,
            ends_on=order.until_on,
            damages=surfaces_damaged(order.areas_m2),
            interim_done=state == OrderState.RESTORED_INTERIM,
            extended=order.extensions_count,
        ),
        rules,
    )


def set_deadline(order: Order, rules: Rules, now: dt.datetime) -> Deadline | None:
    """Bring the order's deadline up to date; a new version is written when it changed.

    The caller saves the order. Returns the new version, None when nothing changed.
    """
    due = due_now(order, rules)
    if due is None:
        order.due_at = order.due_on = order.final_on = None
        order.duty = order.basis = ""
        return None
    if (order.due_on, order.duty, order.basis, order.final_on) == (
        due.on,
        due.duty,
        due.basis,
        due.final_on,
    ):
        return None
    order.deadline_version += 1
    order.due_on, order.duty, order.basis, order.final_on = (
        due.on,
        due.duty,
        due.basis,
        due.final_on,
    )
    order.due_at = due_at(due.on, rules.zone)
    return Deadline.objects.create(
        order=order,
        version=order.deadline_version,
        duty=due.duty,
        on=due.on,
        at=order.due_at,
        basis=due.basis,
        final_on=due.final_on,
        set_at=now,
    )


def check_not_future(moment: dt.datetime, now: dt.datetime) -> None:
    """Raise WorksError for something that is said to have happened, but later than now."""
    if moment > now:
        raise WorksError(_("This moment is still to come."))


def today(now: dt.datetime, rules: Rules) -> dt.date:
    """The local day."""
    return local_day(now, rules.zone)
