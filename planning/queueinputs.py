"""What the queue is computed from, read from the tables as arrays."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models.functions import TruncDate
from django.utils import timezone

from citymap.sqlfiles import load_sql
from layers.models import Yard
from planning.choices import Theme
from planning.models import Event, YardHold, YardSurvey
from planning.queue.complaints import Complaints, Shares, complaints_of_yards, counted
from planning.queue.eligibility import Facts, Obstacle, obstacles
from planning.queue.scoring import NEVER, Yards

# Complaints this close are one place; more would chain a whole quarter of houses together.
COMPLAINT_REACH_M = 25.0
# A complaint at a house belongs to the yard beside it.
NEAR_YARD_M = 25.0
# After five years a complaint counts 1/32.
COMPLAINT_DAYS = 5 * 366
_EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> dt.date | None:
    """The day of a number; None for NEVER."""
    return None if number == NEVER else _EPOCH + dt.timedelta(int(number))


def read_yards(
    *, as_of: dt.date, excluded: Collection[int] = (), since: dt.date | None = None
) -> Yards:
    """All current yards by id, complaints as of a local day; those before `since` left out."""
    rows = Yard.objects.current().exclude(pk__in=excluded).order_by("pk")
    table = list(rows.values_list("pk", "apartments", "area_m2"))
    ids = np.array([row[0] for row in table], dtype=np.int64)
    complaints = read_complaints(ids, as_of=as_of, since=since)
    return Yards(
        ids=ids,
        values={
            "apartments": np.array([row[1] for row in table], dtype=float),
            # What is shown is what counts: whole square metres, tenths of a complaint (so that one
            # complaint does not tell its day).
            "complaints": complaints.value.round(1),
            "area_m2": np.array([row[2] for row in table], dtype=float).round(),
        },
        first_complaint=complaints.first_day,
    )


def read_complaints(
    yards: np.ndarray, *, as_of: dt.date, since: dt.date | None = None
) -> Complaints:
    """The complaints of yards (ids, ascending) as of a local day, by clusters."""
    event, person, day = _messages(as_of, since)
    # Who counts is settled first: neither clusters nor shares can be moved by repeating oneself.
    keep = counted(person, day, event)
    event, person, day = event[keep], person[keep], day[keep]
    cluster, yard = places_of(event)
    return complaints_of_yards(
        yards,
        person=person,
        day=day,
        order=event,
        cluster=cluster,
        shares=shares_of(cluster, yard),
        today=day_number(as_of),
        never=NEVER,
    )


def _messages(as_of: dt.date, first: dt.date | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Event, person and local day of what residents wrote about yards, by id of the event."""
    since = max(as_of - dt.timedelta(COMPLAINT_DAYS), first or dt.date.min)
    rows = (
        Event.objects.about(Theme.YARDS)
        .between(since, as_of + dt.timedelta(1))
        .filter(person__isnull=False)
        .annotate(day=TruncDate("occurred_at", tzinfo=timezone.get_default_timezone()))
        .order_by("id")
        .values_list("id", "person", "day")
    )
    table = [(event, person, day_number(day)) for event, person, day in rows]
    columns = np.array(table, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def places_of(events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cluster and yard (-1: none) of events, ids ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "complaints.sql"),
            {
                "events": events.tolist(),
                "reach_m": COMPLAINT_REACH_M,
                "near_m": NEAR_YARD_M,
            },
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    return rows[:, 1], rows[:, 2]


def shares_of(cluster: np.ndarray, yard: np.ndarray) -> Shares:
    """Of each cluster and yard the share of its complaints that lies in the yard."""
    sizes = np.bincount(cluster) if len(cluster) else np.zeros(0, dtype=np.int64)
    inside = yard >= 0
    pairs, count = np.unique(
        np.column_stack([cluster[inside], yard[inside]]), axis=0, return_counts=True
    )
    return Shares(cluster=pairs[:, 0], yard=pairs[:, 1], share=count / sizes[pairs[:, 0]])


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a yard cannot be taken now: obstacles by weight, and the reason of its hold."""

    obstacles: tuple[Obstacle, ...]
    hold_reason: str = ""


def read_standing(yards: Collection[int]) -> dict[int, Standing]:
    """How yards stand, whatever their place; two queries."""
    holds = dict(YardHold.objects.active().filter(yard__in=yards).values_list("yard_id", "reason"))
    surveys = {
        row.pop("yard_id"): row
        for row in YardSurvey.objects.last_ones()
        .filter(yard__in=yards)
        .values(
            "yard_id", "needs_work", "land_ready", "demolition", "network_renewal_due",
            "project_ready",
        )
    }  # fmt: skip
    return {
        yard: Standing(
            obstacles=tuple(obstacles(Facts(held=yard in holds, **surveys.get(yard, {})))),
            hold_reason=holds.get(yard, ""),
        )
        for yard in yards
    }
