"""The way to the auditor's pages."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.accounts.choices import Role
from citymap.accounts.homes import Home, register_home
from citymap.audit.permissions import VIEW
from citymap.shell.registry import NavEntry, register_entry


def may_see(user: AnyUser) -> bool:
    return may(user, VIEW)


register_entry(
    NavEntry(name="audit", title=_("Audit"), url_name="audit:home", may_see=may_see, order=95)
)
register_home(Home(name="audit", url_name="audit:home", roles={Role.AUDITOR}, order=95))
