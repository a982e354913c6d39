"""`make bench`: 1,000 overdue orders, eight sweeps at once, 200 kills, 500 racing extensions.

Counted are faults: claims lost or doubled, numbers with gaps, silent cancellations. All have to
be none.
"""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.geos import LineString

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Contact, Organization, User
from citymap.bench.context import Bench, BenchError, working_on
from citymap.bench.registry import Result, benchmark
from citymap.geo import city_point, city_srid
from earthworks.benchmarks.races import faults, race_extension, together
from earthworks.choices import Method, WorkKind
from earthworks.models import Claim, ClaimPolicy, Order
from earthworks.services import claims, orders
from earthworks.shapes import trench
from layers.choices import NetworkKind

DATABASE = "citymap_bench_claims"
ORDERS = int(os.environ.get("CITYMAP_BENCH_CLAIMS", "1000"))
KILLS, RACES, SWEEPS = ORDERS // 5, ORDERS // 2, 8
_ZONE = ZoneInfo("Asia/Almaty")
ASKED_AT = dt.datetime(2026, 5, 20, 10, tzinfo=_ZONE)
LATE = dt.datetime(2026, 6, 21, tzinfo=_ZONE)
SWEEPER = """
import datetime as dt
import django
django.setup()
from earthworks.services import claims
while True:
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


@benchmark("claims", order=70)
def claims_hold(bench: Bench) -> Iterator[Result]:
    """Claims are made once each, whatever is killed and whatever races."""
    yield from _together(bench)
    yield from _killed(bench)
    yield from _raced(bench)


def _together(bench: Bench) -> Iterator[Result]:
    bench.fresh_database(DATABASE)
    with working_on(DATABASE):
        made = overdue_orders(ORDERS)
        bench.say(f"{SWEEPS} sweeps over {ORDERS} overdue orders")
        began = time.perf_counter()
        raised = together(*[lambda: claims.sweep(now=LATE)] * SWEEPS)
        claims.sweep(now=LATE)
        seconds, wrong = time.perf_counter() - began, [*map(repr, raised), *faults(made, LATE)]
    yield from _counted(bench, f"faults of {SWEEPS} sweeps at once", ORDERS, wrong)
    yield Result(name=f"claims with letters, {SWEEPS} sweeps at once", n=2 * ORDERS, ours=seconds)


def _killed(bench: Bench) -> Iterator[Result]:
    env = bench.fresh_database(DATABASE)
    with working_on(DATABASE):
        made = overdue_orders(ORDERS)
        bench.say(f"{KILLS} kills of the sweeping process group")
        kill_sweeps(env, kills=KILLS, all_claims=2 * ORDERS, chance=random.Random(109))
        claims.sweep(now=LATE)
        wrong = faults(made, LATE)
    yield from _counted(bench, "faults, sweeps killed", KILLS, wrong)


def kill_sweeps(
    env: Mapping[str, str], *, kills: int, all_claims: int, chance: random.Random
) -> None:
    """Start a process that sweeps, kill its whole group; some starting, some in mid-work."""
    for number in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", SWEEPER.format(late=LATE.isoformat())],
            cwd=settings.BASE_DIR,
            env=dict(env) | {"DJANGO_SETTINGS_MODULE": "citymap.settings"},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        before, ends = Claim.objects.count(), time.monotonic() + 30
        while number % 3 and before < all_claims and time.monotonic() < ends:
            if Claim.objects.count() != before or process.poll() is not None:
                break
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.15))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _raced(bench: Bench) -> Iterator[Result]:
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
