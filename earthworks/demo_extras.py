"""What makes the demo's orders whole: addresses, approvals, past claims, failures under guarantee.

Breakages told of in appeals: an app names them by a function in BREAKAGES; digs follow them.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone

from citymap.accounts.models import User
from citymap.places.card import resolver
from citymap.places.registry import PlaceNotFoundError
from citymap.registry import Registry
from earthworks.choices import (
    Addressee,
    ApprovalKind,
    ClaimState,
    Decision,
    Duty,
    GuaranteeState,
    PoliceDecision,
)
from earthworks.conflicts import NETWORK_M
from earthworks.models import (
    Acceptance,
    Approval,
    Claim,
    ClaimPolicy,
    Deadline,
    GuaranteeCase,
    Numbering,
    Order,
)
from earthworks.services.claims import SERIES
from layers.models import NetworkSegment

REACH_M = 150.0
SINKS = 0.03
# Share of restorations that were not accepted at first; drawn apart from the rest of the demo.
REJECTED, REJECTION_SEED = 0.06, 109
REMARKS = ("Асфальт ниже соседнего", "Газон не засеян", "Бордюр не установлен", "Мусор не вывезен")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """A breakage somebody told of: where (city CRS), on which network, on which day."""

    geom: GEOSGeometry
    network_kind: str
    day: dt.date


@dataclass(frozen=True, kw_only=True)
class BreakageSource:
    """find(): breakages in a fixed order, the same for the same demo."""

    name: str
    find: Callable[[], list[Breakage]]


BREAKAGES: Registry[BreakageSource] = Registry("source of breakages")


def broken_pipes(chance: random.Random, count: int) -> list[tuple[NetworkSegment, float, dt.date]]:
    """Pipes that broke, how far along, m, and when: the nearest of the kind to each breakage."""
    told = [one for source in BREAKAGES for one in source.find()]
    found = []
    for one in chance.sample(told, min(count, len(told))):
        near = NetworkSegment.objects.current().filter(kind=one.network_kind, length_m__gte=10)
        pipe = near.nearest(one.geom, REACH_M).first()
        if pipe is not None:
            found.append((pipe, pipe.geom.project(one.geom.point_on_surface), one.day))
    return found


def name_places(orders: Iterable[Order]) -> None:
    """Give orders the address of the nearest house, before they are written."""
    rows = list(orders)
    try:
        labels = resolver().nearest_addresses([row.geom.point_on_surface for row in rows])
    except PlaceNotFoundError:
        return
    for row, label in zip(rows, labels, strict=True):
        row.address = label[:300]


def add_extras(chance: random.Random, today: dt.date, user: User) -> dict[str, int]:
    """Approvals, past claims and failures; how many of each."""
    return {
        "approvals": _approvals(chance),
        "claims": _claims(chance),
        "failures": _failures(chance, today, user),
        "rejections": _rejections(),
    }


def _approvals(chance: random.Random) -> int:
    """The owners of pipes near each dig of the last year were asked; most agreed in time."""
    since = timezone.now() - 365 * _DAY
    rows = []
    for order in Order.objects.filter(applied_at__gte=since, serial__gt=0).order_by("pk"):
        owners = (
            NetworkSegment.objects.current().near(order.geom, NETWORK_M)
            .exclude(owner=None).exclude(owner=order.holder_id)
            .order_by("owner").values_list("owner", flat=True).distinct()
        )  # fmt: skip
        for owner in owners:
            pending = order.issued_at is None and chance.random() < 0.5
            rows.append(
                Approval(
                    order=order, organization_id=owner, kind=ApprovalKind.NETWORK,
                    asked_at=order.applied_at, due_at=order.applied_at + 5 * _DAY,
                    decision=Decision.PENDING if pending else Decision.AGREED,
                    answered_at=None if pending else order.applied_at + _DAY,
                )
            )  # fmt: skip
    Approval.objects.bulk_create(rows)
    return len(rows)


def _rejections() -> int:
    """Restorations that were accepted only when the inspector came again."""
    chance = random.Random(REJECTION_SEED)
    accepted = Acceptance.objects.filter(accepted=True, duty=Duty.PERMANENT).order_by("pk")
    rows = [
        Acceptance(
            order_id=one.order_id, duty=one.duty, accepted=False, inspector_id=one.inspector_id,
            inspected_at=one.inspected_at - _DAY, geom=one.geom, photo_id=one.photo_id,
            remarks=chance.choice(REMARKS), area_road_m2=one.area_road_m2,
            area_drive_m2=one.area_drive_m2, area_sidewalk_m2=one.area_sidewalk_m2,
            area_lawn_m2=one.area_lawn_m2,
        )
        for one in accepted
        if chance.random() < REJECTED
    ]  # fmt: skip
    Acceptance.objects.bulk_create(rows)
    return len(rows)


def _claims(chance: random.Random) -> int:
    """Claims for deadlines missed long ago, followed to their end; as the sweep made them."""
    policy = ClaimPolicy.objects.select_related("police").first()
    missed = (
        Deadline.objects.filter(order__restored_at__isnull=False)
        .select_related("order__holder").order_by("at", "pk")
    )  # fmt: skip
    serials: Counter[tuple[str, int]] = Counter()
    rows: list[Claim] = []
    for one in missed:
        if one.version != one.order.deadline_version or one.order.restored_at < one.at:
            continue
        year = timezone.localdate(one.at).year
        for addressee in Addressee:
            serials[addressee, year] += 1
            police = addressee == Addressee.POLICE
            rows.append(
                Claim(
                    order=one.order, deadline=one, addressee=addressee, year=year,
                    serial=serials[addressee, year], fell_due_at=one.at, made_at=one.at,
                    organization=policy.police if police else one.order.holder,
                    answer_by=timezone.localdate(one.at) + 14 * _DAY,
                    article=policy.article if police else "",
                )
            )  # fmt: skip
    Claim.objects.bulk_create(rows)
    _follow(chance, rows)
    Numbering.objects.bulk_create(
        Numbering(series=SERIES[addressee], year=year, last=last)
        for (addressee, year), last in sorted(serials.items())
    )
    return len(rows)


def _follow(chance: random.Random, rows: list[Claim]) -> None:
    """Sent, delivered, settled; what the police decided."""
    for state in (ClaimState.SENT, ClaimState.DELIVERED):
        for row in rows:
            row.state = state
            row.sent_at = row.made_at + dt.timedelta(minutes=2)
            if state == ClaimState.DELIVERED:
                row.delivered_at = row.made_at + dt.timedelta(minutes=3)
        Claim.objects.bulk_update(rows, ["state", "sent_at", "delivered_at"], batch_size=500)
    ended = []
    for row in rows:
        if row.addressee == Addressee.POLICE:
            row.police_number = f"КУИ-{chance.randint(1000, 9999)}"
            row.decision = chance.choice(
                [PoliceDecision.FINE, PoliceDecision.FINE, PoliceDecision.WARNING,
                 PoliceDecision.REFUSAL, PoliceDecision.NONE]
            )  # fmt: skip
            if row.decision == PoliceDecision.NONE:
                continue
            row.decided_on = timezone.localdate(row.made_at) + 20 * _DAY
            row.protocol_number = f"{row.serial}/{row.year % 100}"
            if row.decision == PoliceDecision.FINE:
                row.fine_kzt = chance.choice([78_640, 117_960, 196_600])
        row.state, row.ended_at = ClaimState.RESOLVED, row.order.restored_at + 25 * _DAY
        row.end_reason = "Место восстановлено с опозданием"
        ended.append(row)
    Claim.objects.bulk_update(
        rows,
        ["police_number", "decision", "decided_on", "protocol_number", "fine_kzt"],
        batch_size=500,
    )
    Claim.objects.bulk_update(ended, ["state", "ended_at", "end_reason"], batch_size=500)


def _failures(chance: random.Random, today: dt.date, user: User) -> int:
    """Some restorations sank; most were mended, a few are still open."""
    now = timezone.now()
    closed = Order.objects.guaranteed_on(today).filter(closed_at__lte=now - 60 * _DAY)
    rows = []
    for order in closed.order_by("pk"):
        if chance.random() >= SINKS:
            continue
        found_at = order.closed_at + chance.randint(20, 60) * _DAY
        rows.append(
            GuaranteeCase(
                order=order, geom=order.geom.point_on_surface, found_at=found_at, found_by=user,
                ground="Просадка асфальта над траншеей",
                due_on=timezone.localdate(found_at) + 14 * _DAY,
            )
        )  # fmt: skip
    GuaranteeCase.objects.bulk_create(rows)
    for row in rows:
        if chance.random() < 0.7:
            row.state, row.ended_at, row.ended_by = GuaranteeState.MENDED, now, user
            row.end_reason = "Просадка устранена, место принято"
    GuaranteeCase.objects.bulk_update(
        [row for row in rows if row.state == GuaranteeState.MENDED],
        ["state", "ended_at", "ended_by", "end_reason"],
    )
    return len(rows)
