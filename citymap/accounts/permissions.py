"""What people and bodies are to each other: permissions of the floor itself."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

CITY_STAFF_ROLES = frozenset(Role) - {Role.EXECUTOR}

register_permission(
    Permission(name="city.staff", title=_("Desk, staff-only objects"), roles=CITY_STAFF_ROLES)
)
register_permission(
    Permission(
        name="yards.edit",
        title=_("Redraw, merge, split and group yards"),
        roles=frozenset({Role.PLANNER, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="accounts.manage",
        title=_("Administer users, roles and organisations"),
        roles=frozenset({Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="accounts.own",
        title=_("One's own password, second factor and API tokens"),
        roles=frozenset(Role),
    )
)
register_permission(
    Permission(
        name="accounts.tokens",
        title=_("See everybody's API tokens"),
        roles=frozenset({Role.AUDITOR, Role.ADMIN}),
    )
)
