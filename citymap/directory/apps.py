from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """Pages and API only: the bodies themselves are kept by `citymap.accounts`."""

    name = "citymap.directory"
    label = "directory"
    verbose_name = _("Directory of organisations")
