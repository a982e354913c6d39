"""Cached public tiles: by nginx beside a plain file, by the application beside an empty view."""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from citymap.bench.context import Bench
from citymap.bench.nginx import free_port, running_nginx
from citymap.bench.registry import Result, benchmark
from citymap.bench.turns import ROUND_S, in_turns
from citymap.geo import city_bbox
from citymap.tiles.grid import tile_at
from citymap.tiles.registry import sources

CLIENTS = 8
TILE_BYTES = 20_000
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = """
server {{
    listen 127.0.0.1:{port};
    location / {{ root {folder}; default_type application/vnd.mapbox-vector-tile; }}
}}
"""


def keep_a_tile(var: Path) -> tuple[str, bytes]:
    """Put a tile of usual size among the cached ones of a public source; its path and bytes."""
    source = next(one for one in sources if one.public and one.backdrop is None)
    tile = tile_at(*city_bbox().center, source.max_zoom)
    # Noise does not shrink: the size on the wire is the size wanted.
    packed = gzip.compress(random.Random(109).randbytes(TILE_BYTES), mtime=0)
    path = f"{source.name}/{tile.z}/{tile.x}/{tile.y}.mvt"
    file = var / "tiles" / "public" / f"{path}.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(packed)
    return f"/tiles/{path}", packed


def per_second(bench: Bench, url: str, path: str) -> float:
    """Requests a second, as a browser asks."""
    return bench.load(url, [path], clients=CLIENTS, seconds=ROUND_S, headers=GZIP).per_second


@benchmark("cached_tile_nginx")
def cached_tile_nginx(bench: Bench) -> Iterator[Result]:
    var = Path(bench.environ()["CITYMAP_VAR"])
    path, packed = keep_a_tile(var)
    plain = var / "plain"
    plain.mkdir(exist_ok=True)
    (plain / "tile.mvt").write_bytes(packed)
    port = free_port()
    with running_nginx(
        var=var,
        static_root=settings.STATIC_ROOT,
        upstream="127.0.0.1:9",
        workers=2,
        extra=PLAIN.format(port=port, folder=plain),
    ) as url:
        ours, baseline = in_turns(
            lambda: per_second(bench, url, path),
            lambda: per_second(bench, f"http://127.0.0.1:{port}", "/tile.mvt"),
        )
    yield Result(
        name="cached public tile behind nginx, against a plain nginx file",
        n=CLIENTS,
        ours=ours,
        baseline=baseline,
        unit="requests/s",
        goal=0.75,
        more_is_better=True,
    )


@benchmark("cached_tile_application")
def cached_tile_application(bench: Bench) -> Iterator[Result]:
    env = bench.environ()
    path, _ = keep_a_tile(Path(env["CITYMAP_VAR"]))
    with (
        bench.server(env) as url,
        bench.server(env, application="citymap.bench.empty:application") as empty,
    ):
        ours, baseline = in_turns(
            lambda: per_second(bench, url, path),
            lambda: per_second(bench, empty, "/healthz"),
        )
    yield Result(
        name="cached public tile by the application, against an empty Django view",
        n=CLIENTS,
        ours=ours,
        baseline=baseline,
        unit="requests/s",
        goal=0.5,
        more_is_better=True,
    )
