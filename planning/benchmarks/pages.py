"""The public pages of yards under the load of a town that just read the news, while the city works.

An operator registers an appeal a second (a real centre's peak hour has one a minute), the worker
does what falls due, and once the queue takes in new messages, which changes every page.
"""

import random
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import numpy as np
import psycopg2

from appeals.benchmarks.contacts import Reader, appeal_form, asked_for, settled, worker
from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark

GOAL_P95_MS = 100.0
REQUESTS_A_SECOND = 50
LOAD_S = 60
# Every page is changed once in the middle; in a city that happens every five minutes.
CHANGED_AFTER_S = 30
CHANGE_SQL = "UPDATE planning_queuesnapshot SET seen_event = seen_event"


@benchmark("yard_pages", order=63)
def yard_pages(bench: Bench, seconds: int = LOAD_S) -> Iterator[Result]:
    """Two clients at once without pause: how many a second there can be. Then 50 requests a second
    while the city works, each timed from when it was due: one that waits for others is slow too.
    The map, the list, yards and programmes are asked equally often, downloads of the whole queue
    with them.
    """

    def fill(env) -> None:
        bench.program("manage.py", "loaddemo", env=env)

    env = bench.kept_database("bench_yards", fill, key="scale 1, seed 109, with programmes")
    env = {**env, "CITYMAP_BEHIND_PROXY": "1"}
    _seconds, said = bench.program(
        "-c", _ADDRESSES, env=env | {"DJANGO_SETTINGS_MODULE": "citymap.settings"}
    )
    paths = said.split()
    with bench.server(env) as url, worker(bench, env):
        bench.say(f"yard pages: the worker caught up in {settled(env):.0f} s")
        # First: a server that has just started reads its templates.
        load = bench.load(url, paths, clients=2, seconds=10)
        with _city_at_work(env, url, seconds) as registered:
            times = _paced(url, paths, per_second=REQUESTS_A_SECOND, seconds=seconds)
        pages = {path: bench.load(url, [path], clients=1, seconds=1).p95_ms for path in _WHOLE}
    yield Result(
        name=f"public pages of yards at {REQUESTS_A_SECOND} requests a second, p95",
        n=len(times), ours=float(np.percentile(times, 95)), unit="ms", goal=GOAL_P95_MS,
    )  # fmt: skip
    yield Result(
        name="  appeals registered meanwhile", n=len(registered),
        ours=len(registered) / seconds, unit="/s", more_is_better=True,
    )  # fmt: skip
    yield Result(
        name="public pages of yards, requests a second", n=load.requests, ours=load.per_second,
        unit="1/s", goal=REQUESTS_A_SECOND, more_is_better=True,
    )  # fmt: skip
    for path, p95_ms in pages.items():
        yield Result(name=f"{path} alone, p95", n=1, ours=p95_ms, unit="ms")


@contextmanager
def _city_at_work(env: Mapping[str, str], url: str, seconds: int) -> Iterator[list[int]]:
    """An appeal a second, and once a change of all that is public; what was registered when."""
    places, categories = asked_for(env)
    chance, over, registered, failures = random.Random(109), threading.Event(), [], []
    operator = Reader(url, 1)
    operator.sign_in()
    operator.ask("GET", "/desk/")
    begins = time.perf_counter()

    def register() -> None:
        while not over.wait(max(0.0, begins + len(registered) + 1 - time.perf_counter())):
            form = appeal_form(chance.choice(places), chance.choice(categories), chance)
            if (status := operator.ask("POST", "/desk/register/", form)) != 200:
                failures.append(status)
                return
            registered.append(status)

    def change() -> None:
        if over.wait(min(CHANGED_AFTER_S, seconds / 2)):
            return
        session = psycopg2.connect(env["DATABASE_URL"])
        with closing(session), session, session.cursor() as cursor:
            cursor.execute(CHANGE_SQL)

    threads = [threading.Thread(target=work, daemon=True) for work in (register, change)]
    for thread in threads:
        thread.start()
    try:
        yield registered
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failures:
        raise BenchError(f"an appeal was not registered: {failures}")


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
