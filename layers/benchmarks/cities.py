"""Cities to measure on, kept between runs until what makes them changes."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.conf import settings

from citymap.bench.context import Bench, BenchError
from layers.demo.files import region_box

_MAKERS = ("migrations", "osm", "osm_import", "search", "services", "yards")
_ROOMS = ("citymap", "layers", "earthworks", "appeals", "planning")
_FILLING = ("data", "migrations", "first_rows.py")


def real_city(bench: Bench) -> dict[str, str]:
    """Environment of a database with the real extract; BenchError where it is absent."""
    extract = Path(settings.CITYMAP_REAL_DATA) / "petropavl.osm.pbf"
    if not extract.exists():
        raise BenchError(f"CITYMAP_REAL_DATA has no petropavl.osm.pbf: {extract}")

    def fill(env: Mapping[str, str]) -> None:
        bench.say("importing the real city")
        bench.program("scripts/import_osm.py", str(extract), env=env)

    return bench.kept_database("citymap_bench_real", fill, key=_digest(_of_real_city()))


def demo_city(bench: Bench, *, scale: int, years: int = 1) -> dict[str, str]:
    """Environment of a database with the demo city of that scale and so many years."""

    def fill(env: Mapping[str, str]) -> None:
        bench.say(f"loading the demo city, scale {scale}, years: {years}")
        seconds, said = bench.program(
            "manage.py", "loaddemo", f"--scale={scale}", f"--years={years}", env=env
        )
        bench.say(f"loaded in {seconds:.0f} s: {said.strip().splitlines()[-1]}")

    database = f"citymap_bench_demo{scale}" + (f"x{years}" if years > 1 else "")
    env = bench.kept_database(database, fill, key=_digest(_of_demo()))
    box = ",".join(str(value) for value in region_box(scale).as_tuple())
    return {**env, "CITYMAP_BBOX": box, "CITYMAP_DEMO": "1"}


def _of_real_city() -> Iterator[Path]:
    """What makes the tables of the city and fills them from an extract."""
    folder = Path(settings.BASE_DIR) / "layers"
    for name in _MAKERS:
        yield from (folder / name).rglob("*")


def _of_demo() -> Iterator[Path]:
    """What makes and fills the tables of every room: its migrations, first rows and demo."""
    for room in _ROOMS:
        folder = Path(settings.BASE_DIR) / room
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if any(part.startswith("demo") or part in _FILLING for part in parts):
                yield path


def _digest(paths: Iterable[Path]) -> str:
    """Changes with the code that fills a city."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.suffix in {".py", ".sql", ".csv"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()
