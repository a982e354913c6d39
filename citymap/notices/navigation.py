"""The way to the outbox, and the bell in the header."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.notices.permissions import MANAGE, MINE
from citymap.shell.registry import HeaderTool, NavEntry, register_entry, register_header_tool


def may_manage(user: AnyUser) -> bool:
    return may(user, MANAGE)


def has_bell(user: AnyUser) -> bool:
    return may(user, MINE)


register_entry(
    NavEntry(
        name="notices", title=_("Notices"), url_name="notices:index", may_see=may_manage, order=80
    )
)
register_header_tool(
    HeaderTool(name="bell", template="notices/parts/bell.html", may_see=has_bell, order=10)
)
