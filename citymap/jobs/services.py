"""Running sweeps and writing down what became of them."""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from citymap.jobs.clock import advance_clock
from citymap.jobs.limits import SweepTimeoutError, time_limit
from citymap.jobs.models import JobOutcome, JobRun
from citymap.jobs.registry import Sweep, sweeps

log = structlog.get_logger("citymap.jobs")

Clock = Callable[[], dt.datetime]
MAX_ACCOUNT = 2_000
QUIET_LINE_EVERY = dt.timedelta(minutes=1)
CUT_SHORT = "the worker ended during the run"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one run of a sweep; `error` is empty when it succeeded."""

    name: str
    account: str = ""
    error: str = ""
    seconds: float = 0.0
    cut_off: bool = False


def time_until_due(sweep: Sweep, next_due_at: dt.datetime | None, now: dt.datetime) -> dt.timedelta:
    """How long until `sweep` is due; zero when it is.

    A due time further off than one whole period (or the pause after a run that was cut off) was
    written by a clock that ran ahead, and counts as due now.
    """
    if next_due_at is None:
        return dt.timedelta(0)
    left = next_due_at - now
    longest = max(sweep.every, sweep.time_limit)
    return left if dt.timedelta(0) < left <= longest else dt.timedelta(0)


def pause_after(sweep: Sweep, outcome: Outcome) -> dt.timedelta:
    """How long after its start a sweep runs again.

    One that was cut off waits at least as long as it may take, so that a hanging sweep leaves
    the others at least half of the worker's time.
    """
    return max(sweep.every, sweep.time_limit) if outcome.cut_off else sweep.every


def due_sweeps(now: dt.datetime) -> list[Sweep]:
    """The sweeps due at `now`, in order."""
    due_at = dict(JobRun.objects.values_list("name", "next_due_at"))
    return [s for s in sweeps if not time_until_due(s, due_at.get(s.name), now)]


def run_sweep(sweep: Sweep, *, now: dt.datetime) -> Outcome:
    """Run one sweep as of `now`. Never raises what the sweep raises: the others must go on."""
    started = time.perf_counter()
    account = error = ""
    limit_s = sweep.time_limit.total_seconds()
    cut_off = False
    try:
        with time_limit(sweep.time_limit):
            account = sweep.run(now)
    except SweepTimeoutError:
        cut_off = True
    except Exception as exception:
        error = f"{type(exception).__name__}: {exception}"
        log.exception("sweep failed", sweep=sweep.name)
        # PostgreSQL's own limit ends a statement as any other error does.
        cut_off = time.perf_counter() - started >= limit_s
    seconds = round(time.perf_counter() - started, 3)
    if cut_off:
        error = f"cut off: took longer than {limit_s:g} s" + (f" ({error})" if error else "")
        log.error("sweep cut off", sweep=sweep.name, seconds=seconds)
    # A connection that broke, or was left amid a statement, is not handed to the next sweep.
    if not connection.in_atomic_block:
        if cut_off:
            connection.close()
        else:
            connection.close_if_unusable_or_obsolete()
    return Outcome(
        name=sweep.name,
        account=_one_line(account or ""),
        error=_one_line(error),
        seconds=seconds,
        cut_off=cut_off,
    )


def run_and_record(sweep: Sweep, *, clock: Clock = timezone.now, asked_by: str = "") -> Outcome:
    """Run one sweep at the work clock's time and record it in JobRun and JobOutcome."""
    now = advance_clock(clock())
    before, _ = JobRun.objects.get_or_create(name=sweep.name)
    row = JobRun.objects.filter(name=sweep.name)
    row.update(last_started_at=now, next_due_at=now + sweep.every, running=True)
    outcome = run_sweep(sweep, now=now)
    finished = {
        "last_finished_at": advance_clock(clock()),
        "runs": F("runs") + 1,
        "running": False,
        "next_due_at": now + pause_after(sweep, outcome),
    }
    if outcome.error:
        finished |= {
            "last_error": outcome.error,
            "failures": F("failures") + 1,
            "failures_in_a_row": F("failures_in_a_row") + 1,
        }
    else:
        # A sweep that says the same every few seconds is not worth a line each time.
        if outcome.account != before.last_account:
            log.info("sweep", sweep=sweep.name, account=outcome.account, seconds=outcome.seconds)
        finished |= {"last_account": outcome.account, "last_error": "", "failures_in_a_row": 0}
    with transaction.atomic():
        if _is_worth_a_line(outcome, before, now) or asked_by:
            finished["last_logged_at"] = now
            JobOutcome.objects.create(
                name=sweep.name,
                started_at=now,
                seconds=outcome.seconds,
                lag_s=lag(before.next_due_at, now).total_seconds(),
                account=outcome.account,
                error=outcome.error,
                asked_by=asked_by,
            )
        row.update(**finished)
    return outcome


def _is_worth_a_line(outcome: Outcome, before: JobRun, now: dt.datetime) -> bool:
    """Whether a run goes into the log: all but those in time that say what the last one said."""
    if lag(before.next_due_at, now) >= QUIET_LINE_EVERY:
        return True
    if outcome.error or before.last_error or outcome.account != before.last_account:
        return True
    return before.last_logged_at is None or now - before.last_logged_at >= QUIET_LINE_EVERY


def lag(due_at: dt.datetime | None, now: dt.datetime) -> dt.timedelta:
    """How long something due at `due_at` has been waiting at `now`."""
    return max(dt.timedelta(0), now - due_at) if due_at else dt.timedelta(0)


@transaction.atomic
def close_cut_short(*, now: dt.datetime) -> list[str]:
    """Count the runs that a worker left unfinished as failures; their names.

    For a worker that has just taken the lock: nobody else is running them.
    """
    left = list(JobRun.objects.select_for_update().filter(running=True).order_by("pk"))
    for row in left:
        started = row.last_started_at or now
        JobRun.objects.filter(pk=row.pk).update(
            running=False,
            last_finished_at=now,
            runs=F("runs") + 1,
            failures=F("failures") + 1,
            failures_in_a_row=F("failures_in_a_row") + 1,
            last_error=CUT_SHORT,
            last_logged_at=started,
        )
        JobOutcome.objects.create(
            name=row.name,
            started_at=started,
            seconds=max(0.0, (now - started).total_seconds()),
            error=CUT_SHORT,
        )
    return [row.name for row in left]


def run_due(*, clock: Clock = timezone.now) -> list[Outcome]:
    """Run every sweep that is due, once each."""
    return [run_and_record(s, clock=clock) for s in due_sweeps(advance_clock(clock()))]


def run_as_of(now: dt.datetime, chosen: Iterable[Sweep] | None = None) -> list[Outcome]:
    """Run what is due at a given time, without moving the work clock or the schedule."""
    return [run_sweep(s, now=now) for s in (due_sweeps(now) if chosen is None else chosen)]


def _one_line(text: str) -> str:
    # NUL is no character of PostgreSQL's text.
    return " ".join(text.replace("\0", " ").split())[:MAX_ACCOUNT]
