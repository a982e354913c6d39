"""A contractor's and a holder's record: on time, overrun, claims, failures. Counted, not judged.

An order counts for its contractor, else for its holder. On time means: accepted for good by the
last version of its deadline; what is overdue now counts as late, what is not due yet not at all.
"""

import datetime as dt
import statistics
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from citymap.accounts.models import Organization
from earthworks.choices import GuaranteeState
from earthworks.deadlines import due_at
from earthworks.models import Acceptance, Claim, Deadline, GuaranteeCase, Order
from earthworks.workflow import LIVE_CLAIM


@dataclass(kw_only=True)
class Record:
    """What became of a body's orders. overruns_days: of late ones, local days past the deadline."""

    body: Organization | None = None
    orders: int = 0
    on_time: int = 0
    late: int = 0
    overdue_now: int = 0
    overruns_days: list[int] = field(default_factory=list)
    claims: int = 0
    live_claims: int = 0
    failed_restorations: int = 0
    guarantee_cases: int = 0
    open_guarantee_cases: int = 0

    @property
    def judged(self) -> int:
        """Orders of which it is known whether they were on time."""
        return self.on_time + self.late

    @property
    def on_time_share(self) -> float | None:
        """Percent of the judged orders; None while none is."""
        return 100 * self.on_time / self.judged if self.judged else None

    @property
    def median_overrun_days(self) -> float | None:
        return statistics.median(self.overruns_days) if self.overruns_days else None


def records(rows, now: dt.datetime) -> dict[int, Record]:
    """Records by body from a queryset of orders: five queries, however many bodies."""
    zone, today = timezone.get_default_timezone(), timezone.localdate(now)
    body = Coalesce("contractor_id", "holder_id")
    found: dict[int, Record] = defaultdict(Record)
    orders = list(
        rows.annotate(body=body).filter(body__isnull=False).order_by().values_list(
            "pk", "body", "restored_at", "due_at", "due_on"
        )
    )  # fmt: skip
    present = Deadline.objects.filter(
        order__in=rows.order_by().values("pk"), version=F("order__deadline_version")
    )
    last = dict(present.values_list("order", "on"))
    for key, who, restored_at, overdue_from, due_on in orders:
        record = found[who]
        record.orders += 1
        if restored_at is not None and key in last:
            late = restored_at >= due_at(last[key], zone)
            overrun = (timezone.localdate(restored_at) - last[key]).days
        elif overdue_from is not None and overdue_from <= now:
            late, overrun = True, (today - due_on).days
            record.overdue_now += 1
        else:
            continue
        record.late += late
        record.on_time += not late
        if late:
            record.overruns_days.append(overrun)
    _count(found, rows)
    return dict(found)


def _count(found: dict[int, Record], rows) -> None:
    """Add claims, failed restorations and failures under guarantee."""
    keys = rows.order_by().values("pk")
    body = Coalesce("order__contractor_id", "order__holder_id")
    live = Q(state__in=sorted(LIVE_CLAIM))
    counts = (
        (Claim, Q(), {"claims": Count("pk"), "live_claims": Count("pk", filter=live)}),
        (Acceptance, Q(accepted=False), {"failed_restorations": Count("pk")}),
        (
            GuaranteeCase, ~Q(state=GuaranteeState.DISMISSED),
            {
                "guarantee_cases": Count("pk"),
                "open_guarantee_cases": Count("pk", filter=Q(state=GuaranteeState.OPEN)),
            },
        ),
    )  # fmt: skip
    for model, condition, wanted in counts:
        grouped = model.objects.filter(condition, order__in=keys).order_by().annotate(body=body)
        for row in grouped.values("body").annotate(**wanted):
            who = row.pop("body")
            for name, count in row.items():
                if who in found:
                    setattr(found[who], name, count)


def record_of(body: Organization, now: dt.datetime) -> Record:
    """The record of one body."""
    rows = Order.objects.filter(Q(contractor=body) | Q(contractor__isnull=True, holder=body))
    record = records(rows, now).get(body.pk) or Record()
    record.body = body
    return record
