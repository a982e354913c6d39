"""The worker: one process that runs the sweeps when they are due.

It holds an advisory lock, so there is only one per database; it writes a heartbeat; it ends
when it loses the database (whoever started it starts it again), on SIGTERM after the sweep
in hand, and with its parent.
"""

import os
import socket
import threading
import time

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now
from django.utils import timezone

from citymap.jobs.clock import advance_clock
from citymap.jobs.models import Heartbeat, JobRun
from citymap.jobs.registry import sweeps
from citymap.jobs.services import Clock, run_and_record, time_until_due

log = structlog.get_logger("citymap.worker")

WORKER_NAME = "worker"
LOCK_NAME = "citymap.worker"
BEAT_EVERY_S = 5.0
LONGEST_NAP_S = 1.0


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
        except (DatabaseError, InterfaceError) as error:
            self.problem = f"the database is lost: {error}"
        finally:
            self.held = False
            connection.close()
            self._decided.set()

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


class Schedule:
    """When each sweep runs next, by the process's own monotonic time.

    The machine's clock may jump either way: the pace stays. Only at the start is the written
    schedule consulted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}

    def _plan(self) -> None:
        now = advance_clock(self._clock())
        due_at = dict(JobRun.objects.values_list("name", "next_due_at"))
        for sweep in sweeps:
            if sweep.name not in self._next:
                wait = time_until_due(sweep, due_at.get(sweep.name), now)
                self._next[sweep.name] = time.monotonic() + wait.total_seconds()

    def run_next(self, stop: threading.Event) -> float:
        """Run what is due, until `stop`; seconds until the next one is."""
        if any(sweep.name not in self._next for sweep in sweeps):
            self._plan()
        for sweep in sweeps:
            if stop.is_set():
                break
            if self._next[sweep.name] <= time.monotonic():
                run_and_record(sweep, clock=self._clock)
                self._next[sweep.name] = time.monotonic() + sweep.every.total_seconds()
        return max(0.0, min(self._next.values(), default=LONGEST_NAP_S) - time.monotonic())


def work(stop: threading.Event, *, clock: Clock = timezone.now) -> None:
    """Run due sweeps until `stop` is set; raises WorkerEndedError when it cannot go on."""
    tenure = Tenure()
    schedule = Schedule(clock)
    try:
        tenure.take()
        log.info("worker started", sweeps=[sweep.name for sweep in sweeps])
        while not stop.is_set():
            if not tenure.held:
                raise WorkerEndedError(tenure.problem)
            try:
                nap = schedule.run_next(stop)
            except (DatabaseError, InterfaceError) as error:
                raise WorkerEndedError(f"the database is lost: {error}") from error
            stop.wait(min(nap, LONGEST_NAP_S))
        log.info("worker stopped")
    finally:
        tenure.give_back()
