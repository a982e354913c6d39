"""From the permit to the closing act: start, works done, restorations, extension, cancelling."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from earthworks.choices import DamagedSurface, Duty, OrderKind, OrderState
from earthworks.deadlines import MAX_YEARS, due_at, guarantee_until
from earthworks.errors import WorksError
from earthworks.models import Acceptance, Extension, Order, Photo
from earthworks.rules import current_rules
from earthworks.services.claim_ends import resolve_fulfilled, revoke_claims
from earthworks.services.gate import check_state, locked, needed, set_deadline, step, today
from earthworks.shapes import check_inside_city
from earthworks.workflow import EXTENDABLE


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What an inspector found on site: where, on which photo, how much, and remarks."""

    position: Point
    photo: Photo
    measured_m2: Mapping[DamagedSurface, float]
    remarks: str = ""
    at: dt.datetime | None = field(default=None)


@transaction.atomic
def start(*, order: Order, user: User | None, now: dt.datetime | None = None) -> Order:
    """Digging begins."""
    now = now or timezone.now()
    row = locked(order)
    if timezone.localdate(now) < row.begins_on:
        raise WorksError(_("The permit does not allow digging yet."))
    return _moved(row, OrderState.IN_PROGRESS, user, now)


@transaction.atomic
def works_done(*, order: Order, user: User | None, now: dt.datetime | None = None) -> Order:
    """The network is done; the ground is still to be restored."""
    return _moved(locked(order), OrderState.WORKS_DONE, user, now or timezone.now())


@transaction.atomic
def close(
    *, order: Order, user: User | None, reason: str = "", now: dt.datetime | None = None
) -> Order:
    """The closing act."""
    return _moved(locked(order), OrderState.CLOSED, user, now or timezone.now(), reason)


@transaction.atomic
def cancel(
    *, order: Order, reason: str, user: User | None, now: dt.datetime | None = None
) -> Order:
    """Cancel a permit under which nothing was dug."""
    row = locked(order)
    if row.kind == OrderKind.EMERGENCY:
        raise WorksError(_("Under an emergency order the ground is open: it cannot be cancelled."))
    row.end_reason = needed(reason, _("Say why the permit is cancelled."))
    now = now or timezone.now()
    with acting(user=user, reason=row.end_reason):
        row = _moved(row, OrderState.CANCELLED, user, now)
        revoke_claims(order=row, reason=row.end_reason, user=user, now=now)
    return row


def _moved(
    order: Order, state: OrderState, user: User | None, now: dt.datetime, reason: str = ""
) -> Order:
    step(order, state, now)
    with acting(user=user, reason=reason):
        set_deadline(order, current_rules(), now)
        order.save()
    return order


@transaction.atomic
def restore_interim(
    *, order: Order, inspection: Inspection, user: User, now: dt.datetime | None = None
) -> Order:
    """Temporary restoration is accepted: the ground is passable, not yet as it was."""
    now = now or timezone.now()
    row = locked(order)
    step(row, OrderState.RESTORED_INTERIM, now)
    with acting(user=user):
        _record(row, Duty.INTERIM, inspection, user, now, accepted=True)
        fulfilled = row.duty == Duty.INTERIM
        if fulfilled:
            resolve_fulfilled(order=row, user=user, now=now)
        set_deadline(row, current_rules(), now)
        row.save()
    return row


@transaction.atomic
def accept_restoration(
    *, order: Order, inspection: Inspection, user: User, now: dt.datetime | None = None
) -> Order:
    """Permanent restoration is accepted: nothing more is owed, the guarantee begins."""
    now = now or timezone.now()
    row = locked(order)
    rules = current_rules()
    step(row, OrderState.RESTORED, now)
    row.guarantee_until = guarantee_until(today(now, rules), rules)
    with acting(user=user):
        _record(row, Duty.PERMANENT, inspection, user, now, accepted=True)
        resolve_fulfilled(order=row, user=user, now=now)
        set_deadline(row, rules, now)
        row.save()
    return row


@transaction.atomic
def reject_restoration(
    *, order: Order, duty: Duty, inspection: Inspection, user: User, now: dt.datetime | None = None
) -> Acceptance:
    """A restoration was inspected and found wanting: the order stays as it is, and its deadline."""
    row = locked(order)
    check_state(row, OrderState.WORKS_DONE, OrderState.RESTORED_INTERIM)
    with acting(user=user):
        return _record(row, duty, inspection, user, now or timezone.now(), accepted=False)


def _record(
    order: Order,
    duty: Duty,
    inspection: Inspection,
    user: User,
    now: dt.datetime,
    *,
    accepted: bool,
) -> Acceptance:
    if inspection.photo.order_id != order.pk:
        raise WorksError(_("The photo is of another order."))
    check_inside_city(inspection.position)
    if any(area < 0 for area in inspection.measured_m2.values()):
        raise WorksError(_("A measured area cannot be negative."))
    remarks = inspection.remarks
    if not accepted:
        remarks = needed(remarks, _("Say what is wrong with the restoration."))
    return Acceptance.objects.create(
        order=order,
        duty=duty,
        accepted=accepted,
        inspected_at=inspection.at or now,
        inspector=user,
        geom=inspection.position,
        photo=inspection.photo,
        remarks=remarks,
        **{
            f"area_{surface}_m2": inspection.measured_m2.get(surface, 0.0)
            for surface in DamagedSurface
        },
    )


@transaction.atomic
def extend(
    *,
    order: Order,
    new_until: dt.date,
    reason: str,
    user: User,
    now: dt.datetime | None = None,
) -> Extension:
    """Extend the permit until a later day: dated, reasoned, counted.

    Claims for the deadline that is left behind are cancelled when they have not left, and
    withdrawn when they have: in this same transaction.
    """
    now = now or timezone.now()
    row = locked(order)
    check_state(row, *EXTENDABLE)
    reason = needed(reason, _("Say why the order is extended."))
    rules = current_rules()
    if new_until <= row.until_on:
        raise WorksError(_("An extension ends later than the order does now."))
    if (new_until - row.begins_on).days > 366 * MAX_YEARS:
        raise WorksError(_("An order runs %(years)d years at most.") % {"years": MAX_YEARS})
    if due_at(new_until, rules.zone) <= now:
        raise WorksError(_("An extension ends in the future."))
    old_until, row.until_on = row.until_on, new_until
    row.extensions_count += 1
    with acting(user=user, reason=reason):
        deadline = set_deadline(row, rules, now)
        if deadline is None:
            raise WorksError(_("This does not change when the order falls due."))
        row.save()
        extension = Extension.objects.create(
            order=row,
            number=row.extensions_count,
            version=deadline.version,
            old_until=old_until,
            new_until=new_until,
            reason=reason,
            allowed_by=user,
            made_at=now,
        )
        revoke_claims(order=row, reason=reason, user=user, now=now)
    return extension
