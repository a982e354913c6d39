"""Conflicts of a dig among 20,000 orders, in a city ten times the demo's: p95 of one question."""

import random
import statistics
import time
from collections.abc import Iterator

from django.contrib.gis.geos import LineString
from django.db import connection
from django.test import override_settings

from citymap.bench.context import Bench, BenchError, working_on
from citymap.bench.registry import Result, benchmark
from earthworks.conflict_registry import Dig, conflicts_of
from earthworks.errors import BadDigError
from earthworks.models import Order
from earthworks.shapes import trench
from layers.benchmarks.cities import demo_city
from layers.models import NetworkSegment

ORDERS, QUESTIONS = 20_000, 400
GOAL_MS = 80.0
# Copies of the demo's orders beside their pipes: drafts first, then a step at a time, for the
# state trigger sees these as well.
COPIES = """
INSERT INTO earthworks_order (
    year, serial, kind, state, network_kind, work, method, official_post, budget_source,
    contract_number, holder_id, contractor_id, geom, address, more_addresses, comments,
    area_road_m2, area_lawn_m2, requirements, requirements_note, begins_on, ends_on, until_on,
    applied_at, end_reason, conflict_reason, override_reason, duty, basis, created_at
)
SELECT 2001, row_number() OVER (ORDER BY i, o.id)
        + (SELECT coalesce(max(serial), 0) FROM earthworks_order WHERE year = 2001),
    'planned', 'draft', network_kind, work, method, '', '', '', holder_id, contractor_id,
    ST_Translate(o.geom, 400 * random() - 200, 400 * random() - 200), '', '{}', '', 1, 1, '{}', '',
    begins_on, ends_on, ends_on, now(), '', '', '', '', '', now()
FROM earthworks_order o, generate_series(1, %(missing)s / %(orders)s + 1) i
LIMIT %(missing)s
"""


@benchmark("conflicts", order=71)
def conflicts(bench: Bench) -> Iterator[Result]:
    env = demo_city(bench, scale=10)
    database = env["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    # A dig outside the region is refused.
    box = tuple(float(side) for side in env["CITYMAP_BBOX"].split(","))
    with working_on(database), override_settings(CITYMAP_BBOX=box):
        _fill()
        digs = list(_digs(random.Random(109)))
        for dig in digs[:20]:
            conflicts_of(dig)
        taken, found = [], 0
        for dig in digs:
            began = time.perf_counter()
            found += len(conflicts_of(dig))
            taken.append(1000 * (time.perf_counter() - began))
        count = Order.objects.count()
    bench.say(f"{count} orders, {found} conflicts in {len(digs)} questions")
    yield Result(
        name="conflicts of a dig, p95", n=count, ours=statistics.quantiles(taken, n=20)[-1],
        unit="ms", goal=GOAL_MS,
    )  # fmt: skip


def _fill() -> None:
    """Bring the city to ORDERS orders at the least; done once for a kept database."""
    orders = Order.objects.count()
    if not orders:
        raise BenchError("the demo city has no orders to copy")
    with connection.cursor() as cursor:
        cursor.execute(COPIES, {"missing": max(0, ORDERS - orders), "orders": orders})
        for state in ("applied", "approving"):
            cursor.execute(
                "UPDATE earthworks_order SET state = %s WHERE year = 2001 AND state = %s",
                [state, "draft" if state == "applied" else "applied"],
            )
        cursor.execute("ANALYZE earthworks_order")


def _digs(chance: random.Random) -> Iterator[Dig]:
    """Trenches across the city's pipes, in the periods of its orders."""
    periods = list(Order.objects.order_by("pk").values_list("begins_on", "until_on")[:2000])
    lines = NetworkSegment.objects.current().order_by("source_id").values_list("geom", flat=True)
    courses = list(lines[:2000])
    for course in chance.sample(courses, min(QUESTIONS, len(courses))):
        start = course.interpolate_normalized(chance.random())
        x, y = start.x + chance.uniform(-5, 5), start.y + chance.uniform(-5, 5)
        end = (x + chance.uniform(-25, 25), y + chance.uniform(-25, 25))
        try:
            geom = trench(LineString((x, y), end, srid=course.srid), chance.uniform(0.8, 3))
        except BadDigError:
            continue
        begins_on, ends_on = chance.choice(periods)
        yield Dig(geom=geom, begins_on=begins_on, ends_on=ends_on)
