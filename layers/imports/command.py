"""What the import commands share: refusals end with exit code 2 and a sentence, not a traceback."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from django.core.management import BaseCommand
from django.core.management.base import CommandError, CommandParser

from citymap.geo import BBox, CoordinateError, city_bbox
from layers.basemap import BasemapError
from layers.imports.errors import ImportRefusedError
from layers.imports.files import MAX_FILE_MB
from layers.imports.refresh import refresh_base_map
from layers.imports.show import report_lines
from layers.report import ImportReport


class ImportCommand(BaseCommand):
    """Runs one import and prints its report; `--report` writes it as JSON too.

    Exit 0: imported (or dry run); 2: bad arguments or file, nothing changed.
    """

    def add_import_arguments(self, parser: CommandParser) -> None:
        """Options that every import has."""
        parser.add_argument("--source", help="name of the data set, part of the objects' identity")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the report")
        parser.add_argument(
            "--max-mb", type=int, default=MAX_FILE_MB, help="refuse larger files (%(default)s)"
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--anywhere", action="store_true", help="take places outside the city")
        place.add_argument(
            "--bbox", metavar="W,S,E,N", help="where objects may lie, instead of CITYMAP_BBOX"
        )

    def box(self, options: dict) -> BBox | None:
        """Where objects may lie: None with `--anywhere`."""
        if options["anywhere"]:
            return None
        return BBox.parse(options["bbox"]) if options["bbox"] else city_bbox()

    def run_import(
        self, run: Callable[[], ImportReport], options: dict, *, layer: str = ""
    ) -> None:
        """Run, print, write; refusals become CommandError with exit code 2.

        layer: the base map is built again when it draws this layer.
        """
        target: Path | None = options["report"]
        try:
            if target and not target.absolute().parent.is_dir():
                raise ImportRefusedError(f"there is no folder for the report {target}")
            report = run()
        except (ImportRefusedError, CoordinateError) as error:
            raise CommandError(f"{error}\nNothing was changed.", returncode=2) from error
        if target:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
            target.write_text(text + "\n", encoding="utf-8")
        for line in report_lines(report):
            self.stdout.write(line)
        try:
            if layer and not options["dry_run"]:
                refresh_base_map(layer=layer, report=report, say=self.say)
        except BasemapError as error:
            raise CommandError(
                f"The file was imported, but the base map could not be built: {error}\n"
                "The old one stays in use; try manage.py build_basemap.",
                returncode=1,
            ) from error

    def say(self, text: str) -> None:
        """Progress, on standard error so that the report can be redirected."""
        print(text, file=sys.stderr, flush=True)
