"""How results are shown and kept."""

import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from citymap.bench.registry import Result

MARKS = {True: "yes", False: "no", None: ""}


def figure(value: float | None) -> str:
    """A number with three significant digits, or nothing."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show(results: Iterable[Result], console: Console) -> None:
    """Print the table."""
    table = Table("benchmark", "n", "ours", "baseline", "ratio", "goal", "met")
    for result in results:
        sign = "" if result.goal is None else ">= " if result.more_is_better else "<= "
        table.add_row(
            result.name,
            f"{result.n:,}",
            f"{figure(result.ours)} {result.unit}",
            f"{figure(result.baseline)} {result.unit}" if result.baseline is not None else "",
            figure(result.ratio),
            f"{sign}{figure(result.goal)}",
            MARKS[result.met],
        )
    console.print(table)


def write(results: Iterable[Result], path: Path) -> None:
    """Write the results as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [result.as_json() for result in results]
    path.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
