from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TilesConfig(AppConfig):
    """Map sources, layers, tiles and styles."""

    name = "citymap.tiles"
    label = "tiles"
    verbose_name = _("Map tiles")

    def ready(self) -> None:
        from citymap.tiles import checks, triggers  # noqa: F401, PLC0415 (need the models)

        post_migrate.connect(
            triggers.install, sender=self, dispatch_uid="citymap.tiles.install_triggers"
        )
