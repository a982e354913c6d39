import csv
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from pyproj.exceptions import CRSError

from appeals.imports import FIELDS, ImportOptions, UnreadableFileError, import_appeals


class Command(BaseCommand):
    help = "Imports service requests of any city from a CSV export. A second run adds what is new."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="name of the data set")
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN",
            help=f"fields: {', '.join(FIELDS)}",
        )  # fmt: skip
        parser.add_argument(
            "--categories", type=Path, metavar="FILE.csv", help="two columns: their word, our code"
        )
        parser.add_argument("--default-category", default="", metavar="CODE")
        parser.add_argument("--crs", default="EPSG:4326", help="of x and y (default EPSG:4326)")
        parser.add_argument("--time-zone", default="Asia/Almaty")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be, write nothing"
        )

    def handle(self, *args, file: Path, **options) -> None:
        columns = dict(pair.partition("=")[::2] for pair in options["map"])
        try:
            wanted = ImportOptions(
                source=options["source"],
                columns=columns,
                categories=_table(options["categories"]),
                default_category=options["default_category"],
                crs=options["crs"],
                time_zone=options["time_zone"],
            )
            result = import_appeals(file, wanted, dry_run=options["dry_run"])
        except (UnreadableFileError, CRSError, ZoneInfoNotFoundError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            f"read {result.read}, created {result.created}, unchanged {result.unchanged},"
            f" skipped {result.skipped}"
        )
        for reason, count in result.reasons.most_common():
            self.stdout.write(f"  {reason}: {count}")
        if options["dry_run"]:
            self.stdout.write("nothing was written")


def _table(path: Path | None) -> dict[str, str]:
    """Their word -> our code, from a file of two columns."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[0]: row[1].strip() for row in csv.reader(file) if len(row) >= 2}
