"""Who reads the memory of the installation, and who answers for its protocols."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

VIEW = "audit.view"
ACKNOWLEDGE = "audit.acknowledge"

register_permission(
    Permission(
        name=VIEW,
        title=_("See the history, looks at personal data, protocols and the chain"),
        roles=frozenset({Role.AUDITOR, Role.HEAD, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name=ACKNOWLEDGE,
        title=_("Acknowledge protocols"),
        roles=frozenset({Role.AUDITOR, Role.HEAD}),
    )
)
