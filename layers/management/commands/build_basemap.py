from django.core.management.base import BaseCommand, CommandError

from layers.basemap import BasemapError, build_basemap


class Command(BaseCommand):
    help = "Builds the base map's tiles from the database and serves them from now on."

    def handle(self, *args, **options) -> None:
        try:
            build_basemap(say=self.stdout.write)
        except BasemapError as error:
            raise CommandError(str(error)) from error
