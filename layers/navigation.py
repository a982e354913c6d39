"""The rooms of this app in the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import may_edit_yards
from citymap.shell.registry import NavEntry, register_entry

register_entry(
    NavEntry(
        name="yard_editor",
        title=_("Yard editor"),
        url_name="yard_console:editor",
        may_see=may_edit_yards,
        order=50,
    )
)
