"""The floor's own entries of the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import holds
from citymap.accounts.choices import Role
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
