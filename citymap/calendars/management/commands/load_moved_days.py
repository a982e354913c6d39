from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from citymap.calendars.first_rows import MOVED_DAYS_FILE
from citymap.calendars.services import load_moved_days


class Command(BaseCommand):
    help = "Adds days moved by decree that are not there yet; changes and removes none."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=MOVED_DAYS_FILE)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            added, there = load_moved_days(file=file)
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise CommandError(f"{file}: {error}", returncode=2) from error
        self.stdout.write(f"moved days: {added} added, {there} already there")
