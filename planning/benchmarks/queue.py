"""The queue of 10,000 yards: computed alone, in the tables, after one message; read by the public.

2,800,000 contacts, every one of them a message about a yard: more than a city ever has.
"""

import datetime as dt
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

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
GOAL_P95_MS = 100.0
REQUESTS_A_SECOND = 50
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


@benchmark("yard_pages", order=63)
def yard_pages(bench: Bench) -> Iterator[Result]:
    """Every public page of yards under the load of a town that just read the news.

    Two clients at once without pause: how many a second there can be. Then 50 requests a second,
    each timed from when it was due: one that waits for others is slow too. The map, the list,
    yards and programmes are asked equally often, downloads of the whole queue with them.
    """

    def fill(env) -> None:
        bench.program("manage.py", "loaddemo", env=env)

    env = bench.kept_database("bench_yards", fill, key="scale 1, seed 109, with programmes")
    _seconds, said = bench.program(
        "-c", _ADDRESSES, env=env | {"DJANGO_SETTINGS_MODULE": "citymap.settings"}
    )
    paths = said.split()
    with bench.server(env) as url:
        # First: a server that has just started reads its templates.
        load = bench.load(url, paths, clients=2, seconds=10)
        times = _paced(url, paths, per_second=REQUESTS_A_SECOND, seconds=20)
        pages = {path: bench.load(url, [path], clients=1, seconds=1).p95_ms for path in _WHOLE}
    yield Result(
        name=f"public pages of yards at {REQUESTS_A_SECOND} requests a second, p95",
        n=len(times), ours=float(np.percentile(times, 95)), unit="ms", goal=GOAL_P95_MS,
    )  # fmt: skip
    yield Result(
        name="public pages of yards, requests a second", n=load.requests, ours=load.per_second,
        unit="1/s", goal=REQUESTS_A_SECOND, more_is_better=True,
    )  # fmt: skip
    for path, p95_ms in pages.items():
        yield Result(name=f"{path} alone, p95", n=1, ours=p95_ms, unit="ms")


def _paced(url: str, paths: Sequence[str], *, per_second: int, seconds: int) -> list[float]:
    """Milliseconds of each answer since its request was due; an error is an error."""
    start = time.perf_counter() + 0.5

    def ask(number: int) -> float:
        due = start + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        with urllib.request.urlopen(url + paths[number % len(paths)], timeout=30) as answer:
            answer.read()
        return 1000 * (time.perf_counter() - due)

    with ThreadPoolExecutor(16) as people:
        return list(people.map(ask, range(per_second * seconds)))


# What has the whole queue in it.
_WHOLE = ("/", "/yards/", "/yards.csv", "/yards.geojson", "/api/yards/queue/")
_ADDRESSES = """
import django; django.setup()
from planning.models import ProgrammeVersion, QueueRow
yards = list(QueueRow.objects.in_force().values_list("yard", flat=True))
programmes = list(ProgrammeVersion.objects.in_force().values_list("programme", flat=True))
assert yards and programmes
print("/", "/yards/", "/yards/?page=3", "/yards/?q=1&show=queued", "/yards/?sort=complaints")
print(*(f"/yards/{yard}/" for yard in yards[:: max(1, len(yards) // 10)]))
print(*(f"/yards/{yard}.{kind}" for yard in yards[:2] for kind in ("atom", "geojson")))
print("/yards/programmes/", *(f"/yards/programmes/{one}/" for one in programmes))
print(*(f"/yards/programmes/{one}.{kind}" for one in programmes for kind in ("csv", "geojson")))
print("/api/yards/queue/?limit=50", "/yards.csv", "/yards.geojson")
"""
