"""Eight sweeps at once, killed workers, extensions that race the sweep."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from django.db import connection

from earthworks.benchmarks.races import faults, race_extension, together
from earthworks.models import Claim, ClaimDocument, Order
from earthworks.services import claims
from tests.earthworks.world import dig, issued, local, official, police
from tests.support.databases import ROOT, database_environ

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("rules"),
]
LATE = local("2026-06-21 00:00")
ORDERS, KILLS, RACES = 24, 10, 30
GATE = 3100
SWEEPER = textwrap.dedent("""
    import datetime as dt
    import django
    django.setup()
    from earthworks.services import claims
    while True:
        claims.sweep(now=dt.datetime.fromisoformat("%s"))
""")


def overdue_orders(count: int) -> list[Order]:
    police()
    return [issued(geom=dig(y=30.0 * number)) for number in range(count)]


def test_eight_sweeps_at_once_make_each_claim_once():
    orders = overdue_orders(ORDERS)
    raised = together(*[lambda: claims.sweep(now=LATE)] * 8)
    assert raised == []
    # What one sweep passed over because another had it locked is there as well.
    claims.sweep(now=LATE)
    assert faults(orders, LATE) == []


def test_a_sweep_whose_look_is_older_than_the_lock_writes_no_second_letter():
    """One sweep has looked for claims without a letter and not locked them yet; another writes it.

    The statement that locks sees the documents of its beginning, so it must ask again.
    """
    orders = overdue_orders(1)
    claims.make_claims(now=LATE)
    held = threading.Event()

    def hold_before_lock(execute, sql, params, many, context):
        # Rows pass here after they were found and before they are locked.
        if "FOR UPDATE" in sql and '"earthworks_claim"' in sql and not held.is_set():
            held.set()
            sql = sql.replace(" WHERE (", f" WHERE (pg_advisory_lock({GATE}) IS NOT NULL AND ", 1)
        return execute(sql, params, many, context)

    def slow_sweep() -> None:
        with connection.execute_wrapper(hold_before_lock):
            claims.send_claims(now=LATE)

    def quick_sweep() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
            begun.set()
            _wait_for_waiter(cursor)
            claims.send_claims(now=LATE)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])

    begun = threading.Event()
    raised = together(quick_sweep, lambda: (begun.wait(30), slow_sweep()))
    assert raised == []
    assert held.is_set()
    assert ClaimDocument.objects.count() == 2
    assert faults(orders, LATE) == []


def _wait_for_waiter(cursor) -> None:
    """Until somebody waits at the gate."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        if cursor.fetchone():
            return
        time.sleep(0.01)
    raise AssertionError("nobody came to the gate")


def test_killed_sweeps_lose_nothing_and_double_nothing():
    orders = overdue_orders(ORDERS)
    chance, kills = random.Random(109), 0
    while kills < KILLS:
        process = subprocess.Popen(
            [sys.executable, "-c", SWEEPER % LATE.isoformat()],
            cwd=ROOT,
            env=database_environ(connection.settings_dict["NAME"])
            | {"DJANGO_SETTINGS_MODULE": "citymap.settings"},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        before, ends = Claim.objects.count(), time.monotonic() + 20
        # Some while they start, some in the midst of their work.
        while kills % 3 and Claim.objects.count() == before and time.monotonic() < ends:
            if before == 2 * ORDERS:
                break
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.15))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    claims.sweep(now=LATE)
    assert faults(orders, LATE) == []


def test_an_extension_that_races_the_sweep_leaves_no_live_claim_and_no_silence():
    chance, wrong = random.Random(109), []
    police()
    for number in range(RACES):
        order = issued(geom=dig(y=30.0 * number))
        wrong += race_extension(
            order, user=official(), until=local("2027-04-30 00:00").date(), now=LATE, chance=chance
        )
    assert wrong == []
