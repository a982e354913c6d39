"""The worker as a process: alone, dying with its parent, beating, stopping."""

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from django.db import connection

from citymap.jobs import worker
from citymap.jobs.models import Heartbeat, JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.worker import Schedule, WorkerEndedError, work
from tests.support.databases import ROOT
from tests.support.processes import is_alive, wait_for
from tests.support.server import start_program, stop_program


@pytest.fixture
def city(empty_city_copy):
    return empty_city_copy


def test_one_works_and_the_second_says_so(city, tmp_path):
    first_log, second_log = tmp_path / "first.log", tmp_path / "second.log"
    polite = {**city.environ, "CITYMAP_WORKER_NICE": "3"}
    first = start_program("manage.py", "worker", env=polite, log=first_log)
    try:
        assert wait_for(Heartbeat.objects.exists), first_log.read_text()
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, first.pid) == min(ours + 3, 19)
        second = start_program("manage.py", "worker", env=city.environ, log=second_log)
        assert second.wait(20) == 1
        said = second_log.read_text()
        assert f"another worker (process {first.pid} on " in said
        assert "Traceback" not in said
        assert first.poll() is None
    finally:
        stop_program(first)
    assert first.returncode == 0, first_log.read_text()
    # The place is free again.
    third = start_program("manage.py", "worker", env=city.environ, log=first_log)
    try:
        assert wait_for(lambda: Heartbeat.objects.get().process_id == third.pid)
    finally:
        stop_program(third)


def test_dies_with_its_parent_even_by_kill_9(city, tmp_path):
    log = tmp_path / "worker.log"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import subprocess, sys, time
                subprocess.Popen([sys.executable, "manage.py", "worker"],
                                 stdout=open({str(log)!r}, "ab"), stderr=subprocess.STDOUT,
                                 start_new_session=True)
                time.sleep(600)
            """),
        ],
        cwd=ROOT,
        env=city.environ,
    )
    try:
        assert wait_for(Heartbeat.objects.exists), log.read_text()
        child = Heartbeat.objects.get().process_id
        assert is_alive(child)
    finally:
        parent.kill()
        parent.wait()
    assert wait_for(lambda: not is_alive(child), 10)


def test_ends_when_the_database_throws_it_out(city, tmp_path):
    log = tmp_path / "worker.log"
    process = start_program("manage.py", "worker", env=city.environ, log=log)
    try:
        assert wait_for(Heartbeat.objects.exists), log.read_text()
        with connection.cursor() as cursor:
            # As the owner, who is a member of the runtime role.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = 'citymap'"
            )
        assert process.wait(20) == 1
        assert "the database is lost" in log.read_text()
    finally:
        stop_program(process)


def test_heart_beats_during_a_long_sweep(city, monkeypatch):
    monkeypatch.setattr(sweeps, "_items", {})
    monkeypatch.setattr(worker, "BEAT_EVERY_S", 0.05)
    stop = threading.Event()
    beats = []

    def long_one(now):
        for _ in range(3):
            time.sleep(0.2)
            beats.append(Heartbeat.objects.get().beat_at)
        stop.set()
        return "done"

    sweeps.register(Sweep(name="long", every=dt.timedelta(hours=1), run=long_one))
    work(stop)
    assert len(set(beats)) == 3
    assert JobRun.objects.get().last_account == "done"


def test_pace_is_kept_when_the_clock_jumps(city, monkeypatch):
    """Four turns, 30 ms apart, while the machine's clock jumps a day ahead and two back."""
    monkeypatch.setattr(sweeps, "_items", {})
    start = dt.datetime(2026, 5, 15, 7, 0, tzinfo=dt.UTC)
    seen = []
    period = dt.timedelta(milliseconds=20)
    sweeps.register(Sweep(name="t", every=period, run=lambda now: seen.append(now) or "ok"))
    now = [start]
    schedule = Schedule(lambda: now[0])
    for jump in (0, 1, -2, 0):
        now[0] += dt.timedelta(days=jump)
        schedule.run_next(threading.Event())
        time.sleep(0.03)
    day = dt.timedelta(days=1)
    assert seen == [start, start + day, start + day, start + day]


def test_stops_between_sweeps(city, monkeypatch):
    monkeypatch.setattr(sweeps, "_items", {})
    stop, ran = threading.Event(), []

    def first(now):
        ran.append("first")
        os.kill(os.getpid(), signal.SIGUSR1)
        return "ok"

    previous = signal.signal(signal.SIGUSR1, lambda *_: stop.set())
    try:
        hour = dt.timedelta(hours=1)
        sweeps.register(Sweep(name="a", every=hour, run=first, order=1))
        sweeps.register(
            Sweep(name="b", every=hour, run=lambda now: ran.append("second") or "", order=2)
        )
        work(stop)
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert ran == ["first"]


def test_second_worker_in_the_same_process_is_refused_too(city):
    stop = threading.Event()
    first = threading.Thread(target=work, args=(stop,))
    first.start()
    try:
        assert wait_for(Heartbeat.objects.exists)
        with pytest.raises(WorkerEndedError, match="another worker"):
            work(threading.Event())
    finally:
        stop.set()
        first.join()
