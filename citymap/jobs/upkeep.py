"""Keeping the log of runs short."""

import datetime as dt

from django.db import connection

from citymap.jobs.models import JobRequest

KEPT_RUNS = 200
KEPT_FAILURES = dt.timedelta(days=90)
KEPT_REQUESTS = dt.timedelta(days=365)

# The last runs of each sweep stay, and failures for longer.
_PRUNE = """
DELETE FROM jobs_joboutcome AS old
USING (
    SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS place
    FROM jobs_joboutcome
) AS ranked
WHERE ranked.id = old.id AND ranked.place > %s AND (old.error = '' OR old.started_at < %s)
"""


def prune_log(now: dt.datetime) -> str:
    """Remove old runs from the log and old requests; the account of a sweep."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [KEPT_RUNS, now - KEPT_FAILURES])
        removed = cursor.rowcount
    requests, _ = JobRequest.objects.filter(taken_at__lt=now - KEPT_REQUESTS).delete()
    return f"{removed} runs, {requests} requests removed" if removed or requests else ""
