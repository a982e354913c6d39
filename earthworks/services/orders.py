"""An order from its drawing to its issue: draft, application, approvals, refusal, permit."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization, User
from citymap.history.context import acting
from citymap.worktime import add_working_days
from earthworks.choices import (
    ApprovalKind,
    DamagedSurface,
    Decision,
    OrderKind,
    OrderState,
)
from earthworks.conflict_registry import Dig, conflicts_of
from earthworks.deadlines import (
    blocking_winter,
    check_period,
    local_day,
    surfaces_damaged,
)
from earthworks.errors import BlockedError, ConflictsError, WorksError
from earthworks.models import Approval, Order
from earthworks.rules import approval_days, calendar_of, current_rules
from earthworks.services.asking import tell_asked
from earthworks.services.gate import (
    check_not_future,
    check_state,
    locked,
    needed,
    next_number,
    set_deadline,
    step,
)
from earthworks.shapes import checked

# What a draft may be given; everything else is brought about by steps.
FIELDS = frozenset(
    {
        "network_kind", "work", "method", "holder", "holder_person", "representative",
        "contractor", "contractor_person", "subcontractor", "subcontractor_person", "amount_kzt",
        "budget_source", "contract_number", "address", "more_addresses", "comments",
        "requirements", "requirements_note",
    }
)  # fmt: skip


@transaction.atomic
def draw_order(
    *,
    geom: GEOSGeometry,
    begins_on: dt.date,
    ends_on: dt.date,
    areas_m2: Mapping[DamagedSurface, float],
    values: Mapping[str, Any],
    user: User | None,
    dug_at: dt.datetime | None = None,
    request_key: uuid.UUID | None = None,
    now: dt.datetime | None = None,
) -> Order:
    """A draft of an order; an emergency one when `dug_at` says since when is dug.

    geom: outline in the city's CRS. values: any of FIELDS. request_key: the same form submitted
    twice makes one order. Raises WorksError, DeadlineError, ValidationError; nothing is saved then.
    """
    now = now or timezone.now()
    if request_key and (known := Order.objects.filter(request_key=request_key).first()):
        return known
    order = Order(
        kind=OrderKind.EMERGENCY if dug_at else OrderKind.PLANNED,
        dug_at=dug_at,
        created_by=user,
        request_key=request_key,
    )
    if dug_at:
        check_not_future(dug_at, now)
    _fill(order, geom=geom, period=(begins_on, ends_on), areas_m2=areas_m2, values=values)
    with acting(user=user):
        try:
            with transaction.atomic():
                order.save()
        except IntegrityError:
            # The same form a moment ago: what it made stands.
            known = Order.objects.filter(request_key=request_key).first() if request_key else None
            if known is None:
                raise
            return known
        if set_deadline(order, current_rules(), now):
            order.save()
    return order


@transaction.atomic
def correct_order(
    *,
    order: Order,
    geom: GEOSGeometry,
    begins_on: dt.date,
    ends_on: dt.date,
    areas_m2: Mapping[DamagedSurface, float],
    values: Mapping[str, Any],
    user: User | None,
) -> Order:
    """Change what an order says before it is decided upon. Raises as `draw_order`."""
    row = locked(order)
    check_state(row, OrderState.DRAFT, OrderState.APPLIED, OrderState.APPROVING)
    _fill(row, geom=geom, period=(begins_on, ends_on), areas_m2=areas_m2, values=values)
    with acting(user=user):
        row.save()
    return row


def _fill(
    order: Order,
    *,
    geom: GEOSGeometry,
    period: tuple[dt.date, dt.date],
    areas_m2: Mapping[DamagedSurface, float],
    values: Mapping[str, Any],
) -> None:
    if strangers := set(values) - FIELDS:
        raise WorksError(f"an order has no {', '.join(sorted(strangers))} to fill in")
    check_period(*period)
    order.geom = checked(geom)
    order.begins_on, order.ends_on = period
    order.until_on = order.ends_on
    for surface in DamagedSurface:
        setattr(order, f"area_{surface}_m2", areas_m2.get(surface, 0.0))
    for name, value in values.items():
        setattr(order, name, value)
    if order.holder_id is None and order.holder_person_id is None:
        raise ValidationError({"holder": _("Somebody must take the permit.")})
    order.full_clean(exclude=["geom_3857", "request_key"], validate_unique=False)


@transaction.atomic
def apply(
    *,
    order: Order,
    bodies: Mapping[Organization, ApprovalKind] | Iterable[Organization] = (),
    user: User | None,
    now: dt.datetime | None = None,
) -> Order:
    """Take an application: the order gets its number, and those who must agree are asked.

    bodies: who is asked, and as what; owners of networks unless said otherwise.
    """
    now = now or timezone.now()
    row = locked(order)
    step(row, OrderState.APPLIED, now)
    row.due_at = row.due_on = row.final_on = None
    row.duty = row.basis = ""
    asked = bodies if isinstance(bodies, Mapping) else dict.fromkeys(bodies, ApprovalKind.NETWORK)
    with acting(user=user):
        row.year, row.serial = next_number("order", now)
        row.save()
        step(row, OrderState.APPROVING, now)
        row.save()
        _ask(row, asked, now)
    return row


def _ask(order: Order, bodies: Mapping[Organization, ApprovalKind], now: dt.datetime) -> None:
    zone = timezone.get_default_timezone()
    known = set(order.approvals.values_list("organization_id", flat=True))
    for body, kind in bodies.items():
        if body.pk in known:
            continue
        days = approval_days(kind, local_day(now, zone))
        line = Approval.objects.create(
            order=order,
            organization=body,
            kind=kind,
            asked_at=now,
            due_at=add_working_days(now, days, calendar_of(body)),
        )
        tell_asked(line=line)


@transaction.atomic
def ask_approval(
    *,
    order: Order,
    body: Organization,
    kind: ApprovalKind,
    user: User | None,
    now: dt.datetime | None = None,
) -> Order:
    """Ask one more body while an order is being approved."""
    row = locked(order)
    check_state(row, OrderState.APPROVING)
    with acting(user=user):
        _ask(row, {body: kind}, now or timezone.now())
    return row


@transaction.atomic
def answer_approval(
    *,
    approval: Approval,
    decision: Decision,
    conditions: str = "",
    user: User | None,
    now: dt.datetime | None = None,
) -> Approval:
    """Record a body's answer. Conditions and refusals say what or why."""
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    order = Order.objects.get(pk=row.order_id)
    check_state(order, OrderState.APPROVING)
    if decision == Decision.PENDING:
        raise WorksError(_("An answer agrees, sets conditions or refuses."))
    if decision in (Decision.CONDITIONS, Decision.REFUSED):
        conditions = needed(conditions, _("Say on what conditions, or why not."))
    row.decision, row.conditions = decision, conditions
    row.answered_at, row.answered_by = now or timezone.now(), user
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def refuse(
    *, order: Order, reason: str, user: User | None, now: dt.datetime | None = None
) -> Order:
    """Refuse a permit, with the reason that its applicant is told.

    An emergency dig cannot be refused: the ground is open, and somebody must close it.
    """
    row = locked(order)
    if row.kind == OrderKind.EMERGENCY:
        raise WorksError(
            _("An emergency dig cannot be refused: issue it on conditions, the ground is open.")
        )
    step(row, OrderState.REFUSED, now or timezone.now())
    row.end_reason = needed(reason, _("Say why the permit is refused."))
    with acting(user=user, reason=row.end_reason):
        row.save()
    return row


@transaction.atomic
def issue(
    *,
    order: Order,
    user: User,
    conflict_reason: str = "",
    override_reason: str = "",
    now: dt.datetime | None = None,
) -> Order:
    """Issue the permit; from now on it has a deadline. An emergency is in progress at once.

    conflict_reason: needed when conflicts were found. override_reason: needed for a holder with
    overdue orders. Raises BlockedError, ConflictsError, WorksError.
    """
    now = now or timezone.now()
    row = locked(order)
    check_state(row, OrderState.APPROVING)
    rules = current_rules()
    _check_approvals(row)
    _check_winter(row, rules)
    row.override_reason = _checked_holder(row, override_reason, now)
    row.conflict_reason = _checked_conflicts(row, conflict_reason)
    step(row, OrderState.ISSUED, now)
    row.official, row.official_post = user, user.post
    with acting(user=user, reason=row.override_reason or row.conflict_reason):
        if row.kind == OrderKind.EMERGENCY:
            set_deadline(row, rules, now)
            row.save()
            step(row, OrderState.IN_PROGRESS, now)
            row.started_at = row.dug_at
        set_deadline(row, rules, now)
        row.save()
    return row


def _check_approvals(order: Order) -> None:
    decisions = set(order.approvals.values_list("decision", flat=True))
    if Decision.REFUSED in decisions:
        raise BlockedError(_("A network owner or an office has refused."), may_override=False)
    # The ground is open already: papers do not wait for those who are slow to answer.
    if Decision.PENDING in decisions and order.kind == OrderKind.PLANNED:
        raise BlockedError(_("Not all who were asked have answered."), may_override=False)


def _check_winter(order: Order, rules) -> None:
    winter = blocking_winter(
        OrderKind(order.kind),
        order.begins_on,
        order.until_on,
        rules,
        damages=surfaces_damaged(order.areas_m2),
    )
    if winter is not None:
        raise BlockedError(
            _("Planned digging is blocked from %(first)s to %(last)s.")
            % {"first": f"{winter.first:%d.%m.%Y}", "last": f"{winter.last:%d.%m.%Y}"},
            may_override=False,
        )


def _checked_holder(order: Order, reason: str, now: dt.datetime) -> str:
    """The reason for issuing to a holder with overdue orders; empty when there are none."""
    if order.kind == OrderKind.EMERGENCY:
        return ""
    overdue = Order.objects.held_by(order).overdue(now).exclude(pk=order.pk).count()
    if not overdue:
        return ""
    if not reason.strip():
        raise BlockedError(
            _("The holder has overdue orders (%(number)d) and gets no new one without a reason.")
            % {"number": overdue},
            may_override=True,
        )
    return needed(reason, "")


def _checked_conflicts(order: Order, reason: str) -> str:
    """The reason for issuing over conflicts; empty when there are none."""
    found = [one for one in conflicts_of(dig_of(order)) if one.needs_reason]
    if not found:
        return ""
    if not reason.strip():
        raise ConflictsError(
            _("Conflicts were found (%(number)d): issuing over them needs a written reason.")
            % {"number": len(found)},
            found,
        )
    return needed(reason, "")


def dig_of(order: Order) -> Dig:
    """What the order digs, as the conflicts registry asks."""
    return Dig(
        geom=order.geom,
        begins_on=order.begins_on,
        ends_on=order.until_on,
        order_id=order.pk,
        holder_id=order.holder_id,
        network_kind=order.network_kind,
    )
