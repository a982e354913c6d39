"""The demo's files: an OSM extract, a GTFS feed, snow clearing rounds and a winter's tracks.

Made once per seed, scale, years and state of plan and generator, and kept in
`CITYMAP_VAR/demo/`. Cities are made one after another and spooled, so that memory holds one.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citymap.demo import DemoOptions
from citymap.geo import WGS84_SRID, BBox, transformer
from layers.demo import faults, osmfile, snow, transit
from layers.demo.city import build_city
from layers.demo.places import boundaries
from layers.demo.plan import (
    CELL_HEIGHT_M,
    CELL_WIDTH_M,
    PLAN_FOLDER,
    PLAN_SRID,
    Plan,
    placed,
    plan_origin,
    read_plan,
)

HOME_BOX = BBox(69.0, 54.8, 69.3, 55.0)
MARGIN_DEG = 0.004
REGION_NAMES = {
    "name": "Тобылсу облысы",
    "name:ru": "Тобылсуская область",
    "name:kk": "Тобылсу облысы",
}
CARRIERS = ("bus1", "bus2")
ROAD_SERVICE = "road_service"


@dataclass(frozen=True)
class DemoFiles:
    """Where the files lie, the box of all they hold, and whether they were there already."""

    osm: Path
    gtfs: Path
    rounds: Path
    tracks: Path
    box: BBox
    cached: bool


def organizations(folder: Path = PLAN_FOLDER) -> list[dict]:
    """The demo's organisations as the fixture lists them."""
    return json.loads((folder / "organizations.json").read_text(encoding="utf-8"))


def cells(scale: int) -> list[tuple[int, int]]:
    """Column and row of each city: the home city at (0, 0), the others around it."""
    reach = int(np.ceil(np.sqrt(scale))) + 1
    every = [(c, r) for c in range(-reach, reach + 1) for r in range(-reach, reach + 1)]
    return sorted(every, key=lambda cell: (max(map(abs, cell)), abs(cell[0]) + abs(cell[1]), cell))[
        :scale
    ]


def region_box(scale: int) -> BBox:
    """The box that holds all cities of a region, degrees."""
    if scale == 1:
        return HOME_BOX
    size = np.array([CELL_WIDTH_M, CELL_HEIGHT_M])
    spots = np.array(cells(scale))
    low, high = (
        plan_origin() + size * spots.min(axis=0),
        plan_origin() + size * (spots.max(axis=0) + 1),
    )
    ring = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    lon, lat = transformer(PLAN_SRID, WGS84_SRID).transform(*ring.T)
    west, south = np.floor(np.array([lon.min(), lat.min()]) / MARGIN_DEG - 1) * MARGIN_DEG
    east, north = np.ceil(np.array([lon.max(), lat.max()]) / MARGIN_DEG + 1) * MARGIN_DEG
    return BBox(*(round(float(v), 3) for v in (west, south, east, north)))


def cache_key(options: DemoOptions) -> str:
    """Changes with the seed, the scale, the years, the plan, and the generator's own code."""
    digest = hashlib.sha256(f"{options.seed}/{options.scale}/{options.years}".encode())
    sources = sorted(Path(__file__).parent.glob("*.py"))
    for path in [*sorted(PLAN_FOLDER.glob("*json")), *sources]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"seed{options.seed}-x{options.scale}-y{options.years}-{digest.hexdigest()[:12]}"


def make_files(
    options: DemoOptions, folder: Path, say: Callable[[str], object] = lambda text: None
) -> DemoFiles:
    """The demo's files for these options, made now unless they are in `folder` already."""
    home = folder / cache_key(options)
    cached = home.is_dir()
    if not cached:
        temporary = home.with_name(f"{home.name}.part")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        _make(options, temporary, say)
        temporary.rename(home)
    return DemoFiles(
        osm=home / "city.osm.pbf",
        gtfs=home / "buses.gtfs.zip",
        rounds=home / "snowplow_routes.geojson",
        tracks=home / "snowplow_tracks.csv",
        box=region_box(options.scale),
        cached=cached,
    )


def _make(options: DemoOptions, folder: Path, say: Callable[[str], object]) -> None:
    plan = read_plan(PLAN_FOLDER)
    bodies = {item["id"]: item for item in organizations(PLAN_FOLDER)}
    operators = {key: item["ru"] for key, item in bodies.items()}
    spools, transits, rounds = [], [], []
    writer = snow.TrackWriter(folder / "snowplow_tracks.csv", options.seed, options.years)
    for number, (column, row) in enumerate(cells(options.scale)):
        here = placed(plan, number=number, column=column, row=row, names=_names(plan, number))
        city = build_city(here, options.seed, operators)
        encoded = osmfile.encode(city.sheet)
        rings = boundaries(here)
        if number == 0:
            rings.append(_region_ring(options.scale))
        osmfile.encode_boundary(encoded, rings)
        corner = plan_origin() + [CELL_WIDTH_M * column + 9_000, CELL_HEIGHT_M * row + 300]
        faults.spoil_file(encoded, corner, options.seed)
        spool = folder / f"city{number}.spool"
        osmfile.spool(encoded, spool)
        spools.append(spool)
        transits.append(city.transit)
        rounds.append((here, city.rounds))
        writer.write(here, city.rounds, first=number == 0)
        if options.scale > 1:
            say(f"city {number + 1} of {options.scale} drawn")
    osmfile.write_osm(folder / "city.osm.pbf", spools)
    for spool in spools:
        spool.unlink()
        spool.with_suffix(".npz").unlink()
    agencies = [(key, bodies[key]["ru"], bodies[key]["phone"]) for key in CARRIERS]
    transit.write_gtfs(folder / "buses.gtfs.zip", transits, agencies)
    snow.write_rounds(folder / "snowplow_routes.geojson", rounds, bodies[ROAD_SERVICE]["ru"])


def _names(plan: Plan, number: int) -> dict[str, str]:
    """Names of the cities around the home city."""
    if number == 0:
        return {}
    ru, kk = plan.cities[(number - 1) % len(plan.cities)]
    again = (number - 1) // len(plan.cities)
    ru, kk = (f"{ru}-{again + 1}", f"{kk}-{again + 1}") if again else (ru, kk)
    return {"name": kk, "name:ru": ru, "name:kk": kk}


def _region_ring(scale: int) -> tuple[np.ndarray, dict[str, str]]:
    """The region's boundary: the box of all cities, a little inside the allowed one."""
    size = np.array([CELL_WIDTH_M, CELL_HEIGHT_M])
    spots = np.array(cells(scale))
    low = plan_origin() + size * spots.min(axis=0) + 5
    high = plan_origin() + size * (spots.max(axis=0) + 1) - 5
    ring = np.array([low, [high[0], low[1]], high, [low[0], high[1]], low])
    return ring, {"boundary": "administrative", "admin_level": "4", **REGION_NAMES}
