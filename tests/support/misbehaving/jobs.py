"""Sweeps of every bad kind, and one that works. `MISBEHAVING` names those that are wanted."""

import datetime as dt
import os
import signal
import time

from django.db import connection

from citymap.jobs import worker
from citymap.jobs.registry import Sweep, register_sweep

HOUR = dt.timedelta(hours=1)
LIMIT = dt.timedelta(seconds=0.4)

# The pace of the test.
worker.BEAT_EVERY_S = 0.2
worker.GRACE = dt.timedelta(seconds=0.5)


def fails(now: dt.datetime) -> str:
    raise RuntimeError("as always")


def sleeps(now: dt.datetime) -> str:
    time.sleep(600)
    return "never said"


def waits_for_the_database(now: dt.datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(600)")
    return "never said"


def swallows(now: dt.datetime) -> str:
    while True:
        try:
            time.sleep(600)
        except Exception:
            continue


def hears_no_alarm(now: dt.datetime) -> str:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(600)
    return "never said"


SWEEPS = (
    Sweep(name="fails", every=HOUR, run=fails, time_limit=LIMIT, order=1),
    Sweep(name="sleeps", every=HOUR, run=sleeps, time_limit=LIMIT, order=2),
    Sweep(name="waits", every=HOUR, run=waits_for_the_database, time_limit=LIMIT, order=3),
    Sweep(name="swallows", every=HOUR, run=swallows, time_limit=LIMIT, order=4),
    Sweep(name="hears_no_alarm", every=HOUR, run=hears_no_alarm, time_limit=LIMIT, order=5),
    Sweep(name="long", every=HOUR, run=sleeps, order=6),
    Sweep(name="hourly", every=HOUR, run=lambda now: f"as of {now:%Y-%m-%dT%H}", order=7),
    Sweep(name="quick", every=dt.timedelta(seconds=0.2), run=lambda now: "ok", order=0),
)
for sweep in SWEEPS:
    if sweep.name in os.environ.get("MISBEHAVING", "").split():
        register_sweep(sweep)
