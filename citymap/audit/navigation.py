"""The way to the auditor's pages."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.audit.permissions import VIEW
from citymap.shell.registry import NavEntry, register_entry


def may_see(user: AnyUser) -> bool:
    return may(user, VIEW)


register_entry(
    NavEntry(name="audit", title=_("Audit"), url_name="audit:home", may_see=may_see, order=95)
)
