"""What the worker does about personal data, and what `/readyz` asks of it."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from citymap.jobs.readiness import ReadinessCheck, register_readiness
from citymap.jobs.registry import Sweep, register_sweep
from citymap.personal.services import keys_problem, sweep_retention

register_sweep(
    Sweep(
        name="personal.retention",
        title=_("Retention of personal data"),
        description=_("Erases people whom no rule and no open matter keeps any longer."),
        every=dt.timedelta(hours=6),
        run=sweep_retention,
        order=50,
    )
)
register_readiness(
    ReadinessCheck(name="personal_keys", problem=keys_problem, required=True, order=20)
)
