"""Who may see personal data, and who may export, merge and erase it."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

REVEAL = "personal.reveal"
MANAGE = "personal.manage"

# Those who talk to applicants; the administrator of the machine is not among them.
register_permission(
    Permission(
        name=REVEAL,
        title=_("See personal data, each look recorded"),
        roles=frozenset({Role.OPERATOR, Role.COORDINATOR, Role.INSPECTOR, Role.LAWYER, Role.HEAD}),
    )
)
register_permission(
    Permission(
        name=MANAGE,
        title=_("Export, merge and erase personal data"),
        roles=frozenset({Role.COORDINATOR, Role.LAWYER, Role.HEAD}),
    )
)
