"""Planning's rooms in the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.accounts.choices import Role
from citymap.accounts.homes import Home, register_home
from citymap.shell.registry import NavEntry, register_entry


def may_read(user: AnyUser) -> bool:
    return may(user, "planning.read")


register_entry(NavEntry(name="yards", title=_("Yards"), url_name="yards:index", order=20))
register_entry(
    NavEntry(name="plan", title=_("Planning"), url_name="plan:index", may_see=may_read, order=60)
)
register_home(Home(name="plan", url_name="plan:index", roles={Role.PLANNER}, order=60))
