"""The way to the pages of personal data."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.personal.permissions import REVEAL
from citymap.shell.registry import NavEntry, register_entry


def may_see(user: AnyUser) -> bool:
    return may(user, REVEAL)


register_entry(
    NavEntry(
        name="personal", title=_("People"), url_name="personal:search", may_see=may_see, order=70
    )
)
