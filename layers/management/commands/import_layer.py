"""Import a file of the city's own into one layer: see docs/imports.md."""

from pathlib import Path

from django.core.management.base import CommandParser

from layers.imports.command import ImportCommand
from layers.imports.layer import LayerImport, import_layer
from layers.imports.matching import parse_pairs


class Command(ImportCommand):
    help = (
        "Imports GeoPackage, Shapefile, GeoJSON, MapInfo (TAB, MIF), DXF or CSV into a layer of"
        " the city. Exit 0: imported; 2: the file or the arguments cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("layer", help="name of the layer: manhole, playground, building ...")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", action="append", nargs="+", default=[], metavar="field=column",
            help="which column fills a field; others are matched by name",
        )  # fmt: skip
        parser.add_argument(
            "--set", action="append", nargs="+", default=[], metavar="field=value",
            dest="constants", help="one value for all rows",
        )  # fmt: skip
        parser.add_argument("--crs", help="EPSG:28412, or a PROJ string; overrides the file's")
        parser.add_argument("--encoding", help="of the attributes: cp1251, utf-8, cp866 ...")
        parser.add_argument("--id-column", help="column with ids that last from file to file")
        parser.add_argument(
            "--layer-name", help="layer of a GeoPackage with several, or of a drawing (DXF)"
        )
        parser.add_argument(
            "--retire", action="store_true",
            help="the file is complete: retire the source's objects that it lacks",
        )  # fmt: skip
        parser.add_argument(
            "--force", action="store_true", help="retire even more than a fifth of them"
        )
        self.add_import_arguments(parser)

    def handle(self, *args, **options) -> None:
        def run():
            return import_layer(
                LayerImport(
                    layer=options["layer"],
                    path=options["file"],
                    source=options["source"] or "city",
                    mapping=parse_pairs(sum(options["map"], []), option="--map"),
                    constants=parse_pairs(sum(options["constants"], []), option="--set"),
                    crs=options["crs"],
                    encoding=options["encoding"],
                    id_column=options["id_column"],
                    layer_name=options["layer_name"],
                    box=self.box(options),
                    retire=options["retire"],
                    force=options["force"],
                    dry_run=options["dry_run"],
                    max_mb=options["max_mb"],
                )
            )

        self.run_import(run, options, layer=options["layer"])
