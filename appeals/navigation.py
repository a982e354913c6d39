"""The rooms of bodies and inspectors in the navigation; others come to them by links."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser
from citymap.accounts.choices import Role
from citymap.shell.registry import NavEntry, register_entry


def works_for_a_body(user: AnyUser) -> bool:
    return _is(user, Role.EXECUTOR)


def checks_on_site(user: AnyUser) -> bool:
    return _is(user, Role.INSPECTOR)


def _is(user: AnyUser, role: Role) -> bool:
    """Whether it is the user's own role: administrators, who may everything, have rooms enough."""
    return user.is_authenticated and role in user.roles


register_entry(
    NavEntry(
        name="inbox", title=_("Inbox"), url_name="inbox:worklist", may_see=works_for_a_body,
        order=20,
    )
)  # fmt: skip
register_entry(
    NavEntry(
        name="field", title=_("On-site checks"), url_name="field:worklist",
        may_see=checks_on_site, order=25,
    )
)  # fmt: skip
