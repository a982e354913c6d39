"""Import bus stops and routes from a GTFS feed: see docs/imports.md."""

from pathlib import Path

from django.core.management.base import CommandParser

from layers.imports.command import ImportCommand
from layers.imports.gtfs_import import GtfsImport, import_gtfs


class Command(ImportCommand):
    help = (
        "Imports stops and routes (the usual pattern of each direction) from a GTFS zip file."
        " Exit 0: imported; 2: the file or the arguments cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force", action="store_true",
            help="retire what the feed no longer has, even more than a fifth of it",
        )  # fmt: skip
        self.add_import_arguments(parser)

    def handle(self, *args, **options) -> None:
        def run():
            return import_gtfs(
                GtfsImport(
                    path=options["file"],
                    source=options["source"],
                    box=self.box(options),
                    force=options["force"],
                    dry_run=options["dry_run"],
                    max_mb=options["max_mb"],
                )
            )

        self.run_import(run, options)
