"""The directory in the navigation."""

from django.utils.translation import gettext_lazy as _

from citymap.shell.registry import NavEntry, register_entry

register_entry(
    NavEntry(name="organizations", title=_("Organisations"), url_name="directory:list", order=80)
)
