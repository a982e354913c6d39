"""Running sweeps and writing down what became of them."""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from citymap.jobs.clock import advance_clock
from citymap.jobs.models import JobRun
from citymap.jobs.registry import Sweep, sweeps

log = structlog.get_logger("citymap.jobs")

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one run of a sweep; `error` is empty when it succeeded."""

    name: str
    account: str = ""
    error: str = ""
    seconds: float = 0.0


def time_until_due(sweep: Sweep, next_due_at: dt.datetime | None, now: dt.datetime) -> dt.timedelta:
    """How long until `sweep` is due; zero when it is.

    A due time further off than one whole period was written by a clock that ran ahead, and
    counts as due now.
    """
    if next_due_at is None:
        return dt.timedelta(0)
    left = next_due_at - now
    return left if dt.timedelta(0) < left <= sweep.every else dt.timedelta(0)


def due_sweeps(now: dt.datetime) -> list[Sweep]:
    """The sweeps due at `now`, in order."""
    due_at = dict(JobRun.objects.values_list("name", "next_due_at"))
    return [s for s in sweeps if not time_until_due(s, due_at.get(s.name), now)]


def run_sweep(sweep: Sweep, *, now: dt.datetime) -> Outcome:
    """Run one sweep as of `now`. Never raises what the sweep raises: the others must go on."""
    started = time.perf_counter()
    account = error = ""
    try:
        account = sweep.run(now)
    except Exception as exception:
        error = f"{type(exception).__name__}: {exception}"
        log.exception("sweep failed", sweep=sweep.name)
    finally:
        # A broken connection is not handed to the next sweep.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
    seconds = round(time.perf_counter() - started, 3)
    return Outcome(name=sweep.name, account=account or "", error=error, seconds=seconds)


def run_and_record(sweep: Sweep, *, clock: Clock = timezone.now) -> Outcome:
    """Run one sweep at the work clock's time and record it in JobRun."""
    now = advance_clock(clock())
    before, _ = JobRun.objects.get_or_create(name=sweep.name)
    row = JobRun.objects.filter(name=sweep.name)
    row.update(last_started_at=now, next_due_at=now + sweep.every)
    outcome = run_sweep(sweep, now=now)
    finished = {"last_finished_at": advance_clock(clock()), "runs": F("runs") + 1}
    if outcome.error:
        row.update(
            **finished,
            last_error=outcome.error,
            failures=F("failures") + 1,
            failures_in_a_row=F("failures_in_a_row") + 1,
        )
    else:
        # A sweep that says the same every few seconds is not worth a line each time.
        if outcome.account != before.last_account:
            log.info("sweep", sweep=sweep.name, account=outcome.account, seconds=outcome.seconds)
        row.update(**finished, last_account=outcome.account, last_error="", failures_in_a_row=0)
    return outcome


def run_due(*, clock: Clock = timezone.now) -> list[Outcome]:
    """Run every sweep that is due, once each."""
    return [run_and_record(s, clock=clock) for s in due_sweeps(advance_clock(clock()))]


def run_as_of(now: dt.datetime, chosen: Iterable[Sweep] | None = None) -> list[Outcome]:
    """Run what is due at a given time, without moving the work clock or the schedule."""
    return [run_sweep(s, now=now) for s in (due_sweeps(now) if chosen is None else chosen)]
