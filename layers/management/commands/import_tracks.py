"""Import GPS fixes of snowplows: see docs/imports.md."""

from pathlib import Path

from django.core.management.base import CommandParser

from layers.imports.command import ImportCommand
from layers.imports.matching import parse_pairs
from layers.imports.track_import import TrackImport, import_tracks
from layers.imports.tracks import MAX_GAP_S, MAX_SPEED_MPS


class Command(ImportCommand):
    help = (
        "Imports GPS fixes (CSV: vehicle, time, lon, lat, kind) as snowplow tracks, cut at gaps."
        " Exit 0: imported; 2: the file or the arguments cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", action="append", nargs="+", default=[], metavar="field=column",
            help="columns of vehicle, time, lon, lat and kind; others are matched by name",
        )  # fmt: skip
        parser.add_argument("--encoding", help="of the file: cp1251, utf-8 ...")
        parser.add_argument(
            "--max-gap", type=float, default=MAX_GAP_S, metavar="SECONDS",
            help="a longer silence cuts the track (%(default)s)",
        )  # fmt: skip
        parser.add_argument(
            "--max-speed", type=float, default=MAX_SPEED_MPS * 3.6, metavar="KM/H",
            help="a faster jump cuts the track (%(default)s)",
        )  # fmt: skip
        self.add_import_arguments(parser)

    def handle(self, *args, **options) -> None:
        def run():
            return import_tracks(
                TrackImport(
                    path=options["file"],
                    source=options["source"] or "gps",
                    mapping=parse_pairs(sum(options["map"], []), option="--map"),
                    encoding=options["encoding"],
                    box=self.box(options),
                    max_gap_s=options["max_gap"],
                    max_speed_kmh=options["max_speed"],
                    dry_run=options["dry_run"],
                    max_mb=options["max_mb"],
                )
            )

        self.run_import(run, options)
