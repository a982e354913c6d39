"""Who plans: everybody of the centre reads, planners plan, the head sets the policy."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import Permission, register_permission
from citymap.accounts.choices import Role

register_permission(
    Permission(
        name="planning.read",
        title=_("Read hotspots, the yard queue in detail and drafts of programmes"),
        roles=frozenset(
            {
                Role.ANALYST, Role.COORDINATOR, Role.PLANNER, Role.WORKS, Role.HEAD, Role.AKIM,
                Role.AUDITOR, Role.ADMIN,
            }
        ),
    )
)  # fmt: skip
register_permission(
    Permission(
        name="planning.search",
        title=_("Search for hotspots"),
        roles=frozenset({Role.ANALYST, Role.PLANNER, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="planning.plan",
        title=_("Survey and hold yards, make scenarios and programmes, publish them"),
        roles=frozenset({Role.PLANNER, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="planning.policy",
        title=_("Set weights and goalposts of the yard queue"),
        roles=frozenset({Role.HEAD, Role.AKIM, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="planning.problems",
        title=_("Open problems and flood zones, and keep their measures"),
        roles=frozenset({Role.ANALYST, Role.PLANNER, Role.ADMIN}),
    )
)
register_permission(
    Permission(
        name="planning.report",
        title=_("Make reports of a period as of now"),
        roles=frozenset({Role.ANALYST, Role.HEAD, Role.AKIM, Role.ADMIN}),
    )
)
