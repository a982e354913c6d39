from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from citymap.calendars.first_rows import fill_empty_tables


class CalendarsConfig(AppConfig):
    name = "citymap.calendars"
    label = "calendars"
    verbose_name = _("Working calendars")

    def ready(self) -> None:
        post_migrate.connect(
            fill_empty_tables, sender=self, dispatch_uid="citymap.calendars.fill_empty_tables"
        )
