"""The import at the terminal: arguments, progress bar, printed report, exit codes.

`scripts/import_osm.py` and `manage.py import_osm` are both this.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from citymap.geo import BBox, CoordinateError
from layers.basemap import BasemapError
from layers.imports.errors import ImportRefusedError
from layers.imports.show import report_lines
from layers.osm_import import pipeline
from layers.osm_import.pipeline import ImportBusyError, OsmImport, import_osm
from layers.report import ImportReport
from layers.services import RetireRefusedError

OK, REFUSED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
DESCRIPTION = (
    "Imports a city from an OpenStreetMap file (.osm.pbf, .osm, .osm.gz, .osm.bz2). "
    "Exit 0: imported; 2: bad arguments or an unreadable file; 1: refused for another reason. "
    "Unless it is 0 nothing was changed."
)
logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--bbox", metavar="W,S,E,N", help="import only what touches this box, in degrees"
    )
    parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the report")
    parser.add_argument(
        "--force", action="store_true", help="retire even more than a fifth of a layer"
    )
    parser.add_argument("--no-yards", action="store_true", help="do not derive the yards")
    parser.add_argument("--no-basemap", action="store_true", help="do not build the base map")


def run(arguments: argparse.Namespace) -> int:
    """Import as the arguments say; prints the report or the reason; returns the exit code."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        job = _job(arguments)
        report = _import(job, errors)
    except (ImportRefusedError, CoordinateError) as error:
        errors.print(f"{error}\nNothing was changed.", style="red", markup=False)
        return UNUSABLE
    except RetireRefusedError as error:
        errors.print(
            f"{error}. Is the file complete? --force imports it all the same."
            "\nNothing was changed.",
            style="red", markup=False,
        )  # fmt: skip
        return REFUSED
    except (ImportBusyError, DatabaseError) as error:
        logger.debug("import refused", exc_info=True)
        errors.print(f"{str(error).strip()}\nNothing was changed.", style="red", markup=False)
        return REFUSED
    except KeyboardInterrupt:
        errors.print("Interrupted. What was not whole was not kept.", style="red")
        return INTERRUPTED
    except BasemapError as error:
        errors.print(
            f"The city was imported, but the base map was not built: {error}", markup=False
        )
        return REFUSED
    if arguments.report:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        arguments.report.write_text(text + "\n", encoding="utf-8")
    print("\n".join(report_lines(report)))
    return OK


def _job(arguments: argparse.Namespace) -> OsmImport:
    if arguments.report:
        _check_report(arguments.report.absolute())
    return OsmImport(
        path=arguments.file,
        bbox=BBox.parse(arguments.bbox) if arguments.bbox else None,
        dry_run=arguments.dry_run,
        force=arguments.force,
        yards=not arguments.no_yards,
        basemap=not arguments.no_basemap,
    )


def _check_report(target: Path) -> None:
    """Raises ImportRefusedError when the report could not be written in the end."""
    if not target.parent.is_dir():
        raise ImportRefusedError(f"There is no folder for the report {target}.")
    if target.is_dir() or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise ImportRefusedError(f"The report {target} cannot be written.")


def _import(job: OsmImport, errors: Console) -> ImportReport:
    """Run with a progress bar on a terminal, with a line per step elsewhere."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def step(name: str, number: int, of: int) -> None:
            bar.update(task, description=name, completed=number, total=of)
            if not errors.is_terminal:
                print(f"{number}/{of} {name}", file=sys.stderr, flush=True)

        return import_osm(
            job,
            progress=pipeline.Progress(
                step=step,
                read=lambda objects: bar.update(task, description=f"reading {objects:,}"),
                say=lambda text: bar.update(task, description=text[:60]),
            ),
        )
