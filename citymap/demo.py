"""The registry of demo data: what each app adds to the demo city, in order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from citymap.registry import Registry

# Known to everybody: refused without CITYMAP_DEMO=1 (citymap/checks.py).
DEMO_PASSWORD = "citymap-demo"
DEMO_LOGINS = (
    "operator", "coordinator", "executor", "inspector", "analyst", "lawyer", "works", "planner",
    "head", "akim", "auditor", "admin",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """How large a demo: `scale` cities, `years` of activity, and the seed of all chance."""

    scale: int = 1
    years: int = 1
    seed: int = 109


@dataclass(frozen=True, kw_only=True)
class DemoPart:
    """`load(options, say)` loads one app's part; `say(text)` reports progress."""

    name: str
    load: Callable[[DemoOptions, Callable[[str], Any]], None]
    order: int = 0


parts: Registry[DemoPart] = Registry("demo part")


def register_demo(part: DemoPart) -> DemoPart:
    return parts.register(part)
