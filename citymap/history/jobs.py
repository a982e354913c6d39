"""The history's sweeps, and what `/readyz` asks of it."""

import datetime as dt

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from citymap.history.hardening import owner_is_serving, problems
from citymap.history.irregular import find_irregular
from citymap.history.sealing import seal_and_publish
from citymap.jobs.readiness import ReadinessCheck, register_readiness
from citymap.jobs.registry import Sweep, register_sweep

register_sweep(
    Sweep(
        name="history_seal",
        title=_("Seals of the history"),
        description=_("Seals new records of legal weight and publishes roots."),
        every=dt.timedelta(minutes=1),
        run=seal_and_publish,
        order=90,
    )
)
register_sweep(
    Sweep(
        name="history_irregular",
        title=_("Irregular changes"),
        description=_("Opens a protocol for each change that nobody stands behind."),
        every=dt.timedelta(minutes=5),
        run=find_irregular,
        order=91,
    )
)


def protection_problem() -> str:
    """What the owner's hook after migrate made, and somebody undid; one line."""
    if not settings.CITYMAP_HAS_OWNER or owner_is_serving(connection):
        return ""  # the check named "history" says so
    found = problems(connection)
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"history not protected: {found[0]}{more}; run manage.py migrate"


register_readiness(
    ReadinessCheck(name="history_protection", problem=protection_problem, required=False, order=6)
)
