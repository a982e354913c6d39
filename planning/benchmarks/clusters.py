"""DBSCAN of many events: ours from the table to labels, beside scikit-learn on the same points."""

import datetime as dt
import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from django.db import connection

from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark
from citymap.geo import city_srid
from planning.clustering import clustered

REACH_M, LEAST = 60.0, 5
SIZES = (100_000, 1_000_000)
GROWTH_GOAL = 12.0
GOAL = 0.5
# Of so many runs the quickest counts, on both sides: what else the machine does only adds.
RUNS = 3
# As dense for every number of events: a million fill 30 km by 30 km. Three out of four gather in
# places of some 350 m, one place for 2500 events.
_SIDE_M_OF_A_MILLION, _EVENTS_A_PLACE = 30_000.0, 2500
_RIVAL = """
import sys, time
import numpy as np
from sklearn.cluster import DBSCAN
xy = np.load(sys.argv[1])
taken = []
for _run in range(int(sys.argv[4])):
    began = time.perf_counter()
    DBSCAN(eps=float(sys.argv[2]), min_samples=int(sys.argv[3])).fit(xy)
    taken.append(time.perf_counter() - began)
print(min(taken))
"""


def points(count: int) -> np.ndarray:
    """Places of events, the same each time."""
    rng = np.random.default_rng(109)
    side_m = _SIDE_M_OF_A_MILLION * (count / 1_000_000) ** 0.5
    places, gathered = max(1, count // _EVENTS_A_PLACE), count * 3 // 4
    centres = rng.uniform(0, side_m, (places, 2))
    near = centres[rng.integers(0, places, gathered)] + rng.normal(0, 350, (gathered, 2))
    return np.concatenate([near, rng.uniform(0, side_m, (count - gathered, 2))])


@benchmark("clusters", order=60)
def clusters(bench: Bench, sizes: tuple[int, ...] = SIZES) -> Iterator[Result]:
    rival = importlib.util.find_spec("sklearn") is not None
    taken = []
    for count in sizes:
        bench.say(f"clusters of {count} events")
        xy = points(count)
        ours = _from_a_table(xy)
        taken.append(ours)
        yield Result(
            name="DBSCAN of a table, against scikit-learn",
            n=count,
            ours=ours,
            baseline=_in_scikit_learn(bench, xy) if rival else None,
            goal=GOAL if rival else None,
        )
    yield Result(
        name=f"DBSCAN: growth of time from {sizes[0]} events",
        n=sizes[-1],
        ours=taken[-1],
        baseline=taken[0],
        goal=GROWTH_GOAL * sizes[-1] / sizes[0] / 10,
    )


def _from_a_table(xy: np.ndarray) -> float:
    """Seconds from a table like that of events to labels, by the function that searches use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_event (id bigint, at timestamptz, geom geometry)"
        )
        try:
            cursor.execute(
                "INSERT INTO bench_event SELECT n, %s, ST_SetSRID(ST_MakePoint(x, y), %s)"
                " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p (x, y, n)",
                [dt.datetime.now(dt.UTC), city_srid(), xy[:, 0].tolist(), xy[:, 1].tolist()],
            )
            cursor.execute("ANALYZE bench_event")
            return min(_clustering() for _run in range(RUNS))
        finally:
            cursor.execute("DROP TABLE bench_event")


def _clustering() -> float:
    began = time.perf_counter()
    clustered(
        "SELECT id, ST_X(geom) AS x, ST_Y(geom) AS y FROM bench_event",
        {},
        reach_m=REACH_M,
        least_events=LEAST,
    )
    return time.perf_counter() - began


def _in_scikit_learn(bench: Bench, xy: np.ndarray) -> float:
    """Seconds of the quickest fit, in a process of its own (its memory would stay in ours)."""
    file = bench.folder / "points.npy"
    np.save(file, xy)
    done = subprocess.run(
        [sys.executable, "-c", _RIVAL, str(file), str(REACH_M), str(LEAST), str(RUNS)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)
