"""What the worker does for appeals, and how long applicants are kept."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from appeals import sweeps
from appeals.keeping import needed_until
from appeals.portal.throttle import sweep_counts
from citymap.jobs.registry import Sweep, register_sweep
from citymap.personal.retention import Keeper, register_keeper

MINUTE = dt.timedelta(minutes=1)

# Before the outbox is delivered (50): a warning that came too late is taken back, not sent.
register_sweep(
    Sweep(
        name="appeals.deadlines", title=_("Deadlines of appeals"), every=5 * MINUTE,
        run=sweeps.tell_deadlines, order=40,
    )
)  # fmt: skip
for order, (name, title, every, run) in enumerate(
    [
        ("appeals.promises", _("Promises that fell due"), 60 * MINUTE, sweeps.decide_promises),
        (
            "appeals.promise-reminders", _("Promises of tomorrow"), 60 * MINUTE,
            sweeps.remind_promises,
        ),
        ("appeals.rate-counts", _("Counts of tries on the portal"), 60 * MINUTE, sweep_counts),
        ("appeals.outages", _("Ends of outages to be told"), MINUTE, sweeps.tell_outages_over),
        ("appeals.call-backs", _("Results to be told"), 15 * MINUTE, sweeps.remind_to_call),
    ]
):  # fmt: skip
    register_sweep(Sweep(name=name, title=title, every=every, run=run, order=101 + order))

register_keeper(Keeper(name="appeals", title=_("Appeals"), needed_until=needed_until, order=10))
