"""What the worker does for tiles: removes what edits by psql and commands have made stale."""

import datetime as dt

from django.db import connection
from django.utils.translation import gettext_lazy as _

from citymap.jobs.readiness import ReadinessCheck, register_readiness
from citymap.jobs.registry import Sweep, register_sweep
from citymap.tiles import cache, triggers


def remove_stale_tiles(now: dt.datetime) -> str:
    """Remove stale files and forget old marks; `now` does not matter, the marks decide."""
    removed = cache.remove_stale()
    strangers = cache.discard_strangers()
    forgotten = cache.forget_old_marks()
    return f"{removed} marks, {len(strangers)} sources, {forgotten} old marks"


def unmarked_edits() -> str:
    """Tables whose edits would not reach the map."""
    with connection.cursor() as cursor:
        tables = sorted({table for table, _ in triggers.missing(cursor)})
    return f"edits of {', '.join(tables)} do not mark tiles: migrate" if tables else ""


register_readiness(ReadinessCheck(name="tiles", problem=unmarked_edits, order=40))
register_sweep(
    Sweep(
        name="stale_tiles",
        title=_("Stale map tiles"),
        description=_("Removes kept tiles of the map that an edit has made out of date."),
        every=dt.timedelta(seconds=5),
        run=remove_stale_tiles,
        order=10,
    )
)
