"""The registry of scheduled sweeps.

A sweep looks at the state of the database and does what is due, so a worker that was off for
three days catches up by running once. Apps register theirs in `jobs.py`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from citymap.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """`run(now)` does everything due at `now` (aware, UTC), returns a one-line account of it.

    Must be safe to run twice and concurrently with itself; effects are made exactly once by
    unique constraints, not by the schedule.
    """

    name: str
    every: dt.timedelta
    run: Callable[[dt.datetime], str]
    order: int = 0


sweeps: Registry[Sweep] = Registry("sweep")


def register_sweep(sweep: Sweep) -> Sweep:
    return sweeps.register(sweep)
