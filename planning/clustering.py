"""DBSCAN in the database: groups of events close to each other, in metres."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection

from citymap.sqlfiles import load_sql
from planning.hotspots.identity import NOISE
from planning.querysets import midnight


@dataclass(frozen=True, slots=True)
class Labels:
    """event: ids, ascending. label: of the cluster, NOISE for none."""

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

    reach_m, least_events: eps and min_samples of DBSCAN, the event itself included. Events are
    looked at by id, so the same events give the same labels. months: of these calendar months
    only, 1 to 12.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "dbscan.sql"),
            {
                "theme": theme,
                "since": midnight(since),
                "until": midnight(until),
                "reach_m": reach_m,
                "least_events": least_events,
                "months": None if months is None else list(months),
                "zone": settings.TIME_ZONE,
            },
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    return Labels(event=rows[:, 0], label=rows[:, 1])


def members(labels: Labels) -> dict[int, int]:
    """Event -> label of those in a cluster."""
    inside = labels.label != NOISE
    return dict(zip(labels.event[inside].tolist(), labels.label[inside].tolist(), strict=True))
