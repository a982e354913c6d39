"""Groups of events close to each other, in metres: read from the table, clustered in arrays."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from citymap.sqlfiles import load_sql
from planning.binaryrows import read_rows, row_type
from planning.hotspots.dbscan import gathered
from planning.hotspots.identity import NOISE
from planning.querysets import midnight

_ROW = row_type(id="i8", x="f8", y="f8")


@dataclass(frozen=True, slots=True)
class Labels:
    """event: ids, ascending. label: of the cluster, NOISE for none; clusters are numbered from 0
    by their lowest dense event."""

    event: np.ndarray
    label: np.ndarray


def cluster_events(
    *,
    theme: str,
    since: dt.date,
    until: dt.date,
    reach_m: float,
    least_events: int,
    months: Collection[int] | None = None,
) -> Labels:
    """Clusters of a theme's events in a period (local days, `until` not in it).

    reach_m, least_events: eps and min_samples of DBSCAN, the event itself included. The same
    events give the same labels, in whatever order they lie. months: of these calendar months
    only, 1 to 12.
    """
    return clustered(
        load_sql(__file__, "dbscan.sql"),
        {
            "theme": theme,
            "since": midnight(since),
            "until": midnight(until),
            "months": None if months is None else list(months),
            "zone": settings.TIME_ZONE,
        },
        reach_m=reach_m,
        least_events=least_events,
    )


def clustered(statement: str, parameters: dict, *, reach_m: float, least_events: int) -> Labels:
    """Clusters of the rows (id bigint, x and y float8, none of them null) that a query answers."""
    rows = read_rows(statement, parameters, _ROW)
    order = np.argsort(rows["id"], kind="stable")
    xy = np.column_stack([rows["x"][order], rows["y"][order]])
    found = gathered(xy, reach_m=reach_m, least_events=least_events)
    return Labels(event=rows["id"][order], label=found.labels())


def members(labels: Labels) -> dict[int, int]:
    """Event -> label of those in a cluster."""
    inside = labels.label != NOISE
    return dict(zip(labels.event[inside].tolist(), labels.label[inside].tolist(), strict=True))
