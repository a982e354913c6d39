"""Bodies asked for approval are told: when they are asked, before the term ends, when it has ended.

A letter is known by its line and stage, so it is owed once, however often the sweep looks; after a
worker that was off, a line whose term is over gets the last of the letters only.
"""

import datetime as dt

from django.db import transaction

from citymap.notices.models import Notice
from citymap.notices.recipients import Recipient
from citymap.notices.services import owe
from earthworks.choices import Decision, OrderState
from earthworks.models import Approval

KIND = "approval_asked"
ASKED, SOON, LATE = "asked", "soon", "late"
# The reminder goes out so long before the term ends.
REMINDER = dt.timedelta(days=1)


def tell_asked(*, line: Approval) -> Notice:
    """Owe the body the question: which order, and by when it answers."""
    return _owe(line, ASKED)


def remind(*, now: dt.datetime) -> int:
    """Owe reminders of lines whose term ends within a day or has ended; how many such lines."""
    rows = Approval.objects.filter(
        decision=Decision.PENDING, due_at__lte=now + REMINDER, order__state=OrderState.APPROVING
    )
    found = 0
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            # What was answered a moment ago is not asked for again.
            line = (
                Approval.objects.select_for_update(of=("self",))
                .select_related("order", "organization")
                .filter(pk=pk, decision=Decision.PENDING)
                .first()
            )
            # A question of the same day reminds of itself.
            if line is None or line.asked_at > line.due_at - REMINDER and now < line.due_at:
                continue
            _owe(line, SOON if now < line.due_at else LATE)
            found += 1
    return found


def _owe(line: Approval, stage: str) -> Notice:
    return owe(
        kind=KIND,
        source=line,
        stage=stage,
        recipient=Recipient.organization(line.organization),
        why=f"asked to approve order {line.order.number}",
        context={
            "what": stage,
            "number": line.order.number,
            "address": line.order.address,
            "begins_on": line.order.begins_on.isoformat(),
            "ends_on": line.order.until_on.isoformat(),
            "answer_by": line.due_at.isoformat(),
            "order_id": line.order_id,
        },
    )
