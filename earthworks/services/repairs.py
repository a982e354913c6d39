"""Repairs of city services: planned, begun, moved, done, cancelled; what they cut off."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization, User
from citymap.geo import city_srid
from citymap.history.context import acting
from earthworks.choices import OutageKind, RepairKind, RepairState
from earthworks.deadlines import check_period
from earthworks.errors import BadDigError, WorksError, WrongStateError
from earthworks.models import BudgetLine, Order, Outage, RepairPlan, RepairWork
from earthworks.models.orders import MAX_VERTICES
from earthworks.services.gate import needed
from earthworks.shapes import check_inside_city
from earthworks.workflow import REPAIR_TRANSITIONS, may_follow
from layers.models import Building

FIELDS = frozenset({"kind", "title", "organization", "contractor", "plan", "address"})
LONGEST_OUTAGE = dt.timedelta(days=120)


@transaction.atomic
def plan_repair(
    *,
    geom: GEOSGeometry,
    begins_on: dt.date,
    ends_on: dt.date,
    values: Mapping[str, Any],
    user: User | None,
    source: str = "manual",
    source_id: str = "",
) -> RepairWork:
    """Plan a repair at a place. values: any of FIELDS; source and source_id: of an import.

    Raises WorksError, DeadlineError, ValidationError; nothing is saved then.
    """
    if strangers := set(values) - FIELDS:
        raise WorksError(f"a repair has no {', '.join(sorted(strangers))} to fill in")
    check_period(begins_on, ends_on)
    _check_place(geom)
    repair = RepairWork(
        geom=geom,
        begins_on=begins_on,
        ends_on=ends_on,
        first_ends_on=ends_on,
        created_by=user,
        source=source,
        source_id=source_id,
        **values,
    )
    repair.full_clean(exclude=["geom_3857"], validate_unique=False)
    with acting(user=user):
        repair.save()
    return repair


@transaction.atomic
def add_budget(
    *, repair: RepairWork, source: str, amount_kzt: Decimal, contract_number: str, user: User | None
) -> BudgetLine:
    """Public money of a repair: sum, source and contract are public."""
    row = _locked(repair)
    line = BudgetLine(
        work=row,
        source=needed(source, _("Say where the money comes from."), 200),
        amount_kzt=amount_kzt,
        contract_number=contract_number.strip(),
    )
    line.full_clean()
    with acting(user=user):
        line.save()
    return line


@transaction.atomic
def plan_of(
    *, organization: Organization, year: int, kind: RepairKind, title: str, user: User | None
) -> RepairPlan:
    """The yearly plan of a body for a kind of repairs; made when there is none."""
    known = RepairPlan.objects.filter(organization=organization, year=year, kind=kind).first()
    if known:
        return known
    plan = RepairPlan(organization=organization, year=year, kind=kind, title=title)
    plan.full_clean(validate_unique=False)
    with acting(user=user):
        plan.save()
    return plan


@transaction.atomic
def publish_plan(*, plan: RepairPlan, user: User, now: dt.datetime | None = None) -> RepairPlan:
    """The plan is public from now on."""
    row = RepairPlan.objects.select_for_update().get(pk=plan.pk)
    if row.published_at is not None:
        raise WrongStateError(_("This plan is published already."))
    if not row.works.exists():
        raise WorksError(_("An empty plan is not published."))
    row.published_at = now or timezone.now()
    with acting(user=user):
        row.save()
    return row


def _check_place(geom: GEOSGeometry) -> None:
    if geom.empty or geom.srid != city_srid() or not geom.valid:
        raise BadDigError(_("The outline crosses or touches itself: %(why)s") % {"why": "—"})
    if geom.num_coords > MAX_VERTICES:
        raise BadDigError(
            _("The outline has %(points)d points, at most %(most)d are possible.")
            % {"points": geom.num_coords, "most": MAX_VERTICES}
        )
    check_inside_city(geom)


def _locked(repair: RepairWork) -> RepairWork:
    return RepairWork.objects.select_for_update(of=("self",)).get(pk=repair.pk)


def _step(repair: RepairWork, state: RepairState) -> None:
    if not may_follow(REPAIR_TRANSITIONS, repair.state, state):
        raise WrongStateError(
            _("A repair that is “%(old)s” cannot become “%(new)s”.")
            % {"old": repair.get_state_display(), "new": RepairState(state).label}
        )
    repair.state = state


@transaction.atomic
def start_repair(*, repair: RepairWork, on: dt.date, user: User | None) -> RepairWork:
    """The work has begun on a day that is not to come."""
    row = _locked(repair)
    _step(row, RepairState.RUNNING)
    if on > timezone.localdate():
        raise WorksError(_("This moment is still to come."))
    row.started_on = on
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def finish_repair(*, repair: RepairWork, on: dt.date, user: User | None) -> RepairWork:
    """The work was done on a day that is not to come, nor before it began."""
    row = _locked(repair)
    _step(row, RepairState.DONE)
    if on > timezone.localdate():
        raise WorksError(_("This moment is still to come."))
    if row.started_on and on < row.started_on:
        raise WorksError(_("The work ends before it begins."))
    row.done_on = on
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def move_repair(
    *, repair: RepairWork, begins_on: dt.date, ends_on: dt.date, reason: str, user: User | None
) -> RepairWork:
    """Move a repair to other dates, for a reason; the first planned end is kept."""
    row = _locked(repair)
    check_period(begins_on, ends_on)
    if row.state != RepairState.MOVED:
        _step(row, RepairState.MOVED)
    row.reason = needed(reason, _("Say why the repair is moved."))
    row.begins_on, row.ends_on = begins_on, ends_on
    with acting(user=user, reason=row.reason):
        row.save()
    return row


@transaction.atomic
def cancel_repair(*, repair: RepairWork, reason: str, user: User | None) -> RepairWork:
    """A repair will not be done, for a reason."""
    row = _locked(repair)
    _step(row, RepairState.CANCELLED)
    row.reason = needed(reason, _("Say why the repair is cancelled."))
    with acting(user=user, reason=row.reason):
        row.save()
    return row


@transaction.atomic
def announce_outage(
    *,
    of: Order | RepairWork,
    kind: OutageKind,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    buildings: Iterable[Building],
    user: User | None,
) -> Outage:
    """Say what a work cuts off, from when until when, in which buildings."""
    if not dt.timedelta(0) < ends_at - starts_at <= LONGEST_OUTAGE:
        raise WorksError(_("An outage ends after it begins, and lasts 120 days at most."))
    chosen = list(buildings)
    if not chosen:
        raise WorksError(_("An outage names the buildings that it concerns."))
    holder = {"order": of} if isinstance(of, Order) else {"work": of}
    with acting(user=user):
        outage = Outage.objects.create(kind=kind, starts_at=starts_at, ends_at=ends_at, **holder)
        outage.buildings.set(chosen)
    return outage
