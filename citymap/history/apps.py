"""Nothing can be quietly changed: change history, hash chain, roots, verification."""

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from citymap.history.context import carry_context


class HistoryConfig(AppConfig):
    name = "citymap.history"
    label = "history"
    verbose_name = _("History")

    def ready(self) -> None:
        from citymap.history.hardening import protect  # noqa: PLC0415 (needs the models)

        connection_created.connect(carry_context, dispatch_uid="citymap.history.carry_context")
        # Once, after the last app: then every table and trigger is there.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(protect, sender=last, dispatch_uid="citymap.history.protect")
