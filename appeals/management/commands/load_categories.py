from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from appeals.first_rows import CATEGORIES_FILE, load_categories


class Command(BaseCommand):
    help = "Adds categories of the tree that are not there yet; changes none that is."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=CATEGORIES_FILE)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            added, there = load_categories(file=file)
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"categories: {added} added, {there} there already")
