from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "citymap.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from citymap.jobs.grants import protect_log  # noqa: PLC0415 (models are needed)

        # After the floor's grants, which give the runtime role every table: accounts comes first.
        post_migrate.connect(protect_log, dispatch_uid="citymap.jobs.protect_log")
