"""Time limits of sweeps: what is cut off, and that nothing of it stays behind."""

import datetime as dt
import signal
import threading
import time

import pytest
from django.db import OperationalError, connection

from citymap.jobs.limits import SweepTimeoutError, time_limit
from citymap.jobs.registry import Sweep
from citymap.jobs.services import pause_after, run_sweep

SHORT = dt.timedelta(seconds=0.2)
NOON = dt.datetime(2026, 5, 15, 7, tzinfo=dt.UTC)


def statement_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_what_is_quick_is_left_alone():
    before, handler = statement_timeout(), signal.getsignal(signal.SIGALRM)
    with time_limit(SHORT):
        assert statement_timeout() == "200ms"
    assert statement_timeout() == before
    assert signal.getsignal(signal.SIGALRM) == handler
    time.sleep(0.3)  # no alarm comes late


@pytest.mark.django_db
def test_code_is_cut_off_though_it_catches_everything():
    started = time.perf_counter()

    def stubborn():
        while True:
            try:
                time.sleep(10)
            except Exception:
                continue

    with pytest.raises(SweepTimeoutError), time_limit(SHORT):
        stubborn()
    assert time.perf_counter() - started < 5


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_cut_off_in_a_thread_too():
    said = []

    def work():
        try:
            with time_limit(SHORT), connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")
        except OperationalError as error:
            said.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert "statement timeout" in said[0]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_was_cut_off_is_a_failure_and_pauses():
    def hang(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    sweep = Sweep(name="hang", every=dt.timedelta(seconds=0.1), run=hang, time_limit=SHORT)
    outcome = run_sweep(sweep, now=NOON)
    assert outcome.cut_off
    assert outcome.error.startswith("cut off: took longer than 0.2 s")
    assert pause_after(sweep, outcome) == SHORT
    assert statement_timeout() == "0"


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_somebody_holds_does_not_hold_the_worker(django_db_blocker):
    """Waiting for a row is waiting for the database: it ends with the limit."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE held (id integer)")
    locked, done = threading.Event(), threading.Event()

    def holder():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE held")
            locked.set()
            done.wait(20)
            cursor.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=holder)
    thread.start()
    locked.wait(10)

    def wait_for_it(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM held")

    try:
        sweep = Sweep(name="w", every=SHORT, run=wait_for_it, time_limit=SHORT)
        assert run_sweep(sweep, now=NOON).cut_off
    finally:
        done.set()
        thread.join()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE held")
