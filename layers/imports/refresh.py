"""What follows from an imported layer: yards, the search index, the base map."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from citymap.tiles import base
from layers.basemap import build_basemap
from layers.report import ImportReport
from layers.search import refresh_search
from layers.yards.services import derive_yards

YARD_SOURCES = frozenset({"building", "road", "railway", "water", "land_use"})
SEARCHED = frozenset(
    {"street", "address", "territory", "place", "bus_stop", "building", "land_use", "water"}
)
IN_BASE_MAP = frozenset(
    {
        "address",
        "building",
        "land_use",
        "place",
        "railway",
        "road",
        "street",
        "territory",
        "water",
    }  # fmt: skip
)


def refresh_city(*, layer: str, report: ImportReport, when: dt.date) -> None:
    """Yards and search index, inside the import's transaction; nothing when nothing was written.

    The base map is ordered here and built after the commit: by the caller, else by the worker.
    """
    if not report.layer(layer).wrote:
        return
    if layer in YARD_SOURCES:
        derive_yards(when=when, say=report.notes.append, report=report)
    if layer in SEARCHED or layer in YARD_SOURCES:
        refresh_search()
    if layer in IN_BASE_MAP:
        base.order()


def refresh_base_map(*, layer: str, report: ImportReport, say: Callable[[str], Any]) -> None:
    """The base map, after the commit. Raises BasemapError; the old one then stays in use."""
    if layer in IN_BASE_MAP and report.layer(layer).wrote:
        build_basemap(say=say)
