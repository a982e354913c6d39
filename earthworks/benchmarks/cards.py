"""`make bench ARGS=works_card`: the place card where works are, at both scales.

The card of `place_card` is asked at houses by chance, few of which lie at works. Here every point
has some: houses that an outage cuts off, open digs, repairs to come and in hand.
"""

import logging
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citymap.bench.context import Bench, BenchError, working_on
from citymap.bench.registry import Result, benchmark
from citymap.geo import lon_lat
from earthworks.choices import RepairState
from earthworks.models import Order, Outage, RepairWork
from earthworks.workflow import OPEN_GROUND
from layers.benchmarks.cities import demo_city

EACH, SECONDS = 100, 10.0
GOAL_MS, GOAL_QUERIES = 50.0, 10
KINDS = ("order", "outage", "repair")


def busy_paths() -> list[str]:
    """Cards of houses that are cut off, of open digs, of repairs: in turn."""
    houses = (
        Outage.objects.filter(ends_at__gte=timezone.now(), buildings__isnull=False)
        .order_by("pk", "buildings").values_list("buildings", flat=True)[:EACH]
    )  # fmt: skip
    digs = Order.objects.filter(state__in=sorted(OPEN_GROUND), serial__gt=0).order_by("-pk")
    repairs = RepairWork.objects.filter(Q(state=RepairState.RUNNING) | Q(state=RepairState.PLANNED))
    asked = [
        [{"building": house} for house in houses],
        [_at(one.geom) for one in digs.only("geom")[:EACH]],
        [_at(one.geom) for one in repairs.order_by("-pk").only("geom")[:EACH]],
    ]
    if not all(asked):
        raise BenchError(f"the city lacks works to ask about: {[len(one) for one in asked]}")
    turns = max(len(one) for one in asked)
    return [
        f"/api/place/?{urlencode(one[turn % len(one)])}" for turn in range(turns) for one in asked
    ]


def _at(geom) -> dict[str, float]:
    lon, lat = lon_lat(geom.point_on_surface)
    return {"lon": lon, "lat": lat}


def most_queries(paths: list[str]) -> tuple[int, dict[str, int]]:
    """The most queries that a card took, and how many cards told of each kind of work."""
    client, counts = Client(), []
    told = dict.fromkeys(KINDS, 0)
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        counts.append(len(queries))
        sections = {one["name"]: one for one in answer.json()["sections"]}
        found = {item["kind"] for item in sections.get("works", {"items": []})["items"]}
        if not found:
            raise BenchError(f"no work at {path}")
        for kind in found & told.keys():
            told[kind] += 1
    return max(counts[1:]), told


@benchmark("works_card", order=72)
def works_card(bench: Bench) -> Iterator[Result]:
    for city, scale in (("the demo city", 1), ("ten demo cities", 10)):
        env = demo_city(bench, scale=scale)
        yield from measured(bench, env, city)


def measured(bench: Bench, env: dict[str, str], city: str) -> Iterator[Result]:
    """p95 and queries of the cards of a city; BenchError where a kind of work is never met."""
    database = env["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    # What is asked outside the region is not found.
    box = tuple(float(side) for side in env["CITYMAP_BBOX"].split(","))
    hosts = ["testserver", *settings.ALLOWED_HOSTS]
    with working_on(database), override_settings(ALLOWED_HOSTS=hosts, CITYMAP_BBOX=box):
        paths = list(dict.fromkeys(busy_paths()))
        # A line of the log for each question would hide what is said here.
        logging.disable(logging.INFO)
        try:
            queries, told = most_queries(paths)
        finally:
            logging.disable(logging.NOTSET)
    bench.say(f"{city}: {len(paths)} cards, of them with {told}")
    if not all(told.values()):
        raise BenchError(f"not every kind of work is met: {told}")
    with bench.server(env) as url:
        load = bench.load(url, paths, clients=1, seconds=SECONDS)
    yield Result(
        name=f"place card with works, p95, {city}", n=len(paths),
        ours=load.p95_ms, unit="ms", goal=GOAL_MS,
    )  # fmt: skip
    yield Result(
        name=f"place card with works, queries, {city}", n=len(paths), ours=queries, unit="",
        goal=GOAL_QUERIES,
    )  # fmt: skip
