"""People who sign in, the bodies that they work for, and the ground that limits them."""

from citymap.accounts.models.areas import Area
from citymap.accounts.models.organizations import (
    Contact,
    Organization,
    OrganizationGroup,
    Substitution,
)
from citymap.accounts.models.people import RecoveryCode, SignInAttempt, User

__all__ = [
    "Area",
    "Contact",
    "Organization",
    "OrganizationGroup",
    "RecoveryCode",
    "SignInAttempt",
    "Substitution",
    "User",
]
