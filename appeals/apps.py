from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    name = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        # Any app names what a promise may rest on in a file of this name.
        autodiscover_modules("plan_rows")
        from appeals.first_rows import fill_empty_tables  # noqa: PLC0415 (needs the models)

        post_migrate.connect(
            fill_empty_tables, sender=self, dispatch_uid="appeals.fill_empty_tables"
        )
