"""`loaddemo`'s part of this room: the city, buses, snow clearing, managers, owners."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.geo import city_bbox
from layers.demo.files import REGION_NAMES, DemoFiles, make_files
from layers.demo.managers import appoint_managers
from layers.demo.owners import assign_owners
from layers.demo.seats import divide_city, seat_bodies
from layers.imports.errors import ImportRefusedError
from layers.imports.gtfs_import import GtfsImport, import_gtfs
from layers.imports.layer import LayerImport, import_layer
from layers.imports.track_import import TrackImport, import_tracks
from layers.models import Building, Territory
from layers.osm_import.pipeline import OsmImport, Progress, import_osm
from layers.report import ImportReport

Say = Callable[[str], Any]
# Everything counts from this day on, whenever the demo is loaded: same seed, same data.
VALID_FROM = dt.date(2026, 1, 1)
SNOWPLOW_SOURCE = "demo"


def demo_folder() -> Path:
    """Where generated files are kept."""
    return settings.CITYMAP_VAR / "demo"


def load_city(options: DemoOptions, say: Say) -> None:
    """Make the files and import each by the path of real data."""
    _refuse_other_city()
    files = make_files(options, demo_folder(), say)
    say(f"files: {'kept' if files.cached else 'made'} in {files.osm.parent}")
    _say_box(files, say)
    try:
        _import(files, say)
    except ImportRefusedError as error:
        raise CommandError(f"the demo's own files were refused: {error}") from error


def _refuse_other_city() -> None:
    """The demo would retire a real city: it goes only into an empty or a demo database."""
    there = Building.objects.current().filter(source="osm").exists()
    ours = Territory.objects.filter(source="osm", name=REGION_NAMES["name"]).exists()
    if there and not ours:
        raise CommandError(
            _("This database holds another city, which the demo would retire. Use an empty one.")
        )


def _import(files: DemoFiles, say: Say) -> None:
    city = import_osm(
        OsmImport(path=files.osm, bbox=files.box, force=True), progress=Progress(say=say)
    )
    _say_report("city", city, say)
    buses = import_gtfs(GtfsImport(path=files.gtfs, box=files.box, when=VALID_FROM, force=True))
    _say_report("buses", buses, say)
    rounds = import_layer(
        LayerImport(
            layer="snowplow_route", path=files.rounds, source=SNOWPLOW_SOURCE,
            id_column="id", box=files.box, when=VALID_FROM,
        )
    )  # fmt: skip
    _say_report("snow clearing rounds", rounds, say)
    tracks = import_tracks(TrackImport(path=files.tracks, source=SNOWPLOW_SOURCE, box=files.box))
    _say_report("snow clearing tracks", tracks, say)


def _say_report(name: str, report: ImportReport, say: Say) -> None:
    """One line: what was created, updated, left alone, retired and skipped."""
    total = dict.fromkeys(("created", "updated", "unchanged", "retired", "skipped"), 0)
    for counts in report.layers.values():
        for key in total:
            total[key] += getattr(counts, key)
    listed = ", ".join(f"{key} {count}" for key, count in total.items())
    say(f"{name}: {listed}; {report.seconds:.1f} s")
    reasons = Counter((skip.layer, skip.reason) for skip in report.skipped)
    for (layer, reason), count in sorted(reasons.items()):
        say(f"  skipped {layer}, {reason}: {count}")
    cut = sum(": cut: " in note for note in report.notes)
    if cut:
        say(f"  lines that leave the file, cut: {cut}")
    left_out = sum(note.count("left out") for note in report.notes)
    if left_out:
        say(f"  values that cannot be read, left out: {left_out}")


def _say_box(files: DemoFiles, say: Say) -> None:
    """A region is larger than the city's usual box: say how the server is to be started."""
    allowed, needed = city_bbox(), files.box
    inside = allowed.contains(needed.west, needed.south) and allowed.contains(
        needed.east, needed.north
    )
    if not inside:
        box = ",".join(f"{value:g}" for value in needed.as_tuple())
        say(f"the region is larger than CITYMAP_BBOX: start the server with CITYMAP_BBOX={box}")


def load_managers(options: DemoOptions, say: Say) -> None:
    """House managers of apartment houses."""
    counts = appoint_managers(seed=options.seed)
    say(", ".join(f"{name} {count}" for name, count in counts.items()))


def load_owners(options: DemoOptions, say: Say) -> None:
    """Owners of networks, manholes, lamps, cameras, grounds."""
    say(", ".join(f"{name} {count}" for name, count in assign_owners().items()))


def load_seats(options: DemoOptions, say: Say) -> None:
    """Addresses of bodies, and the areas that limit some of them."""
    counts = seat_bodies(seed=options.seed) | divide_city()
    say(", ".join(f"{name} {count}" for name, count in counts.items()))


register_demo(DemoPart(name="city", load=load_city, order=10))
register_demo(DemoPart(name="owners", load=load_owners, order=11))
register_demo(DemoPart(name="house managers", load=load_managers, order=12))
register_demo(DemoPart(name="seats of bodies", load=load_seats, order=13))
