"""The registry of benchmarks.

An app puts modules into its `benchmarks/` folder; each decorates functions that yield results:

    @benchmark("tile_z16")
    def tile_z16(bench: Bench) -> Iterator[Result]:
        yield Result(name="tile z16 over HTTP", n=8, ours=..., baseline=..., unit="requests/s")
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from citymap.bench.context import Bench
from citymap.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the table.

    n: how much was measured (rows, requests, clients), whatever `name` says.
    ours, baseline: figures in `unit`; baseline is None where there is nothing to compare with.
    goal: what ratio (or, without a baseline, what figure of ours) is wanted; None: no goal.
    more_is_better: throughput rather than time; the ratio is always ours / baseline.
    """

    name: str
    n: int
    ours: float
    baseline: float | None = None
    unit: str = "s"
    goal: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        return self.ours / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        figure = self.ours if self.ratio is None else self.ratio
        return figure >= self.goal if self.more_is_better else figure <= self.goal

    def as_json(self) -> dict:
        return {
            "name": self.name,
            "n": self.n,
            "ours": self.ours,
            "baseline": self.baseline,
            "ratio": self.ratio,
            "unit": self.unit,
            "goal": self.goal,
            "met": self.met,
        }


Function = Callable[[Bench], Iterator[Result]]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A function that measures and yields results."""

    name: str
    run: Function
    order: int = 0


benchmarks: Registry[Benchmark] = Registry("benchmark")


def benchmark(name: str, *, order: int = 0) -> Callable[[Function], Function]:
    """Register a function as the benchmark `name`."""

    def register(function: Function) -> Function:
        benchmarks.register(Benchmark(name=name, run=function, order=order))
        return function

    return register


def autodiscover() -> None:
    """Import every module of every app's `benchmarks` folder."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "benchmarks"):
            package = import_module(f"{config.name}.benchmarks")
            for module in iter_modules(package.__path__):
                import_module(f"{package.__name__}.{module.name}")
