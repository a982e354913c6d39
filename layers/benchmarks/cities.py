"""Cities to measure on, kept between runs until what makes them changes."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from citymap.bench.context import Bench, BenchError
from layers.demo.files import region_box

_MAKERS = ("demo", "migrations", "osm", "osm_import", "search", "services", "yards")


def real_city(bench: Bench) -> dict[str, str]:
    """Environment of a database with the real extract; BenchError where it is absent."""
    extract = Path(settings.CITYMAP_REAL_DATA) / "petropavl.osm.pbf"
    if not extract.exists():
        raise BenchError(f"CITYMAP_REAL_DATA has no petropavl.osm.pbf: {extract}")

    def fill(env: Mapping[str, str]) -> None:
        bench.say("importing the real city")
        bench.program("scripts/import_osm.py", str(extract), env=env)

    return bench.kept_database("citymap_bench_real", fill, key=_digest())


def demo_city(bench: Bench, *, scale: int) -> dict[str, str]:
    """Environment of a database with the demo city of that scale."""

    def fill(env: Mapping[str, str]) -> None:
        bench.say(f"loading the demo city, scale {scale}")
        bench.program("manage.py", "loaddemo", f"--scale={scale}", env=env)

    env = bench.kept_database(f"citymap_bench_demo{scale}", fill, key=_digest())
    box = ",".join(str(value) for value in region_box(scale).as_tuple())
    return {**env, "CITYMAP_BBOX": box}


def _digest() -> str:
    """Changes with the code that fills a city."""
    folder = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for name in _MAKERS:
        for path in sorted((folder / name).rglob("*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
