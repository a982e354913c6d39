"""The worker as a process with sweeps that fail and hang: it goes on, beats, and remembers."""

import datetime as dt
import os
import signal
from contextlib import contextmanager

from django.db.models import F

from citymap.jobs.models import Heartbeat, JobOutcome, JobRequest, JobRun, WorkClock
from citymap.jobs.services import CUT_SHORT
from citymap.jobs.worker import HUNG_STATUS
from tests.support.processes import wait_for
from tests.support.server import start_program, stop_program

DAYS_OFF = dt.timedelta(hours=72)
# A worker's start takes seconds, and many on a busy machine.
SOON_S = 90


@contextmanager
def working(city, log, *names: str, **more: str):
    """A worker with these of the misbehaving sweeps."""
    env = city.environ | {
        "CITYMAP_EXTRA_APPS": "tests.support.misbehaving",
        "MISBEHAVING": " ".join(names),
        **more,
    }
    process = start_program("manage.py", "worker", env=env, log=log)
    try:
        yield process
    finally:
        stop_program(process)


def row(name: str) -> JobRun:
    return JobRun.objects.get(name=name)


def runs(name: str) -> int:
    return JobRun.objects.filter(name=name).values_list("runs", flat=True).first() or 0


def test_what_fails_and_hangs_stops_neither_the_others_nor_the_heart(empty_city_copy, tmp_path):
    log = tmp_path / "worker.log"
    bad = ("fails", "sleeps", "waits", "swallows")
    with working(empty_city_copy, log, "quick", *bad) as process:
        assert wait_for(lambda: all(runs(name) for name in bad), SOON_S), log.read_text()
        before, beat = runs("quick"), Heartbeat.objects.get().beat_at
        assert wait_for(lambda: runs("quick") > before + 2, SOON_S), log.read_text()
        assert Heartbeat.objects.get().beat_at > beat
        assert process.poll() is None
    assert row("fails").last_error == "RuntimeError: as always"
    for name in ("sleeps", "waits", "swallows"):
        assert row(name).last_error.startswith("cut off: took longer than 0.4 s"), name
        outcome = JobOutcome.objects.get(name=name)
        assert 0.4 <= outcome.seconds < 10
        assert not row(name).running
    assert row("quick").failures == 0


def test_a_sweep_that_cannot_be_cut_off_ends_the_worker_and_the_next_one_goes_on(
    empty_city_copy, tmp_path
):
    log = tmp_path / "worker.log"
    with working(empty_city_copy, log, "hears_no_alarm") as process:
        assert process.wait(SOON_S) == HUNG_STATUS, log.read_text()
    assert "a sweep cannot be cut off" in log.read_text()
    assert row("hears_no_alarm").running
    with working(empty_city_copy, log, "quick", "hears_no_alarm"):
        assert wait_for(lambda: runs("quick") > 3, SOON_S), log.read_text()
    found = row("hears_no_alarm")
    assert (found.last_error, found.failures, found.running) == (CUT_SHORT, 1, False)
    # It is not due again before its period is over, so the others have their turn.
    assert found.runs == 1


def test_a_worker_killed_amid_a_run_leaves_a_failure_and_no_lock(empty_city_copy, tmp_path):
    log = tmp_path / "worker.log"
    with working(empty_city_copy, log, "long") as process:
        assert wait_for(lambda: JobRun.objects.filter(name="long", running=True).exists(), SOON_S)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with working(empty_city_copy, log, "quick", "long"):
        assert wait_for(lambda: runs("quick") > 0, SOON_S), log.read_text()
    assert row("long").last_error == CUT_SHORT
    assert JobOutcome.objects.get(name="long").error == CUT_SHORT


def test_three_days_off_another_zone_and_a_request(empty_city_copy, tmp_path):
    """72 hours pass while the worker is off: all that fell due is done, once."""
    log = tmp_path / "worker.log"
    with working(empty_city_copy, log, "hourly", "quick"):
        assert wait_for(lambda: runs("hourly") == 1, SOON_S), log.read_text()
    JobRun.objects.update(
        next_due_at=F("next_due_at") - DAYS_OFF, last_started_at=F("last_started_at") - DAYS_OFF
    )
    WorkClock.objects.update(latest_at=F("latest_at") - DAYS_OFF)
    with working(empty_city_copy, log, "hourly", "quick"):
        assert wait_for(lambda: runs("hourly") == 2, SOON_S), log.read_text()
        before = runs("quick")
        assert wait_for(lambda: runs("quick") > before + 3, SOON_S)
    assert runs("hourly") == 2
    assert JobOutcome.objects.filter(name="hourly").first().lag_s > 60 * 60 * 70
    # A machine moved to another zone, a city set to another: instants stay what they were.
    JobRequest.objects.create(kind=JobRequest.Kind.RUN, name="quick", asked_by="boss")
    zones = {"TZ": "America/New_York", "CITYMAP_TIME_ZONE": "Europe/Berlin"}
    with working(empty_city_copy, log, "hourly", "quick", **zones):
        assert wait_for(lambda: JobOutcome.objects.filter(asked_by="boss").exists(), SOON_S)
        before = runs("quick")
        assert wait_for(lambda: runs("quick") > before + 3, SOON_S), log.read_text()
    assert runs("hourly") == 2
    assert JobRequest.objects.get().taken_at is not None
