"""`manage.py import_yard_survey FILE.csv`: the condition survey of yards."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from planning.services.surveys import import_surveys


class Command(BaseCommand):
    """All lines or none; exit status 2 when the file or a line cannot be used."""

    help = "Imports a condition survey of yards from CSV (docs/planning.md lists the columns)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")

    def handle(self, *args, file: Path, dry_run: bool, **options) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                report = import_surveys(lines=lines, source=file.name, dry_run=dry_run)
        except (OSError, UnicodeDecodeError) as error:
            self._give_up([f"{file}: {error}"])
        if report.errors:
            self._give_up([f"line {number}: {text}" for number, text in report.errors])
        said = "would be written" if dry_run else "written"
        self.stdout.write(f"surveys {said}: {report.written}")

    def _give_up(self, reasons: list[str]) -> None:
        for reason in reasons:
            self.stderr.write(reason)
        self.stderr.write("Nothing was written.")
        sys.exit(2)
