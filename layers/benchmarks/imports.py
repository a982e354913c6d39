"""How long a city takes to come in: our import against osm2pgsql on the same file.

Both end with their indexes built. Ours checks, repairs, resolves addresses and fills the search
as well; yards and the base map are measured apart, and the start of the interpreter is left out.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
from django.conf import settings

from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark
from citymap.demo import DemoOptions
from layers.demo.files import make_files, region_box

FIRST_GOAL = 4.0
UNCHANGED_GOAL = 2.0
_OSM2PGSQL_STYLE = Path("/usr/share/osm2pgsql/default.style")


@benchmark("import", order=30)
def import_city(bench: Bench) -> Iterator[Result]:
    real = Path(settings.CITYMAP_REAL_DATA) / "petropavl.osm.pbf"
    if real.exists():
        yield from _compared(bench, "the real city", real, {})
    else:
        bench.say(f"{real} is not there: the real city is left out")
    options = DemoOptions(scale=10)
    bench.say("drawing ten demo cities")
    files = make_files(options, bench.folder / "demo", bench.say)
    box = ",".join(str(side) for side in region_box(options.scale).as_tuple())
    yield from _compared(bench, "ten demo cities", files.osm, {"CITYMAP_BBOX": box})


def _compared(bench: Bench, city: str, file: Path, extra: Mapping[str, str]) -> Iterator[Result]:
    baseline = _osm2pgsql_s(bench, file)
    env = bench.fresh_database("citymap_bench_import") | extra
    for what, goal in (("first", FIRST_GOAL), ("unchanged", UNCHANGED_GOAL)):
        report = _import(bench, file, env)
        yield Result(
            name=f"import of {city}, {what}, against osm2pgsql --slim",
            n=sum(layer["read"] for layer in report["layers"].values()),
            ours=report["seconds"],
            baseline=baseline,
            goal=goal,
        )
    started_s, _output = bench.program("manage.py", "check", env=env)
    for what, command in (("yards", "derive_yards"), ("base map", "build_basemap")):
        seconds, _output = bench.program("manage.py", command, env=env)
        yield Result(name=f"{what} of {city}", n=1, ours=max(seconds - started_s, 0.0))


def _import(bench: Bench, file: Path, env: Mapping[str, str]) -> dict:
    """Import without yards and base map; the report, whose `seconds` leave out Python's start."""
    report = bench.folder / "import.json"
    bench.program(
        "scripts/import_osm.py", str(file), "--no-yards", "--no-basemap", f"--report={report}",
        env=env,
    )  # fmt: skip
    return json.loads(report.read_text(encoding="utf-8"))


def _osm2pgsql_s(bench: Bench, file: Path) -> float:
    """Wall time of `osm2pgsql --slim` into an empty database, its indexes built."""
    program = shutil.which("osm2pgsql")
    if program is None:
        raise BenchError("osm2pgsql is not installed: make bench installs it")
    env = bench.fresh_database("citymap_bench_osm2pgsql")
    with closing(psycopg2.connect(env["CITYMAP_OWNER_URL"])) as session:
        parameters = session.info.dsn_parameters
    command = [
        program, "--slim", "--create", f"--style={_OSM2PGSQL_STYLE}",
        f"--database={parameters['dbname']}", f"--user={parameters['user']}",
    ]  # fmt: skip
    for option in ("host", "port"):
        if parameters.get(option):
            command.append(f"--{option}={parameters[option]}")
    started = time.perf_counter()
    done = subprocess.run(
        [*command, str(file)], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"osm2pgsql: {done.stdout}{done.stderr}")
    return time.perf_counter() - started
