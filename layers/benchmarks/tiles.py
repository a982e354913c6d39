"""Live tiles beside the same SQL by pgbench and beside tipg; the base map's size and speed.

Measured on the tiles with the most yards: where a city is looked at most.
"""

import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.utils import timezone
from psycopg2.extensions import parse_dsn

from citymap.bench.context import Bench, BenchError, Load
from citymap.bench.nginx import free_port
from citymap.bench.registry import Result, benchmark
from citymap.bench.turns import ROUND_S, in_turns
from citymap.tiles.grid import WORLD_HALF_M, Tile, tile_width
from citymap.tiles.mvt import tile_statement
from citymap.tiles.registry import layers, layers_of
from layers.benchmarks.cities import demo_city, real_city

CLIENTS = 8
TILES = 16
# The server under measurement has this app: layers/benchmarks/uncached/tiles.py.
UNCACHED = {"CITYMAP_EXTRA_APPS": "layers.benchmarks.uncached"}
GZIP = {"Accept-Encoding": "gzip"}
# zoom -> wanted share of pgbench's throughput; wanted multiple of tipg's
PGBENCH_GOALS = {16: 0.8, 14: 0.9}
TIPG_GOALS = {16: 2.0, 14: 1.3}
LARGEST_KB, SLOWEST_MS = 200, 150

BUSIEST_SQL = """
    SELECT floor((ST_X(point) + %(half)s) / %(width)s)::int AS x,
           floor((%(half)s - ST_Y(point)) / %(width)s)::int AS y
    FROM (SELECT ST_Centroid(geom_3857) AS point FROM layers_yard WHERE valid_to IS NULL) AS yard
    GROUP BY x, y ORDER BY count(*) DESC, x, y LIMIT %(limit)s
"""


def cities(bench: Bench) -> Iterator[tuple[str, dict[str, str]]]:
    """`(words, environment)` of the real city and of the tenfold demo city."""
    yield "real city", real_city(bench)
    yield "demo city x10", demo_city(bench, scale=10)


def busiest_tiles(env: Mapping[str, str], z: int) -> list[Tile]:
    """The tiles at a zoom with the most yards."""
    with closing(psycopg2.connect(env["DATABASE_URL"])) as session, session.cursor() as cursor:
        cursor.execute(BUSIEST_SQL, {"half": WORLD_HALF_M, "width": tile_width(z), "limit": TILES})
        return [Tile(z, x, y) for x, y in cursor.fetchall()]


def urls(source: str, tiles: Sequence[Tile]) -> list[str]:
    return [f"/tiles/{source}/{tile.z}/{tile.x}/{tile.y}.mvt" for tile in tiles]


@benchmark("live_tiles")
def live_tiles(bench: Bench) -> Iterator[Result]:
    for words, env in cities(bench):
        for z, goal in PGBENCH_GOALS.items():
            tiles = busiest_tiles(env, z)
            scripts = write_scripts(bench.folder / "pgbench", tiles)
            with bench.server({**env, **UNCACHED}) as url:
                ours, baseline = in_turns(
                    lambda url=url, tiles=tiles: load(bench, url, urls("bench", tiles)),
                    lambda env=env, scripts=scripts: pgbench(env, scripts),
                )
            yield Result(
                name=f"tile z{z} over HTTP, against its SQL by pgbench, {words}",
                n=CLIENTS, ours=ours, baseline=baseline, unit="tiles/s", goal=goal,
                more_is_better=True,
            )  # fmt: skip


def load(bench: Bench, url: str, paths: Sequence[str]) -> float:
    """Requests a second."""
    measured: Load = bench.load(url, paths, clients=CLIENTS, seconds=ROUND_S, headers=GZIP)
    return measured.per_second


def write_scripts(folder: Path, tiles: Sequence[Tile]) -> list[Path]:
    """One pgbench script a tile, each the statement that the application runs."""
    folder.mkdir(parents=True, exist_ok=True)
    scripts = []
    for number, tile in enumerate(tiles):
        statement = tile_statement(tuple(layers_of("city")), tile.z, timezone.localdate())
        script = folder / f"{number}.sql"
        script.write_text(f"{statement.for_tile(tile)};\n", encoding="utf-8")
        scripts.append(script)
    return scripts


def pgbench(env: Mapping[str, str], scripts: Sequence[Path]) -> float:
    """Transactions a second of the scripts in random turn."""
    address = parse_dsn(env["DATABASE_URL"])
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE"}  # fmt: skip
    done = subprocess.run(
        ["pgbench", "--no-vacuum", f"--client={CLIENTS}", "--jobs=2", f"--time={ROUND_S}",
         *(f"--file={script}" for script in scripts)],
        env=os.environ | {names[key]: value for key, value in address.items() if key in names}
        | {"PGOPTIONS": "-c jit=off"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise BenchError(f"pgbench: {done.stdout}{done.stderr}")
    return float(found[1])


@benchmark("tipg")
def tipg(bench: Bench) -> Iterator[Result]:
    fields = ",".join(layers.get("yard").fields.values())
    query = f"?geom-column=geom_3857&properties={fields}"
    for words, env in cities(bench):
        for z, goal in TIPG_GOALS.items():
            tiles = busiest_tiles(env, z)
            theirs = [
                f"/collections/public.layers_yard/tiles/WebMercatorQuad/{t.z}/{t.x}/{t.y}{query}"
                for t in tiles
            ]
            with (
                bench.server({**env, **UNCACHED}) as url,
                tipg_server(env, bench.folder / "tipg.log") as peer,
            ):
                ours, baseline = in_turns(
                    lambda url=url, tiles=tiles: load(bench, url, urls("bench-yard", tiles)),
                    lambda peer=peer, theirs=theirs: load(bench, peer, theirs),
                )
            yield Result(
                name=f"tile of yards z{z}, against tipg on the same table, {words}",
                n=CLIENTS, ours=ours, baseline=baseline, unit="tiles/s", goal=goal,
                more_is_better=True,
            )  # fmt: skip


@contextmanager
def tipg_server(env: Mapping[str, str], log: Path) -> Iterator[str]:
    """tipg on a free port, two processes as ours has; its URL."""
    peers = os.environ.get("CITYMAP_BENCH_PEERS")
    if not peers:
        raise BenchError("CITYMAP_BENCH_PEERS is not set: make bench sets it")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        process = subprocess.Popen(
            [f"{peers}/bin/python", "-m", "uvicorn", "tipg.main:app", f"--port={port}",
             "--workers=2", "--log-level=warning"],
            env={"DATABASE_URL": host_in_address(env["DATABASE_URL"]), "PATH": os.environ["PATH"],
                 "TIPG_DB_SCHEMAS": '["public"]'},
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{url}/collections", timeout=10):
                    break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise BenchError(f"tipg does not answer:\n{log.read_text()}") from error
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def host_in_address(url: str) -> str:
    """A database URL whose host, a socket's folder too, stands where tipg looks for it."""
    parts = parse_dsn(url)
    who = quote(parts["user"]) + (f":{quote(parts['password'])}" if "password" in parts else "")
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{who}@{quote(parts['host'], safe='')}{port}/{parts['dbname']}"


@benchmark("base_tiles")
def base_tiles(bench: Bench) -> Iterator[Result]:
    for words, env in cities(bench):
        root = Path(env["CITYMAP_VAR"]) / "tiles" / "public" / "base"
        files = [path for z in (10, 11, 12) for path in sorted(root.glob(f"{z}/*/*.mvt.gz"))]
        if not files:
            raise BenchError(f"no base map in {root}")
        largest = max(path.stat().st_size for path in files)
        yield Result(
            name=f"largest base tile z10 to z12, gzipped, {words}",
            n=len(files), ours=largest / 1000, unit="KB", goal=LARGEST_KB,
        )  # fmt: skip
        with bench.server(env) as url:
            slowest = max(first_answer_ms(url, root, path) for path in files)
        yield Result(
            name=f"slowest base tile z10 to z12, asked for the first time, {words}",
            n=len(files), ours=slowest, unit="ms", goal=SLOWEST_MS,
        )  # fmt: skip


def first_answer_ms(url: str, root: Path, path: Path) -> float:
    """How long the server takes for a tile that it has not been asked for before."""
    tile = str(path.relative_to(root)).removesuffix(".gz")
    request = urllib.request.Request(f"{url}/tiles/base/{tile}", headers=GZIP)
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000
