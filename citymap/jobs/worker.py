"""The worker: one process that runs the sweeps when they are due.

It holds an advisory lock, so there is only one per database; it writes a heartbeat; it ends
when it loses the database (whoever started it starts it again), on SIGTERM after the sweep
in hand, with its parent, and when a sweep cannot be cut off (citymap/jobs/limits.py).
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now
from django.utils import timezone

from citymap.jobs.clock import advance_clock
from citymap.jobs.limits import GRACE
from citymap.jobs.models import Heartbeat, JobRun
from citymap.jobs.registry import Sweep, sweeps
from citymap.jobs.requests import take_requests
from citymap.jobs.services import (
    Clock,
    close_cut_short,
    pause_after,
    run_and_record,
    time_until_due,
)

log = structlog.get_logger("citymap.worker")

WORKER_NAME = "worker"
LOCK_NAME = "citymap.worker"
BEAT_EVERY_S = 5.0
LONGEST_NAP_S = 1.0
# Exit status of a worker whose sweep could not be cut off.
HUNG_STATUS = 70


class WorkerEndedError(Exception):
    """The worker cannot go on; the message says why."""


class Tenure(threading.Thread):
    """Holds the worker's lock on a connection of its own, and beats as long as it holds it.

    A thread, so that a long sweep does not look like a dead worker.
    """

    def __init__(self) -> None:
        super().__init__(name="worker-tenure", daemon=True)
        self.held = False
        self.problem = ""
        self._in_hand: tuple[str, float] | None = None
        self._decided = threading.Event()
        self._over = threading.Event()

    def take(self) -> None:
        """Start holding the lock; raises WorkerEndedError when another worker has it."""
        self.start()
        self._decided.wait()
        if not self.held:
            raise WorkerEndedError(self.problem)

    def give_back(self) -> None:
        self._over.set()
        if self.ident:
            self.join()

    def run(self) -> None:
        try:
            if self._lock():
                self._beat(first=True)
                self.held = True
                self._decided.set()
                while not self._over.wait(BEAT_EVERY_S):
                    self._beat()
                    self._end_if_hung()
        except (DatabaseError, InterfaceError) as error:
            self.problem = f"the database is lost: {error}"
        finally:
            self.held = False
            connection.close()
            self._decided.set()

    @contextmanager
    def watch(self, sweep: Sweep) -> Iterator[None]:
        """While inside, end the process should the sweep outlast its limit and the grace."""
        until = time.monotonic() + (sweep.time_limit + GRACE).total_seconds()
        self._in_hand = (sweep.name, until)
        try:
            yield
        finally:
            self._in_hand = None

    def _end_if_hung(self) -> None:
        in_hand = self._in_hand
        if in_hand and time.monotonic() > in_hand[1]:
            log.critical("a sweep cannot be cut off; the worker ends", sweep=in_hand[0])
            os._exit(HUNG_STATUS)

    def _lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK_NAME])
            if cursor.fetchone()[0]:
                return True
        other = Heartbeat.objects.filter(name=WORKER_NAME).first()
        who = f" (process {other.process_id} on {other.host})" if other else ""
        self.problem = f"another worker{who} is at work on this database; this one ends"
        return False

    def _beat(self, *, first: bool = False) -> None:
        me = {"host": socket.gethostname(), "process_id": os.getpid(), "beat_at": Now()}
        if first:
            me["started_at"] = Now()
        if not Heartbeat.objects.filter(name=WORKER_NAME).update(**me):
            Heartbeat.objects.create(name=WORKER_NAME, **{"started_at": Now(), **me})


Watch = Callable[[Sweep], AbstractContextManager[None]]


class Schedule:
    """When each sweep runs next, by the process's own monotonic time.

    The machine's clock may jump either way: the pace stays. Only at the start is the written
    schedule consulted.
    """

    def __init__(self, clock: Clock, watch: Watch = lambda sweep: nullcontext()) -> None:
        self._clock = clock
        self._watch = watch
        self._next: dict[str, float] = {}

    def _plan(self) -> None:
        now = advance_clock(self._clock())
        due_at = dict(JobRun.objects.values_list("name", "next_due_at"))
        for sweep in sweeps:
            if sweep.name not in self._next:
                wait = time_until_due(sweep, due_at.get(sweep.name), now)
                self._next[sweep.name] = time.monotonic() + wait.total_seconds()

    def run_next(self, stop: threading.Event) -> float:
        """Run what people asked for and what is due, until `stop`; seconds until more is due."""
        if any(sweep.name not in self._next for sweep in sweeps):
            self._plan()
        for sweep, asked_by in take_requests():
            self._run(sweep, asked_by)
        for sweep in sweeps:
            if stop.is_set():
                break
            if self._next[sweep.name] <= time.monotonic():
                self._run(sweep)
        return max(0.0, min(self._next.values(), default=LONGEST_NAP_S) - time.monotonic())

    def _run(self, sweep: Sweep, asked_by: str = "") -> None:
        started = time.monotonic()
        with self._watch(sweep):
            outcome = run_and_record(sweep, clock=self._clock, asked_by=asked_by)
        pause = pause_after(sweep, outcome)
        # From the end, so that what always takes longer than its period leaves others a turn.
        self._next[sweep.name] = max(started + pause.total_seconds(), time.monotonic())


def work(stop: threading.Event, *, clock: Clock = timezone.now) -> None:
    """Run due sweeps until `stop` is set; raises WorkerEndedError when it cannot go on."""
    tenure = Tenure()
    try:
        tenure.take()
        log.info("worker started", sweeps=[sweep.name for sweep in sweeps])
        try:
            _go_on(stop, tenure, clock)
        except (DatabaseError, InterfaceError) as error:
            raise WorkerEndedError(f"the database is lost: {error}") from error
        log.info("worker stopped")
    finally:
        tenure.give_back()


def _go_on(stop: threading.Event, tenure: Tenure, clock: Clock) -> None:
    """The worker's turns, one after another, as long as the lock is held."""
    if unfinished := close_cut_short(now=advance_clock(clock())):
        log.warning("sweeps were cut short when the last worker ended", sweeps=unfinished)
    schedule = Schedule(clock, tenure.watch)
    while not stop.is_set():
        if not tenure.held:
            raise WorkerEndedError(tenure.problem)
        nap = schedule.run_next(stop)
        stop.wait(min(nap, LONGEST_NAP_S))
