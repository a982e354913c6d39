from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "citymap.accounts"
    label = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        from citymap.accounts.grants import grant_to_runtime_role  # noqa: PLC0415 (needs models)
        from citymap.accounts.signin import sessions  # noqa: F401, PLC0415 (a receiver)

        post_migrate.connect(
            grant_to_runtime_role, dispatch_uid="citymap.accounts.grant_to_runtime_role"
        )
