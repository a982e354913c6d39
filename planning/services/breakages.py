"""Breakage rates of network segments, rebuilt from breakages and incidents."""

import datetime as dt

import numpy as np
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from citymap.sqlfiles import load_sql
from layers.models import NetworkSegment
from planning import clustering
from planning.hotspots.rates import shrunk_rates
from planning.models import Event, SegmentRate
from planning.querysets import midnight

MOST_YEARS = 5
KINDS = ("heat", "water", "sewer", "gas", "power")
_DAYS_A_YEAR = 365.25
_SHORTEST_YEARS = 0.5


@transaction.atomic
def refresh_rates(*, today: dt.date) -> int:
    """Rates over the last five years, or since the first breakage known; how many segments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('segment rates'))")
    until = today + dt.timedelta(1)
    since = _first_day(until)
    years = max((until - since).days / _DAYS_A_YEAR, _SHORTEST_YEARS)
    segments = list(
        NetworkSegment.objects.current()
        .filter(kind__in=KINDS)
        .order_by("pk")
        .values_list("pk", "length_m", "kind", "material", "laid_year")
    )
    SegmentRate.objects.all().delete()
    if not segments:
        return 0
    broken = _breaks(since, until)
    rates = shrunk_rates(
        np.array([broken.get(row[0], 0) for row in segments]),
        np.array([row[1] for row in segments]),
        [(kind, material, (year or 0) // 10) for _pk, _length, kind, material, year in segments],
        years=years,
    )
    SegmentRate.objects.bulk_create(
        (
            SegmentRate(
                segment_id=row[0], breaks=broken.get(row[0], 0), years=years,
                raw=float(rates.raw[i]), shrunk=float(rates.shrunk[i]),
                low=float(rates.low[i]), high=float(rates.high[i]),
            )
            for i, row in enumerate(segments)
        ),
        batch_size=2000,
    )  # fmt: skip
    return len(segments)


def _first_day(until: dt.date) -> dt.date:
    first = Event.objects.filter(source__in=["breakages", "incidents"]).aggregate(
        first=Min("occurred_at")
    )["first"]
    earliest = until - dt.timedelta(round(MOST_YEARS * _DAYS_A_YEAR))
    if first is None:
        return earliest
    return min(max(timezone.localdate(first), earliest), until - dt.timedelta(1))


def _breaks(since: dt.date, until: dt.date) -> dict[int, int]:
    """Segment -> breakages."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(clustering.__file__, "breaks.sql"),
            {"since": midnight(since), "until": midnight(until)},
        )
        return dict(cursor.fetchall())
