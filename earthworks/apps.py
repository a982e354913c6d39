from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class EarthworksConfig(AppConfig):
    name = "earthworks"
    verbose_name = _("Earthworks")

    def ready(self) -> None:
        # Any app names a reason not to dig in a file of this name.
        autodiscover_modules("conflicts")
