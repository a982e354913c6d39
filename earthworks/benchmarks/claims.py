"""`make bench`: 1,000 overdue orders, eight sweeps at once, 200 kills, 500 racing extensions.

Counted are faults: claims lost or doubled, numbers with gaps, silent cancellations. All have to
be none. Three benchmarks, each on a database of its own, so that each can be run alone.
"""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.geos import LineString

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Contact, Organization, User
from citymap.bench.context import Bench, BenchError, working_on
from citymap.bench.registry import Result, benchmark
from citymap.geo import city_point, city_srid
from citymap.jobs.models import JobRun
from citymap.notices.benchmarks.kills import nursery
from earthworks.benchmarks.races import faults, race_extension
from earthworks.choices import Method, WorkKind
from earthworks.models import Claim, ClaimDocument, ClaimPolicy, Order
from earthworks.services import claims, orders
from earthworks.shapes import trench
from layers.choices import NetworkKind

DATABASE = "citymap_bench_claims"
ORDERS = int(os.environ.get("CITYMAP_BENCH_CLAIMS", "1000"))
KILLS, RACES, SWEEPS = ORDERS // 5, ORDERS // 2, 8
TURN_S = 60.0
_ZONE = ZoneInfo("Asia/Almaty")
ASKED_AT = dt.datetime(2026, 5, 20, 10, tzinfo=_ZONE)
LATE = dt.datetime(2026, 6, 21, tzinfo=_ZONE)
# Waits until all are ready, sweeps once.
SWEEPER = """
import datetime as dt
import sys
import django
django.setup()
from earthworks.services import claims
print("ready", flush=True)
sys.stdin.readline()
claims.sweep(now=dt.datetime.fromisoformat("{late}"))
"""


def overdue_orders(count: int) -> list[Order]:
    """Issued orders whose deadline passes at LATE, with a holder and a police that are reached."""
    bodies = {}
    for name, kind in (("holder", OrganizationKind.UTILITY), ("police", OrganizationKind.POLICE)):
        bodies[name] = Organization.objects.create(name=name, kind=kind)
        Contact.objects.create(organization=bodies[name], kind="email", value=f"{name}@example.kz")
    ClaimPolicy.objects.update(police=bodies["police"])
    user = User.objects.create_user("bench", roles=[Role.WORKS.value])
    corner = city_point(*settings.CITYMAP_BBOX[:2])
    made = []
    for number in range(count):
        x, y = corner.x + 500 + 40 * (number % 100), corner.y + 500 + 40 * (number // 100)
        order = orders.draw_order(
            geom=trench(LineString((x, y), (x + 20, y), srid=city_srid()), 1.5),
            begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 20), areas_m2={}, user=user,
            now=ASKED_AT,
            values={
                "holder": bodies["holder"], "network_kind": NetworkKind.WATER,
                "work": WorkKind.REPAIR, "method": Method.OPEN_CUT,
            },
        )  # fmt: skip
        order = orders.apply(order=order, user=user, now=ASKED_AT)
        made.append(
            orders.issue(
                order=order, user=user, conflict_reason="bench", override_reason="bench",
                now=ASKED_AT,
            )
        )  # fmt: skip
    return made


@benchmark("claims_together", order=73)
def together(bench: Bench) -> Iterator[Result]:
    """Eight processes sweep the same overdue orders at the same moment."""
    env = bench.fresh_database(DATABASE)
    with working_on(DATABASE):
        made = overdue_orders(ORDERS)
        bench.say(f"{SWEEPS} sweeps over {ORDERS} overdue orders")
        began = time.perf_counter()
        broken = sweep_together(env, SWEEPS)
        seconds = time.perf_counter() - began
        # What one sweep passed over because another had it locked is there as well.
        claims.sweep(now=LATE)
        wrong = [*broken, *faults(made, LATE)]
    yield from _counted(bench, f"faults of {SWEEPS} sweeps at once", ORDERS, wrong)
    yield Result(name=f"claims with letters, {SWEEPS} sweeps at once", n=2 * ORDERS, ours=seconds)


def sweep_together(env: Mapping[str, str], count: int) -> list[str]:
    """Sweep once in that many processes, all from the same moment; what broke off, and why."""
    sweepers = [
        subprocess.Popen(
            [sys.executable, "-c", SWEEPER.format(late=LATE.isoformat())],
            cwd=settings.BASE_DIR,
            env=dict(env) | {"DJANGO_SETTINGS_MODULE": "citymap.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _number in range(count)
    ]
    for one in sweepers:
        one.stdout.readline()
    for one in sweepers:
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate()[1].strip() for one in sweepers]
    return [
        f"a sweep ended with {one.returncode}: {errors[-500:]}"
        for one, errors in zip(sweepers, said, strict=True)
        if one.returncode
    ]


@benchmark("claims_killed", order=74)
def killed(bench: Bench) -> Iterator[Result]:
    """The whole group of the real worker killed while it makes claims and writes letters."""
    env = bench.fresh_database(DATABASE) | {"CITYMAP_DEMO": "1"}
    log = bench.folder / DATABASE / "worker.log"
    with working_on(DATABASE):
        made = overdue_orders(ORDERS)
        bench.say(f"{KILLS} kills of the worker's process group")
        with nursery(env, log) as start:
            in_work = kill_workers(start, kills=KILLS, chance=random.Random(109))
        wrong = _unfinished(2 * ORDERS) + faults(made, dt.datetime.now(tz=_ZONE))
    bench.say(f"{in_work} of {KILLS} kills while claims were being made or written")
    yield from _counted(bench, "faults, worker killed", KILLS, wrong)
    yield Result(
        name="kills in mid-work", n=KILLS, ours=in_work, unit="", goal=0.9 * KILLS,
        more_is_better=True,
    )  # fmt: skip


def kill_workers(start: Callable[[], int], *, kills: int, chance: random.Random) -> int:
    """Kill the worker's group again and again amid its sweep, then let one worker finish.

    Returns how many kills found the sweep running.
    """
    everything, in_work = 2 * 2 * ORDERS, 0
    pace = everything / kills
    for _kill in range(kills):
        group = _started(start)
        goal = _progress() + chance.uniform(0, 1.6 * pace)
        _wait(lambda goal=goal: _progress() >= min(goal, everything))
        time.sleep(chance.uniform(0, 0.02))
        os.killpg(group, signal.SIGKILL)
        in_work += _progress() < everything
    last = _started(start)
    try:
        _wait(lambda: _progress() >= everything, within_s=10 * TURN_S)
    finally:
        os.killpg(last, signal.SIGKILL)
    return in_work


def _started(start: Callable[[], int]) -> int:
    """A worker that finds the sweep due, whatever the one before had written into the schedule."""
    JobRun.objects.update(next_due_at=None)
    return start()


def _progress() -> int:
    return Claim.objects.count() + ClaimDocument.objects.count()


def _wait(until: Callable[[], bool], within_s: float = TURN_S) -> None:
    ends = time.monotonic() + within_s
    while not until():
        if time.monotonic() > ends:
            raise BenchError("the worker does not get on with the claims")
        time.sleep(0.01)


def _unfinished(all_claims: int) -> list[str]:
    letters = ClaimDocument.objects.count()
    return [] if letters == all_claims else [f"{letters} letters for {all_claims} claims"]


@benchmark("claims_raced", order=75)
def raced(bench: Bench) -> Iterator[Result]:
    """An extension of each order while a sweep makes its claims and a worker sends them."""
    bench.fresh_database(DATABASE)
    chance, wrong = random.Random(109), []
    with working_on(DATABASE):
        made = overdue_orders(RACES)
        user = User.objects.get(username="bench")
        bench.say(f"{RACES} extensions that race the sweep")
        for order in made:
            wrong += race_extension(
                order, user=user, until=dt.date(2027, 4, 30), now=LATE, chance=chance
            )
    yield from _counted(bench, "faults, extension races the sweep", RACES, wrong)


def _counted(bench: Bench, name: str, count: int, wrong: list[str]) -> Iterator[Result]:
    if wrong:
        bench.say(f"{name}: {wrong[:10]}")
    yield Result(name=name, n=count, ours=len(wrong), unit="", goal=0)
    if wrong:
        raise BenchError(f"{name}: {len(wrong)}")
