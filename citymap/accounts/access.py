"""Who may see what: small predicates over a user, used by pages, tiles and API alike."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from citymap.accounts.choices import Role

AnyUser = AbstractBaseUser | AnonymousUser

CITY_STAFF_ROLES = (
    Role.OPERATOR, Role.COORDINATOR, Role.INSPECTOR, Role.ANALYST, Role.LAWYER, Role.WORKS,
    Role.PLANNER, Role.HEAD, Role.AKIM, Role.AUDITOR, Role.ADMIN,
)  # fmt: skip
YARD_EDITOR_ROLES = (Role.PLANNER, Role.ADMIN)


def holds(user: AnyUser, *roles: Role) -> bool:
    """Whether `user` is signed in, active and holds any of `roles`."""
    return user.is_authenticated and user.has_role(*roles)


def is_city_staff(user: AnyUser) -> bool:
    """Staff of the centre and of city bodies: sees cameras and other staff-only objects."""
    return holds(user, *CITY_STAFF_ROLES)


def may_edit_yards(user: AnyUser) -> bool:
    """Planners redraw, merge, split and group yards."""
    return holds(user, *YARD_EDITOR_ROLES)
