"""Who sees the outbox and acts upon it."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

MANAGE = "notices.manage"
MINE = "notices.mine"
DELIVERIES = "notices.deliveries"

register_permission(
    Permission(
        name=MANAGE,
        title=_("See all notices, try them again, cancel them"),
        roles=frozenset({Role.HEAD, Role.ADMIN}),
    )
)
register_permission(Permission(name=MINE, title=_("Notices at the bell"), roles=frozenset(Role)))
register_permission(
    Permission(
        name=DELIVERIES,
        title=_("See on an object's page what was sent about it, and what became of it"),
        roles=frozenset(
            {
                Role.OPERATOR, Role.COORDINATOR, Role.LAWYER, Role.WORKS, Role.HEAD,
                Role.AUDITOR, Role.ADMIN,
            }
        ),
    )
)  # fmt: skip
