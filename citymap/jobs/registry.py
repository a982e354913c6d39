"""The registry of scheduled sweeps.

A sweep looks at the state of the database and does what is due, so a worker that was off for
three days catches up by running once. Apps register theirs in `jobs.py`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from citymap.registry import Registry

USUAL_LIMIT = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """`run(now)` does everything due at `now` (aware, UTC), returns a one-line account of it.

    Must be safe to run twice and concurrently with itself; effects are made exactly once by
    unique constraints, not by the schedule.

    title, description: what the jobs page calls it and says that it is for.
    time_limit: after this long it is cut off and counts as failed, so it must be able to go on
        from where it was (docs/adr/1511-time-limit-of-a-sweep.md).
    """

    name: str
    every: dt.timedelta
    run: Callable[[dt.datetime], str]
    order: int = 0
    title: str | Promise = ""
    description: str | Promise = ""
    time_limit: dt.timedelta = USUAL_LIMIT

    def __str__(self) -> str:
        """What people call it."""
        return str(self.title or self.name)


sweeps: Registry[Sweep] = Registry("sweep")


def register_sweep(sweep: Sweep) -> Sweep:
    return sweeps.register(sweep)
