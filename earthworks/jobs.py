"""The sweep that makes claims and follows them."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from citymap.jobs.registry import Sweep, register_sweep
from earthworks.services import claims


def run(now: dt.datetime) -> str:
    return claims.sweep(now=now)


register_sweep(
    Sweep(name="claims", title=_("Claims"), every=dt.timedelta(minutes=1), run=run, order=40)
)
