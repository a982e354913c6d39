"""The log of runs and what people ask of the worker."""

import datetime as dt
import threading

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from citymap.jobs.models import JobOutcome, JobRequest, JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.requests import NoSuchSweepError, ask_to_run, take_requests
from citymap.jobs.services import MAX_ACCOUNT, close_cut_short, run_and_record
from citymap.jobs.upkeep import KEPT_FAILURES, KEPT_REQUESTS, KEPT_RUNS, prune_log
from citymap.jobs.worker import Schedule

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 5, 15, 7, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def said(monkeypatch):
    """One sweep that says what is in the list's last place, or raises it."""
    monkeypatch.setattr(sweeps, "_items", {})
    words = ["nothing"]

    def run(now):
        if isinstance(words[-1], Exception):
            raise words[-1]
        return words[-1]

    sweeps.register(Sweep(name="talks", every=SECOND, run=run))
    return words


def run_at(seconds: float, **more):
    return run_and_record(
        sweeps.get("talks"), clock=lambda: NOON + dt.timedelta(seconds=seconds), **more
    )


def logged() -> list[str]:
    return [row.account or row.error for row in JobOutcome.objects.order_by("pk")]


def test_quiet_runs_are_logged_once_a_minute(said):
    for second in range(0, 130, 2):
        run_at(second)
    assert logged() == ["nothing"] * 3
    assert JobRun.objects.get().runs == 65


def test_news_failures_recovery_and_requests_are_logged_always(said):
    run_at(0)
    said.append("3 done")
    run_at(1)
    said.append(ValueError("broken"))
    run_at(2)
    run_at(3)
    said.append("3 done")
    run_at(4)
    run_at(5)
    run_at(6, asked_by="boss")
    expected = ["nothing", "3 done", *["ValueError: broken"] * 2, "3 done", "3 done"]
    assert logged() == expected
    assert JobOutcome.objects.first().asked_by == "boss"


def test_how_late_a_run_began_is_kept(said):
    run_at(0)
    said.append("late")
    run_at(61)
    assert JobOutcome.objects.first().lag_s == 60


def test_what_a_sweep_says_is_kept_in_one_line_of_bearable_length(said):
    said.append("a\0b\nc" + "x" * 10_000)
    outcome = run_at(0)
    assert outcome.account.startswith("a b c")
    assert len(JobRun.objects.get().last_account) == MAX_ACCOUNT


def test_the_log_is_not_changed(runtime_role):
    JobOutcome.objects.create(name="x", started_at=NOON, seconds=1)
    refused = "log of jobs is not changed|permission denied"
    with pytest.raises(ProgrammingError, match=refused), transaction.atomic():
        JobOutcome.objects.update(error="")


def test_nor_by_its_owner():
    JobOutcome.objects.create(name="x", started_at=NOON, seconds=1)
    with pytest.raises(ProgrammingError, match="log of jobs is not changed"), transaction.atomic():
        JobOutcome.objects.update(error="")


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM jobs_joboutcome",
        "TRUNCATE jobs_joboutcome",
        "ALTER TABLE jobs_joboutcome DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION jobs_prune_log() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION jobs_prune_log()",
    ],
)
def test_who_serves_removes_nothing_from_the_log(attack, runtime_role):
    JobOutcome.objects.create(name="x", started_at=NOON, seconds=1, error="broken")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    # What is not old stays, whatever time the sweep is given.
    assert prune_log(timezone.now() + 9 * KEPT_FAILURES) == ""
    assert JobOutcome.objects.count() == 1


def log_runs(*, first_failed_at: dt.datetime) -> None:
    """Five runs too many of two sweeps; the first of each failed."""
    JobOutcome.objects.bulk_create(
        JobOutcome(
            name=name, seconds=1, error="x" if number == 0 else "",
            started_at=first_failed_at if number == 0 else timezone.now(),
        )
        for name in ("a", "b")
        for number in range(KEPT_RUNS + 5)
    )  # fmt: skip


def test_old_runs_go_and_failures_stay_longer(runtime_role):
    now = timezone.now()
    log_runs(first_failed_at=now - KEPT_FAILURES + dt.timedelta(minutes=5))
    JobRequest.objects.create(
        kind=JobRequest.Kind.RUN, name="a", asked_by="boss", taken_at=now - 2 * KEPT_REQUESTS
    )
    assert prune_log(now) == "8 runs, 1 requests removed"
    assert JobOutcome.objects.filter(name="a", error="").count() == KEPT_RUNS
    assert JobOutcome.objects.exclude(error="").count() == 2
    assert prune_log(now) == ""


def test_failures_go_when_they_are_old(runtime_role):
    log_runs(first_failed_at=timezone.now() - KEPT_FAILURES - SECOND)
    assert prune_log(timezone.now()) == "10 runs, 0 requests removed"
    assert not JobOutcome.objects.exclude(error="").exists()


def test_runs_left_unfinished_become_failures():
    JobRun.objects.create(name="left", running=True, last_started_at=NOON)
    JobRun.objects.create(name="done", last_started_at=NOON)
    assert close_cut_short(now=NOON + SECOND) == ["left"]
    assert close_cut_short(now=NOON + SECOND) == []
    row = JobRun.objects.get(name="left")
    assert (row.running, row.failures_in_a_row) == (False, 1)
    assert JobOutcome.objects.get().seconds == 1


def test_asking_twice_is_asking_once(said):
    assert ask_to_run(name="talks", asked_by="boss")
    assert not ask_to_run(name="talks", asked_by="other")
    assert [(sweep.name, who) for sweep, who in take_requests()] == [("talks", "boss")]
    assert take_requests() == []
    assert ask_to_run(name="talks", asked_by="other")


def test_what_nobody_registered_cannot_be_asked_for(said):
    with pytest.raises(NoSuchSweepError):
        ask_to_run(name="none", asked_by="boss")
    JobRequest.objects.create(kind=JobRequest.Kind.RUN, name="gone", asked_by="boss")
    assert take_requests() == []
    assert JobRequest.objects.get().taken_at is not None


def test_the_worker_takes_requests_before_what_is_due(said):
    now = timezone.now()
    schedule = Schedule(lambda: now)
    schedule.run_next(threading.Event())
    ask_to_run(name="talks", asked_by="boss")
    schedule.run_next(threading.Event())
    assert JobOutcome.objects.filter(asked_by="boss").count() == 1


def test_the_trigger_is_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = 'jobs_outcome_is_final'")
        assert cursor.fetchone()
