"""A breaker per channel: a server in trouble is asked ever more rarely, and nothing is lost.

Kept in the database, so that a worker that is started again does not begin to hammer anew.
"""

import datetime as dt

from django.db import transaction

from citymap.notices.models import ChannelState
from citymap.notices.rules import scrubbed, wait_after

# Troubles in a row after which the channel waits.
PATIENCE = 3
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=10)


def waits(channel: str, now: dt.datetime) -> bool:
    """Whether the channel's server is left alone at `now`.

    A time further off than the longest wait was written by a clock that ran ahead.
    """
    state = ChannelState.objects.filter(name=channel).first()
    if state is None or state.open_until is None:
        return False
    return now < state.open_until <= now + LONGEST_WAIT


@transaction.atomic
def failed(channel: str, *, now: dt.datetime, said: str) -> None:
    """The server was in trouble; after a few times in a row the channel waits."""
    ChannelState.objects.get_or_create(name=channel)
    state = ChannelState.objects.select_for_update().get(name=channel)
    state.failures_in_a_row += 1
    state.last_error, state.last_failure_at = scrubbed(said), now
    if state.failures_in_a_row >= PATIENCE:
        times = state.failures_in_a_row - PATIENCE + 1
        state.open_until = now + wait_after(times, first=FIRST_WAIT, longest=LONGEST_WAIT)
    state.save()


@transaction.atomic
def worked(channel: str, *, now: dt.datetime) -> None:
    """The server took or answered a message: all is well again."""
    ChannelState.objects.update_or_create(
        name=channel,
        defaults={"failures_in_a_row": 0, "open_until": None, "last_success_at": now},
    )
