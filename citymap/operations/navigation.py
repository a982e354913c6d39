"""The way to the pages of those who run the installation."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.operations.permissions import KEEP_CALENDARS, VIEW_JOBS
from citymap.shell.registry import NavEntry, register_entry


def allowed(name: str, user: AnyUser) -> bool:
    return may(user, name)


register_entry(
    NavEntry(
        name="jobs",
        title=_("Jobs"),
        url_name="operations:jobs",
        may_see=partial(allowed, VIEW_JOBS),
        order=92,
    )
)
register_entry(
    NavEntry(
        name="calendar",
        title=_("Calendar"),
        url_name="operations:calendar",
        may_see=partial(allowed, KEEP_CALENDARS),
        order=94,
    )
)
