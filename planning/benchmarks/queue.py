"""The queue of 10,000 yards: computed alone, in the tables, after one message.

2,800,000 contacts, every one of them a message about a yard: more than a city ever has.
"""

import datetime as dt
import time
from collections.abc import Iterator

import numpy as np
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.utils import timezone

from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark
from citymap.geo import city_srid
from layers.models import Yard
from planning.models import Event
from planning.queue.complaints import Complaints, Shares, complaints_of_yards
from planning.queue.scoring import NEVER, Yards, moves, rank, stability
from planning.services.queue import FIRST_POLICY, take_snapshot
from planning.services.queueupdate import update_snapshot

YARDS = 10_000
MESSAGES_A_YARD = 280
GOAL_S = 10.0
GOAL_UPDATE_MS = 200.0
# One after the other; the slowest of them is left out of the p95.
APPEALS = 20
# Square yards of 100 m, a street between them; a corner in the city's plane.
SIDE_M, APART_M, X, Y = 100.0, 130.0, 500_000.0, 6_060_000.0
TODAY = 20_500


@benchmark("yard_queue", order=61)
def yard_queue(bench: Bench, count: int = YARDS) -> Iterator[Result]:
    rng = np.random.default_rng(109)
    began = time.perf_counter()
    complaints = _complaints(rng, count)
    heard = time.perf_counter()
    yield Result(name="complaints of yards by clusters and people", n=count, ours=heard - began)
    queue = rank(
        Yards(
            ids=np.arange(count),
            values={
                "apartments": rng.integers(8, 700, count).astype(float),
                "complaints": complaints.value,
                "area_m2": rng.uniform(300, 30_000, count),
            },
            first_complaint=complaints.first_day,
        ),
        FIRST_POLICY,
    )
    stability(queue, top=200)
    for index in range(count):
        moves(queue, index)
    yield Result(
        name="queue of yards with stability and what would move each",
        n=count,
        ours=time.perf_counter() - heard,
        goal=GOAL_S,
    )


def _complaints(rng: np.random.Generator, count: int) -> Complaints:
    messages = count * MESSAGES_A_YARD
    return complaints_of_yards(
        np.arange(count),
        person=rng.integers(0, messages // 3, messages),
        day=rng.integers(TODAY - 1000, TODAY, messages),
        order=np.arange(messages),
        cluster=rng.integers(-1, count, messages),
        shares=Shares(
            cluster=np.arange(count), yard=rng.permutation(count), share=rng.uniform(0, 1, count)
        ),
        today=TODAY,
        never=NEVER,
    )


class _TurnBackError(Exception):
    """Nothing of the benchmark stays."""


@benchmark("yard_queue_tables", order=62)
def yard_queue_tables(bench: Bench, count: int = YARDS) -> Iterator[Result]:
    """The whole way: messages and yards in tables, the state written; then one message more."""
    today = timezone.localdate()
    results = []
    try:
        with transaction.atomic():
            bench.say(f"a town of {count} yards and {count * MESSAGES_A_YARD} messages")
            _fill(count, today)
            began = time.perf_counter()
            take_snapshot(as_of=today)
            whole = time.perf_counter() - began
            results.append(
                Result(
                    name="queue recomputed from the tables and written",
                    n=count,
                    ours=whole,
                    goal=GOAL_S,
                )  # fmt: skip
            )
            taken = []
            for number in range(APPEALS):
                event = _message(number, today, count)
                began = time.perf_counter()
                update_snapshot(events=[event.pk], as_of=today)
                taken.append((time.perf_counter() - began) * 1000)
            results.append(
                Result(
                    name="queue after one new appeal, p95",
                    n=count,
                    ours=sorted(taken)[round(0.95 * APPEALS) - 1],
                    unit="ms",
                    goal=GOAL_UPDATE_MS,
                )  # fmt: skip
            )
            raise _TurnBackError
    except _TurnBackError:
        yield from results


def _fill(count: int, today: dt.date) -> None:
    rng = np.random.default_rng(109)
    across = int(np.ceil(count**0.5))
    apartments = rng.integers(8, 700, count).tolist()
    Yard.objects.bulk_create(
        (
            Yard(
                source="bench", source_id=f"b{n}", valid_from=dt.date(2020, 1, 1), houses=2,
                label=f"Bench {n}", apartments=apartments[n],
                geom=Polygon.from_bbox(_box(n, across)),
            )
            for n in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    messages = count * MESSAGES_A_YARD
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.109)")
        cursor.execute(
            "INSERT INTO planning_event (source, source_id, theme, occurred_at, weight, person,"
            " geom) SELECT 'bench', n::text, 'yards', %s::timestamptz - random() * interval"
            " '1000 days', 1, (random() * %s)::bigint, ST_SetSRID(ST_MakePoint("
            "%s + (y %% %s) * %s + random() * %s, %s + (y / %s) * %s + random() * %s), %s)"
            " FROM (SELECT n, floor(random() * %s)::int AS y FROM generate_series(1, %s) n) s",
            [
                timezone.now(), messages // 3, X, across, APART_M, SIDE_M, Y, across, APART_M,
                SIDE_M, city_srid(), count, messages,
            ],
        )  # fmt: skip
        cursor.execute("ANALYZE planning_event")
        cursor.execute("ANALYZE layers_yard")


def _box(number: int, across: int) -> tuple[float, float, float, float]:
    west, south = X + (number % across) * APART_M, Y + (number // across) * APART_M
    return west, south, west + SIDE_M, south + SIDE_M


def _message(number: int, today: dt.date, count: int) -> Event:
    """A new person's message in the middle of some yard."""
    across = int(np.ceil(count**0.5))
    west, south, _east, _north = _box((number * 977) % count, across)
    return Event.objects.create(
        source="bench", source_id=f"new {number}", theme="yards", occurred_at=timezone.now(),
        person=10**9 + number,
        geom=f"SRID={city_srid()};POINT({west + SIDE_M / 2} {south + SIDE_M / 2})",
    )  # fmt: skip
