"""Measures that were not done by their day: whoever answers is told, once a measure."""

import datetime as dt

from django.db import transaction

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.notices.recipients import Recipient
from citymap.notices.services import owe
from planning.models import Measure

KIND = "measure_overdue"
READERS = (Role.PLANNER, Role.ANALYST, Role.HEAD)


@transaction.atomic
def tell_overdue(*, today: dt.date) -> int:
    """Owe the body, planners, analysts and heads one notice for each overdue measure; how many
    measures are overdue. Asked again it owes nothing anew, however long the worker was off."""
    overdue = list(Measure.objects.overdue(today).select_related("problem", "body"))
    users = list(
        User.objects.filter(is_active=True, roles__overlap=[role.value for role in READERS])
        .order_by("pk")
    )  # fmt: skip
    for measure in overdue:
        recipients = [Recipient.user(user) for user in users]
        if measure.body is not None:
            recipients.append(Recipient.organization(measure.body))
        for recipient in recipients:
            owe(
                kind=KIND,
                source=measure,
                stage=f"due {measure.due_on}",
                recipient=recipient,
                why="a measure was not done by its day",
                context={"due_on": measure.due_on.isoformat()},
            )
    return len(overdue)
