"""Appeals about sunken ground: within a guaranteed restoration the contractor mends it."""

import datetime as dt

from django.utils import timezone

from appeals.models import Appeal, Category, RestorationAppeal
from appeals.where import Where
from citymap.accounts.models import User
from earthworks.models import Order
from earthworks.services.gate import locked
from earthworks.services.guarantees import guaranteed_at, report_failure

# Leaves of the category tree that speak of ground failing where it was dug.
SUBSIDENCE = frozenset({"DIG-SUBSIDENCE"})


def restoration_at(category: Category, where: Where, now: dt.datetime) -> Order | None:
    """The order whose guaranteed restoration has failed there, locked; None when none has."""
    if category.code not in SUBSIDENCE:
        return None
    found = guaranteed_at(where.geom, timezone.localdate(now))
    return locked(found) if found else None


def open_duty(*, appeal: Appeal, order: Order, user: User | None, now: dt.datetime) -> None:
    """Open the contractor's duty again, or join the appeal to the case that is open."""
    case = report_failure(
        order=order, position=appeal.geom.point_on_surface, ground=appeal.number, user=user,
        now=now,
    )  # fmt: skip
    RestorationAppeal.objects.create(appeal=appeal, case=case)
