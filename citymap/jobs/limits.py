"""No sweep runs for ever: statements, Python code and, last, the process are cut off.

1. PostgreSQL ends a statement that takes longer than the sweep may take in all.
2. An alarm raises SweepTimeoutError in the main thread, again every few seconds, in case the
   sweep catches everything.
3. Should both fail (code that holds the interpreter or ignores the alarm), the worker's tenure
   ends the process after GRACE more (citymap/jobs/worker.py); its supervisor starts it again.
"""

import datetime as dt
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

GRACE = dt.timedelta(seconds=30)
ALARM_AGAIN_S = 2.0


class SweepTimeoutError(BaseException):
    """A sweep took longer than it may. No Exception, so that a sweep does not swallow it."""


@contextmanager
def time_limit(limit: dt.timedelta) -> Iterator[None]:
    """Cut off what runs inside after `limit`: raises SweepTimeoutError or a database error."""
    with _statements_cut_off(limit), _alarm(limit):
        yield


@contextmanager
def _statements_cut_off(limit: dt.timedelta) -> Iterator[None]:
    before = _set_statement_timeout(f"{max(1, round(limit.total_seconds() * 1000))}ms")
    try:
        yield
    finally:
        # On a connection that broke, or in a transaction that failed, there is nothing to mend.
        with suppress(DatabaseError, InterfaceError):
            _set_statement_timeout(before)


def _set_statement_timeout(value: str) -> str:
    """Set the session's limit of a statement; returns the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [value])
    return before


@contextmanager
def _alarm(limit: dt.timedelta) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread hears signals; statements are limited all the same.
        yield
        return
    armed = True

    def cut_off(number, frame) -> None:
        if armed:
            raise SweepTimeoutError

    previous = signal.signal(signal.SIGALRM, cut_off)
    try:
        # The alarm may go off in the very moment of leaving: then the outer `finally` is left.
        try:
            signal.setitimer(signal.ITIMER_REAL, limit.total_seconds(), ALARM_AGAIN_S)
            yield
        finally:
            armed = False
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
