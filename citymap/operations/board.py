"""What the jobs page says: the worker, its clock, and how every sweep is doing."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from django.db.models import F, Window
from django.db.models.enums import TextChoices
from django.db.models.functions import Now, RowNumber
from django.utils.translation import gettext_lazy as _

from citymap.jobs.clock import NOTICEABLE_STEP_BACK
from citymap.jobs.models import Heartbeat, JobOutcome, JobRequest, JobRun, WorkClock
from citymap.jobs.readiness import STALE_AFTER
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.services import lag, time_until_due
from citymap.jobs.worker import WORKER_NAME

TREND_RUNS = 30
# A sweep later than this is waiting for something.
LATE_AFTER = dt.timedelta(seconds=30)


class State(TextChoices):
    """How a sweep is doing, the worst first."""

    FAILING = "failing", _("failed")
    LATE = "late", _("late")
    RUNNING = "running", _("running")
    NEW = "new", _("has never run")
    FINE = "fine", _("in order")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One run of the trend: its height in percent of the longest, and whether it failed."""

    height: int
    failed: bool


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The last logged runs of a sweep, oldest first."""

    bars: list[Bar]
    failed: int
    median_s: float
    longest_s: float

    @property
    def runs(self) -> int:
        return len(self.bars)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A sweep with all that the page says of it."""

    sweep: Sweep
    row: JobRun | None
    state: State
    next_in: dt.timedelta
    lag: dt.timedelta
    seconds: float | None
    failed_at: dt.datetime | None
    trend: Trend | None
    request: JobRequest | None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """The worker as its last beat shows it; `silence` is the time since, by the database."""

    beat: Heartbeat | None
    silence: dt.timedelta

    @property
    def is_alive(self) -> bool:
        return self.beat is not None and self.silence <= STALE_AFTER


@dataclass(frozen=True, kw_only=True)
class Board:
    """The whole page."""

    worker: Worker
    clock_behind: dt.timedelta
    jobs: list[Job]

    @property
    def clock_is_right(self) -> bool:
        return self.clock_behind <= NOTICEABLE_STEP_BACK

    @property
    def failing(self) -> int:
        return sum(job.state == State.FAILING for job in self.jobs)


def read_board(now: dt.datetime) -> Board:
    """The page as of `now`, in five queries however many sweeps there are."""
    worker = _worker()
    mark = WorkClock.objects.first()
    rows = {row.name: row for row in JobRun.objects.all()}
    outcomes = latest_outcomes(TREND_RUNS)
    asked = {
        row.name: row for row in JobRequest.objects.filter(kind=JobRequest.Kind.RUN, taken_at=None)
    }
    jobs = [
        _job(sweep, rows.get(sweep.name), outcomes[sweep.name], asked.get(sweep.name), now, worker)
        for sweep in sweeps
    ]
    behind = mark.latest_at - now if mark else dt.timedelta(0)
    return Board(worker=worker, clock_behind=behind, jobs=jobs)


def latest_outcomes(count: int) -> dict[str, list[JobOutcome]]:
    """The last `count` logged runs of every sweep, newest first."""
    place = Window(RowNumber(), partition_by=F("name"), order_by=F("pk").desc())
    found = defaultdict(list)
    for row in JobOutcome.objects.annotate(place=place).filter(place__lte=count).order_by("-pk"):
        found[row.name].append(row)
    return found


def trend_of(outcomes: list[JobOutcome]) -> Trend | None:
    """How the last runs went, from outcomes newest first; None without any."""
    if not outcomes:
        return None
    seconds = [row.seconds for row in outcomes]
    longest = max(seconds)
    return Trend(
        bars=[
            Bar(
                height=max(4, round(100 * row.seconds / longest)) if longest else 4,
                failed=bool(row.error),
            )
            for row in reversed(outcomes)
        ],
        failed=sum(bool(row.error) for row in outcomes),
        median_s=median(seconds),
        longest_s=longest,
    )


def state_of(
    row: JobRun | None, *, late: dt.timedelta, every: dt.timedelta, worker_is_alive: bool
) -> State:
    """How a sweep is doing, the worst that can be said of it."""
    if row is None or row.last_started_at is None:
        return State.NEW
    if row.failures_in_a_row:
        return State.FAILING
    if row.running and worker_is_alive:
        return State.RUNNING
    return State.LATE if late > max(every, LATE_AFTER) else State.FINE


def _worker() -> Worker:
    beat = Heartbeat.objects.filter(name=WORKER_NAME).annotate(silence=Now() - F("beat_at")).first()
    return Worker(beat=beat, silence=beat.silence if beat else dt.timedelta(0))


def _job(
    sweep: Sweep,
    row: JobRun | None,
    outcomes: list[JobOutcome],
    request: JobRequest | None,
    now: dt.datetime,
    worker: Worker,
) -> Job:
    due_at = row.next_due_at if row else None
    late = lag(due_at, now)
    failure = next((outcome for outcome in outcomes if outcome.error), None)
    return Job(
        sweep=sweep,
        row=row,
        state=state_of(row, late=late, every=sweep.every, worker_is_alive=worker.is_alive),
        next_in=time_until_due(sweep, due_at, now),
        lag=late,
        seconds=outcomes[0].seconds if outcomes else None,
        failed_at=failure.started_at if failure else None,
        trend=trend_of(outcomes),
        request=request,
    )
