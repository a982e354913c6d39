"""Sweeps: due or not, failing or not, and the clock they see."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from hypothesis import given
from hypothesis import strategies as st

from citymap.accounts.models import Organization
from citymap.jobs.clock import accept_clock, advance_clock
from citymap.jobs.models import JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.services import run_as_of, run_due, time_until_due

NOON = dt.datetime(2026, 5, 15, 7, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class Recorder:
    """A sweep that notes the times it was given."""

    def __init__(self, name: str, *, every: dt.timedelta = MINUTE, order: int = 0) -> None:
        self.times: list[dt.datetime] = []
        self.sweep = Sweep(name=name, every=every, run=self.run, order=order)

    def run(self, now: dt.datetime) -> str:
        self.times.append(now)
        return f"saw {now:%H:%M}"


@pytest.fixture
def only(monkeypatch):
    """The registry with nothing in it but the sweeps given."""
    monkeypatch.setattr(sweeps, "_items", {})

    def register(*chosen: Sweep) -> None:
        for sweep in chosen:
            sweeps.register(sweep)

    return register


@pytest.mark.django_db
def test_due_sweep_runs_once_and_again_after_its_period(only):
    recorder = Recorder("tick")
    only(recorder.sweep)
    assert [outcome.account for outcome in run_due(clock=lambda: NOON)] == ["saw 07:00"]
    assert run_due(clock=lambda: NOON + MINUTE / 2) == []
    run_due(clock=lambda: NOON + MINUTE)
    assert recorder.times == [NOON, NOON + MINUTE]
    row = JobRun.objects.get(name="tick")
    assert (row.runs, row.failures, row.last_error) == (2, 0, "")
    assert row.next_due_at == NOON + 2 * MINUTE


@pytest.mark.django_db
def test_three_days_off_are_caught_up_by_one_run(only):
    recorder = Recorder("tick")
    only(recorder.sweep)
    run_due(clock=lambda: NOON)
    run_due(clock=lambda: NOON + dt.timedelta(days=3))
    run_due(clock=lambda: NOON + dt.timedelta(days=3))
    assert recorder.times == [NOON, NOON + dt.timedelta(days=3)]


@pytest.mark.django_db
def test_failing_sweep_does_not_stop_the_others(only):
    def fail(now):
        raise ValueError("no such body")

    after = Recorder("after", order=2)
    only(Sweep(name="bad", every=MINUTE, run=fail, order=1), after.sweep)
    bad, good = run_due(clock=lambda: NOON)
    assert bad.error == "ValueError: no such body"
    assert good.account == "saw 07:00"
    run_due(clock=lambda: NOON + MINUTE)
    row = JobRun.objects.get(name="bad")
    assert (row.runs, row.failures, row.failures_in_a_row) == (2, 2, 2)
    assert row.last_error == "ValueError: no such body"
    assert len(after.times) == 2


@pytest.mark.django_db
def test_success_ends_a_row_of_failures(only):
    calls = []

    def sometimes(now):
        calls.append(now)
        if len(calls) == 1:
            raise RuntimeError("first")
        return "fine"

    only(Sweep(name="shaky", every=MINUTE, run=sometimes))
    run_due(clock=lambda: NOON)
    run_due(clock=lambda: NOON + MINUTE)
    row = JobRun.objects.get(name="shaky")
    assert (row.failures, row.failures_in_a_row, row.last_error) == (1, 0, "")
    assert row.last_account == "fine"


@pytest.mark.django_db(transaction=True)
def test_broken_transaction_is_not_handed_to_the_next_sweep(only):
    def break_it(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    def write(now):
        Organization.objects.create(kind="utility", name="Heat")
        return "wrote"

    only(
        Sweep(name="bad", every=MINUTE, run=break_it, order=1),
        Sweep(name="good", every=MINUTE, run=write, order=2),
    )
    bad, good = run_due(clock=lambda: NOON)
    assert bad.error.startswith("ProgrammingError")
    assert good.account == "wrote"
    assert Organization.objects.count() == 1


@pytest.mark.django_db
def test_sweeps_never_see_the_clock_go_back(only):
    recorder = Recorder("tick")
    only(recorder.sweep)
    for minutes in (0, 60, -30, 59, 61):
        at = NOON + minutes * MINUTE
        JobRun.objects.update(next_due_at=None)
        run_due(clock=lambda at=at: at)
    assert recorder.times == sorted(recorder.times)
    assert recorder.times == [NOON + m * MINUTE for m in (0, 60, 60, 60, 61)]


@pytest.mark.django_db
def test_wrong_clock_is_forgotten_on_request(only):
    advance_clock(NOON + dt.timedelta(days=365))
    assert advance_clock(NOON) == NOON + dt.timedelta(days=365)
    accept_clock(NOON)
    assert advance_clock(NOON + MINUTE) == NOON + MINUTE


@pytest.mark.django_db
def test_as_of_another_time_leaves_schedule_and_clock_alone(only):
    recorder = Recorder("tick")
    only(recorder.sweep)
    run_due(clock=lambda: NOON)
    far = NOON + dt.timedelta(days=400)
    assert [outcome.account for outcome in run_as_of(far)] == ["saw 07:00"]
    assert JobRun.objects.get(name="tick").next_due_at == NOON + MINUTE
    assert advance_clock(NOON + MINUTE) == NOON + MINUTE


@pytest.mark.django_db
def test_sweep_that_loses_the_database_is_recorded_as_failed(only):
    def lose(now):
        raise DatabaseError("server closed the connection")

    only(Sweep(name="lost", every=MINUTE, run=lose))
    (outcome,) = run_due(clock=lambda: NOON)
    assert "server closed" in outcome.error


@given(
    every=st.timedeltas(min_value=dt.timedelta(seconds=1), max_value=dt.timedelta(days=30)),
    offset=st.timedeltas(min_value=dt.timedelta(days=-1000), max_value=dt.timedelta(days=1000)),
)
def test_wait_is_never_negative_nor_longer_than_the_period(every, offset):
    sweep = Sweep(name="any", every=every, run=str)
    wait = time_until_due(sweep, NOON + offset, NOON)
    assert dt.timedelta(0) <= wait <= every
    if offset <= dt.timedelta(0):
        assert wait == dt.timedelta(0)


def test_sweep_that_never_ran_is_due():
    assert time_until_due(Sweep(name="new", every=MINUTE, run=str), None, NOON) == dt.timedelta(0)
