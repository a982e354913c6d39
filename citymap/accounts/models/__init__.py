"""People who sign in, the bodies that they work for, and the ground that limits them."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.models.areas import Area
from citymap.accounts.models.organizations import (
    Contact,
    Organization,
    OrganizationGroup,
    Substitution,
)
from citymap.accounts.models.people import RecoveryCode, SignInAttempt, User
from citymap.accounts.models.tokens import ApiToken
from citymap.history.tracking import tracked

# Whom and what a right reaches is told by links too: who made or cut one stands in the history.
UserArea = tracked(chain="access", title=_("area of a user"))(User.areas.through)
OrganizationArea = tracked(chain="access", title=_("area of an organisation"))(
    Organization.areas.through
)
OrganizationInGroup = tracked(title=_("member of a group"))(Organization.groups.through)

__all__ = [
    "ApiToken",
    "Area",
    "Contact",
    "Organization",
    "OrganizationArea",
    "OrganizationGroup",
    "OrganizationInGroup",
    "RecoveryCode",
    "SignInAttempt",
    "Substitution",
    "User",
    "UserArea",
]
