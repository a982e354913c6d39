"""What the worker does for the city's map."""

import datetime as dt

import structlog
from django.utils.translation import gettext_lazy as _

from citymap.jobs.registry import Sweep, register_sweep
from layers.basemap import build_if_behind

log = structlog.get_logger("layers.basemap")


def build_owed_base_map(now: dt.datetime) -> str:
    """Build the base map that an import owes: it was killed after its commit."""
    return "built" if build_if_behind(say=log.info) else "nothing owed"


register_sweep(
    Sweep(
        name="base_map",
        title=_("Base map"),
        description=_("Builds the base map that an import left unbuilt."),
        every=dt.timedelta(minutes=5),
        run=build_owed_base_map,
        time_limit=dt.timedelta(hours=1),
        order=90,
    )
)
