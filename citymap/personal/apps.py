from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PersonalConfig(AppConfig):
    name = "citymap.personal"
    label = "personal"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from citymap.personal import checks  # noqa: F401, PLC0415 (registers the check)
        from citymap.personal.grants import protect_events  # noqa: PLC0415 (models are needed)

        # After the floor's grants, which give the runtime role every table: accounts comes first.
        post_migrate.connect(protect_events, dispatch_uid="citymap.personal.protect_events")
