"""The chain is verified every day, and whenever somebody asks."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from citymap.audit.services import SWEEP, sweep_verification
from citymap.jobs.registry import Sweep, register_sweep

register_sweep(
    Sweep(
        name=SWEEP,
        title=_("Verification of the chain"),
        description=_("Checks every record of legal weight and every root once a day."),
        every=dt.timedelta(minutes=10),
        run=sweep_verification,
        order=95,
        time_limit=dt.timedelta(minutes=30),
    )
)
