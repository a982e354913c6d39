"""Failures of restorations under guarantee: the contractor's duty lives again."""

import datetime as dt

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from citymap.worktime import add_working_days
from earthworks.choices import GuaranteeState
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import GuaranteeCase, Order
from earthworks.rules import current_rules
from earthworks.services.gate import locked, needed
from earthworks.shapes import check_inside_city
from earthworks.workflow import GUARANTEE_TRANSITIONS, may_follow

# The edge of a trench sinks with it.
REACH_M = 3.0


def guaranteed_at(geom: GEOSGeometry, day: dt.date) -> Order | None:
    """The restoration under guarantee on `day` that lies at `geom`; the nearest, then latest."""
    return (
        Order.objects.guaranteed_on(day)
        .near(geom, REACH_M)
        .order_by("distance", "-restored_at", "pk")
        .first()
    )


@transaction.atomic
def report_failure(
    *,
    order: Order,
    position: Point,
    ground: str,
    user: User | None,
    now: dt.datetime | None = None,
) -> GuaranteeCase:
    """The ground failed within a guaranteed restoration: somebody has to mend it, by a day.

    While a case of the order is open, it is returned: one hole is mended once. Raises WorksError
    when no guarantee runs.
    """
    now = now or timezone.now()
    row = locked(order)
    if known := row.guarantee_cases.filter(state=GuaranteeState.OPEN).first():
        return known
    rules = current_rules()
    day = timezone.localdate(now)
    if not Order.objects.guaranteed_on(day).filter(pk=row.pk).exists():
        raise WorksError(_("No guarantee runs on this order."))
    check_inside_city(position)
    due = add_working_days(now, rules.terms_on(day).guarantee_days, rules.calendar)
    with acting(user=user):
        return GuaranteeCase.objects.create(
            order=row,
            geom=position,
            found_at=now,
            found_by=user,
            ground=needed(ground, _("Say what has failed.")),
            due_on=timezone.localdate(due),
        )


@transaction.atomic
def end_case(
    *,
    case: GuaranteeCase,
    state: GuaranteeState,
    reason: str,
    user: User,
    now: dt.datetime | None = None,
) -> GuaranteeCase:
    """The failure is mended, or turned out to be no case of guarantee; says how it ended."""
    row = GuaranteeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not may_follow(GUARANTEE_TRANSITIONS, row.state, state):
        raise WrongStateError(_("This case has ended already."))
    row.state, row.ended_at, row.ended_by = state, now or timezone.now(), user
    if row.ended_at < row.found_at:
        raise WorksError(_("A case ends after it was found."))
    row.end_reason = needed(reason, _("Say how it ended."))
    with acting(user=user, reason=row.end_reason):
        row.save()
    return row
