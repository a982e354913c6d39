"""The sweep that delivers, and what `/readyz` says of the outbox."""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.jobs.readiness import ReadinessCheck, register_readiness
from citymap.jobs.registry import Sweep, register_sweep
from citymap.notices.channels.base import channels
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.models import ChannelState, Notice


def run(now: dt.datetime) -> str:
    """Deliver what is due; one line of what became of it."""
    tally = deliver(now=now, seconds=settings.CITYMAP_NOTICES_SWEEP_S)
    return ", ".join(f"{outcome}: {count}" for outcome, count in sorted(tally.items()) if count)


def notices_problem() -> str:
    """Channels that cannot be used although something is owed, and dead letters."""
    due = Notice.objects.filter(state=State.QUEUED, next_attempt_at__lte=timezone.now())
    said = []
    for name in due.values_list("channel", flat=True).distinct().order_by("channel"):
        channel = channels.get(name)
        problem = channel.problem() if channel else "no such channel"
        if problem:
            said.append(f"notices wait for {name}: {problem}")
    for state in ChannelState.objects.filter(open_until__isnull=False):
        said.append(f"notices wait for {state.name}: {state.last_error}")
    if dead := Notice.objects.dead_letters().count():
        said.append(f"{dead} notices were not delivered")
    return "; ".join(said)


register_sweep(
    Sweep(
        name="notices",
        every=dt.timedelta(seconds=2),
        run=run,
        order=50,
        title=_("Notices"),
        description=_("Sends what is owed: letters, text messages, the bell."),
    )
)
register_readiness(
    ReadinessCheck(name="notices", problem=notices_problem, required=False, order=20)
)
