"""Keeping the log of runs short."""

import datetime as dt

from django.db import connection

from citymap.jobs.models import JobRequest

# Written once more in the function jobs_prune_log (migration 0003), which alone may remove runs.
KEPT_RUNS = 200
KEPT_FAILURES = dt.timedelta(days=90)
KEPT_REQUESTS = dt.timedelta(days=365)


def prune_log(now: dt.datetime) -> str:
    """Remove old runs from the log and old requests; the account of a sweep.

    Runs are old by the database's clock, whatever `now` is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT jobs_prune_log()")
        (removed,) = cursor.fetchone()
    requests, _ = JobRequest.objects.filter(taken_at__lt=now - KEPT_REQUESTS).delete()
    return f"{removed} runs, {requests} requests removed" if removed or requests else ""
