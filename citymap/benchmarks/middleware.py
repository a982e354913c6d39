"""What our middleware costs: a page without a database query beside an empty Django view."""

from collections.abc import Iterator

from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark

CLIENTS = 8
PATHS = ["/healthz"]


@benchmark("middleware")
def middleware(bench: Bench) -> Iterator[Result]:
    env = bench.environ()
    with bench.server(env) as url:
        ours = bench.load(url, PATHS, clients=CLIENTS)
    with bench.server(env, application="citymap.bench.empty:application") as url:
        baseline = bench.load(url, PATHS, clients=CLIENTS)
    yield Result(
        name="page without a query, all middleware, against an empty Django view",
        n=CLIENTS,
        ours=ours.per_second,
        baseline=baseline.per_second,
        unit="requests/s",
        more_is_better=True,
    )
