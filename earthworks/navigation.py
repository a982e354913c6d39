"""The works office in the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.accounts.choices import Role
from citymap.accounts.homes import Home, register_home
from citymap.shell.registry import NavEntry, register_entry


def may_read_works(user: AnyUser) -> bool:
    return may(user, "works.read")


register_entry(
    NavEntry(
        name="works", title=_("Works"), url_name="works:orders", may_see=may_read_works, order=40
    )
)
register_home(Home(name="works", url_name="works:orders", roles={Role.WORKS}, order=40))
register_home(Home(name="claims", url_name="works:claims", roles={Role.LAWYER}, order=45))
