"""Who does what with orders, claims and repairs."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Limit, Permission, register_permission
from citymap.accounts.choices import Role

OFFICE = frozenset({Role.WORKS, Role.ADMIN})
READERS = frozenset(
    {
        Role.WORKS, Role.OPERATOR, Role.COORDINATOR, Role.INSPECTOR, Role.ANALYST, Role.LAWYER,
        Role.PLANNER, Role.HEAD, Role.AKIM, Role.AUDITOR, Role.ADMIN, Role.EXECUTOR,
    }
)  # fmt: skip

register_permission(
    Permission(
        name="works.read",
        title=_("Read orders, repairs and claims"),
        roles=READERS,
        limits={Role.EXECUTOR: Limit.BODY},
    )
)
register_permission(
    Permission(name="works.edit", title=_("Enter, issue and close orders"), roles=OFFICE)
)
register_permission(
    Permission(
        name="works.inspect",
        title=_("Inspect restorations"),
        roles=frozenset({Role.INSPECTOR, Role.WORKS, Role.ADMIN}),
        limits={Role.INSPECTOR: Limit.TERRITORY},
    )
)
register_permission(
    Permission(
        name="works.claims",
        title=_("Review, withdraw and resolve claims"),
        roles=frozenset({Role.LAWYER, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="works.approve",
        title=_("Answer for a network owner or an office"),
        roles=OFFICE | {Role.EXECUTOR},
        limits={Role.EXECUTOR: Limit.BODY},
    )
)
register_permission(
    Permission(
        name="works.answer",
        title=_("Answer a claim or ask for its review"),
        roles=frozenset({Role.EXECUTOR, Role.LAWYER, Role.ADMIN}),
        limits={Role.EXECUTOR: Limit.BODY},
    )
)
register_permission(
    Permission(
        name="works.repair",
        title=_("Plan and report repairs"),
        roles=OFFICE | {Role.EXECUTOR},
        limits={Role.EXECUTOR: Limit.BODY},
    )
)
