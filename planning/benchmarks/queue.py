"""The queue of 10,000 yards: complaints of 280,000 messages, rank, stability, moves."""

import time
from collections.abc import Iterator

import numpy as np

from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark
from planning.queue.complaints import Complaints, Shares, complaints_of_yards
from planning.queue.scoring import NEVER, Yards, moves, rank, stability
from planning.services.queue import FIRST_POLICY

YARDS = 10_000
MESSAGES_A_YARD = 28
GOAL_S = 10.0
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
