"""What the worker does for tiles: removes what edits by psql and commands have made stale."""

import datetime as dt

from citymap.jobs.registry import Sweep, register_sweep
from citymap.tiles import cache


def remove_stale_tiles(now: dt.datetime) -> str:
    """Remove stale files and forget old marks; `now` does not matter, the marks decide."""
    removed = cache.remove_stale()
    strangers = cache.discard_strangers()
    forgotten = cache.forget_old_marks()
    return f"{removed} marks, {len(strangers)} sources, {forgotten} old marks"


register_sweep(
    Sweep(name="stale_tiles", every=dt.timedelta(seconds=5), run=remove_stale_tiles, order=10)
)
