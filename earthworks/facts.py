"""From a row to the facts of the resident's answer."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from earthworks.answers import Answer, Facts, answer
from earthworks.choices import DeadlineBasis, Duty, OrderKind, OrderState
from earthworks.models import Order


def public_body(order: Order) -> str:
    """Who answers for the works, as everybody may know: bodies by name, citizens as citizens."""
    who = order.contractor or order.holder
    return who.title if who else _("a citizen")


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localdate(moment) if moment else None


def facts_of(order: Order, today: dt.date) -> Facts:
    """The facts on a day of an order read by `Order.objects.explained()`."""
    return Facts(
        state=OrderState(order.state),
        kind=OrderKind(order.kind),
        number=order.number,
        today=today,
        who=public_body(order),
        begins_on=order.begins_on,
        ends_on=order.until_on,
        due_on=order.due_on,
        duty=Duty(order.duty) if order.duty else None,
        basis=DeadlineBasis(order.basis) if order.basis else None,
        final_on=order.final_on,
        extended=order.extensions_count,
        extended_on=_day(order.extended_at),
        claim_on=_day(order.claim_sent_at),
        police_on=_day(order.police_sent_at),
        interim_on=_day(order.restored_interim_at),
        restored_on=_day(order.restored_at),
        guarantee_until=order.guarantee_until,
        ended_on=_day(order.ended_at),
        reason="",
        sunk_due_on=order.sunk_due_on,
    )


def answer_of(order: Order, today: dt.date) -> Answer:
    """The resident's answer for an order read by `Order.objects.explained()`."""
    return answer(facts_of(order, today))
