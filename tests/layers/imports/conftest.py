"""What tests of imports share: running a command, and files as offices send them."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError

from layers.report import ReconciliationError

# Places in the city, degrees.
CENTRE = (69.15, 54.87)


@pytest.fixture
def run(tmp_path) -> Callable[..., dict]:
    """`run("import_layer", "manhole", path, "--crs", ...)` -> the JSON report.

    Arguments are given as on the command line, so options are parsed as they are there. Checks
    that every layer of the report reconciles.
    """

    def run_command(name: str, *arguments) -> dict:
        target = tmp_path / "report.json"
        call_command(name, *map(str, arguments), "--report", str(target), stdout=StringIO())
        report = json.loads(target.read_text(encoding="utf-8"))
        for layer, counts in report["layers"].items():
            accounted = sum(
                counts[part] for part in ("created", "updated", "unchanged", "merged", "skipped")
            )
            if counts["read"] != accounted:
                raise ReconciliationError(f"{layer}: {counts}")
        return report

    return run_command


@pytest.fixture
def refused() -> Callable[..., str]:
    """`refused("import_layer", ...)` -> the message; fails unless the exit code is 2."""

    def run_refused(name: str, *arguments) -> str:
        with pytest.raises(CommandError) as caught:
            call_command(name, *map(str, arguments), stdout=StringIO())
        assert caught.value.returncode == 2
        return str(caught.value)

    return run_refused


@pytest.fixture
def save(tmp_path) -> Callable[..., Path]:
    """`save("manholes.gpkg", geometries, {"kind": [...]}, crs=...)` writes a file to import."""

    def save_file(name: str, geometries, columns=None, *, crs="EPSG:4326", **options) -> Path:
        frame = gpd.GeoDataFrame(columns or {}, geometry=list(geometries), crs=crs)
        path = tmp_path / name
        frame.to_file(path, engine="pyogrio", **options)
        return path

    return save_file


@pytest.fixture
def points() -> list[shapely.Point]:
    """Three places in the city, degrees."""
    lon, lat = CENTRE
    return [shapely.Point(lon + 0.001 * n, lat + 0.0005 * n) for n in range(3)]
