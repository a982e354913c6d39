"""A clock that never goes back, for sweeps."""

import datetime as dt

from django.db import connection
from django.utils import timezone

# A smaller step back is ordinary time keeping (NTP) and nobody's business.
NOTICEABLE_STEP_BACK = dt.timedelta(minutes=5)


def advance_clock(now: dt.datetime) -> dt.datetime:
    """Move the work clock to `now` and return it; when it stands later already, return that.

    So that a sweep that saw a deadline pass never sees it open again. One statement: two
    processes that ask at once get times in the order in which they were answered.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_workclock AS clock (singleton, latest_at) VALUES (true, %s)"
            " ON CONFLICT (singleton) DO UPDATE"
            " SET latest_at = greatest(clock.latest_at, excluded.latest_at)"
            " RETURNING latest_at",
            [now],
        )
        return cursor.fetchone()[0]


def accept_clock(now: dt.datetime | None = None) -> None:
    """Set the work clock to the present, also back: after the machine's clock was wrong."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_workclock")
    advance_clock(now or timezone.now())
