"""The rooms of bodies in the navigation."""

from django.utils.translation import gettext_lazy as _

from appeals.field.worklist import CHECK
from appeals.permissions import INBOX
from citymap.accounts.access import AnyUser, may
from citymap.shell.registry import NavEntry, register_entry


def works_on_appeals(user: AnyUser) -> bool:
    return may(user, INBOX)


def checks_on_site(user: AnyUser) -> bool:
    return may(user, CHECK)


register_entry(
    NavEntry(
        name="inbox", title=_("Inbox"), url_name="inbox:worklist", may_see=works_on_appeals,
        order=20,
    )
)  # fmt: skip
register_entry(
    NavEntry(
        name="field", title=_("On-site checks"), url_name="field:worklist",
        may_see=checks_on_site, order=25,
    )
)  # fmt: skip
