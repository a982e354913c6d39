"""Who may look at the worker's jobs, who may start one, who keeps the calendars."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

VIEW_JOBS = "jobs.view"
RUN_JOBS = "jobs.run"
KEEP_CALENDARS = "calendars.manage"

register_permission(
    Permission(
        name=VIEW_JOBS, title=_("See the worker's jobs"), roles=frozenset({Role.ADMIN, Role.HEAD})
    )
)
register_permission(
    Permission(
        name=RUN_JOBS,
        title=_("Run a job at once, accept the clock"),
        roles=frozenset({Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name=KEEP_CALENDARS,
        title=_("Change work schedules and moved days"),
        roles=frozenset({Role.ADMIN}),
    )
)
