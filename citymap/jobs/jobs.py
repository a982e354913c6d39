"""The worker's own upkeep."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from citymap.jobs.registry import Sweep, register_sweep
from citymap.jobs.upkeep import prune_log

register_sweep(
    Sweep(
        name="jobs.log",
        title=_("Log of jobs"),
        description=_("Removes old runs from the log, failures after 90 days."),
        every=dt.timedelta(minutes=10),
        run=prune_log,
        order=90,
    )
)
