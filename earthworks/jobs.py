"""The sweeps: claims are made and followed; who was asked for approval is reminded."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from citymap.jobs.registry import Sweep, register_sweep
from earthworks.services import asking, claims


def run(now: dt.datetime) -> str:
    return claims.sweep(now=now)


register_sweep(
    Sweep(name="claims", title=_("Claims"), every=dt.timedelta(minutes=1), run=run, order=40)
)


def remind(now: dt.datetime) -> str:
    return f"lines of approval that wait at their term: {asking.remind(now=now)}"


register_sweep(
    Sweep(
        name="approvals",
        title=_("Reminders of approvals"),
        every=dt.timedelta(minutes=15),
        run=remind,
        order=41,
    )
)
