"""An import's report as text for the terminal."""

from collections import defaultdict

from layers.report import ImportReport

COUNTS = (
    "read", "created", "updated", "unchanged", "merged", "skipped", "repaired", "retired",
)  # fmt: skip
SHOWN_IDS = 10


def report_lines(report: ImportReport) -> list[str]:
    """A table of counts, the reasons for skipping with the first ids of each, and the notes."""
    width = max((len(name) for name in report.layers), default=5)
    lines = [" ".join([" " * width, *(f"{name:>9}" for name in COUNTS)])]
    for name, counts in report.layers.items():
        figures = (f"{getattr(counts, column):>9,}".replace(",", " ") for column in COUNTS)
        lines.append(" ".join([f"{name:<{width}}", *figures]))
    by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in report.skipped:
        by_reason[item.layer, item.reason].append(item.id)
    for (layer, reason), ids in by_reason.items():
        more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
        lines.append(f"skipped {layer}: {reason}: {', '.join(ids[:SHOWN_IDS])}{more}")
    lines.extend(f"note: {note}" for note in report.notes)
    lines.append(f"{report.seconds:.1f} s")
    return lines
