from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from earthworks.first_rows import fill_empty_tables


class EarthworksConfig(AppConfig):
    name = "earthworks"
    verbose_name = _("Earthworks")

    def ready(self) -> None:
        # Any app names a reason not to dig in a file of this name.
        autodiscover_modules("conflicts")
        post_migrate.connect(
            fill_empty_tables, sender=self, dispatch_uid="earthworks.fill_empty_tables"
        )
