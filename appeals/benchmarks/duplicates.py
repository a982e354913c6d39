"""How long candidates take while somebody types, and whether the planted ones are among them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
from django.db import connection, connections
from django.db.models import TextField
from django.db.models.functions import MD5, Cast
from django.test import override_settings

from appeals.choices import State
from appeals.duplicates import Candidate, candidates
from appeals.models import Appeal
from appeals.where import Where
from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark
from layers.benchmarks.cities import demo_city

COUNT = 300
GOAL_MS, RECALL_GOAL = 60.0, 0.9


@benchmark("appeals_duplicates", order=72)
def duplicates(bench: Bench) -> Iterator[Result]:
    """On the region of ten cities: planted duplicates, and any appeals."""
    env = demo_city(bench, scale=10)
    database = env["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    box = tuple(float(side) for side in env["CITYMAP_BBOX"].split(","))
    with on(database), override_settings(CITYMAP_BBOX=box):
        took, share = ask(COUNT)
        rows = Appeal.objects.count()
    yield Result(
        name=f"duplicate candidates among {rows} appeals, p95", n=len(took), unit="ms",
        ours=float(np.percentile(took, 95)), goal=GOAL_MS,
    )  # fmt: skip
    yield Result(
        name="planted duplicates among the five shown", n=COUNT, ours=share, unit="",
        goal=RECALL_GOAL, more_is_better=True,
    )  # fmt: skip


def ask(count: int) -> tuple[list[float], float]:
    """Milliseconds of each question, and the share of planted duplicates that were shown.

    Planted ones are asked for at the moment at which they came, others now.
    """
    some = Appeal.objects.select_related("category", "building", "yard").order_by(
        MD5(Cast("pk", TextField())), "pk"
    )
    twins = list(some.filter(state=State.JOINED)[:count])
    others = list(some.exclude(state=State.JOINED)[:count])
    found, took = 0, []
    for twin in twins:
        milliseconds, shown = _timed(twin, now=twin.registered_at, before=twin)
        took.append(milliseconds)
        found += twin.joined_into_id in [one.appeal.pk for one in shown]
    took += [_timed(appeal)[0] for appeal in others]
    return took, found / len(twins)


def _timed(appeal: Appeal, **when: object) -> tuple[float, list[Candidate]]:
    where = Where(geom=appeal.geom, building=appeal.building, yard=appeal.yard)
    question = partial(candidates, category=appeal.category, where=where, text=appeal.text, **when)
    began = time.perf_counter()
    shown = question()
    return 1000 * (time.perf_counter() - began), shown


@contextmanager
def on(database: str) -> Iterator[None]:
    """Work on another database of the same server for a while."""
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before
