"""Demo cities with years of activity, kept between runs until what makes them changes."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from citymap.bench.context import Bench
from layers.demo.files import region_box

_MAKERS = ("layers/demo", "layers/migrations", "appeals/demo", "appeals/migrations", "appeals/data")


def city_of(bench: Bench, *, scale: int, years: int) -> dict[str, str]:
    """Environment of a server on the demo city of that scale and so many years."""

    def fill(env: Mapping[str, str]) -> None:
        bench.say(f"loading the demo city, scale {scale}, {years} years")
        seconds, said = bench.program(
            "manage.py", "loaddemo", f"--scale={scale}", f"--years={years}", env=env
        )
        bench.say(f"loaded in {seconds:.0f} s: {said.strip().splitlines()[-1]}")

    env = bench.kept_database(f"citymap_bench_appeals{scale}x{years}", fill, key=_digest())
    box = ",".join(str(value) for value in region_box(scale).as_tuple())
    return {**env, "CITYMAP_BBOX": box, "CITYMAP_DEMO": "1"}


def _digest() -> str:
    digest = hashlib.sha256()
    for name in _MAKERS:
        for path in sorted((Path(settings.BASE_DIR) / name).rglob("*")):
            if path.suffix in {".py", ".sql", ".csv"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
