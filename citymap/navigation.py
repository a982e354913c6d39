"""The floor's own entries of the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import holds
from citymap.accounts.choices import Role
from citymap.accounts.homes import Home, register_home
from citymap.shell.registry import NavEntry, register_entry


def is_administrator(user) -> bool:
    return holds(user, Role.ADMIN) and user.is_staff


register_entry(NavEntry(name="map", title=_("Map"), url_name="shell:home", order=0))
register_entry(NavEntry(name="list", title=_("List"), url_name="shell:list", order=90))
register_entry(
    NavEntry(
        name="admin",
        title=_("Administration"),
        url_name="admin:index",
        may_see=is_administrator,
        order=100,
    )
)
register_home(
    Home(
        name="admin", url_name="admin:index", roles={Role.ADMIN}, may_see=is_administrator,
        order=100,
    )
)  # fmt: skip
