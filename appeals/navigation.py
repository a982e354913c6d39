"""The desk in the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import is_city_staff
from citymap.shell.registry import NavEntry, register_entry

register_entry(
    NavEntry(name="desk", title=_("Desk"), url_name="desk:console", may_see=is_city_staff, order=10)
)
