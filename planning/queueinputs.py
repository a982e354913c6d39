"""What the queue is computed from, read from the tables as arrays."""

import datetime as dt
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from layers.models import Yard
from planning.hotspots.nearness import distinct, hanging_together
from planning.models import YardHold, YardSurvey
from planning.queue.complaints import Complaints, Shares, complaints_heard, counted
from planning.queue.eligibility import Facts, Obstacle, obstacles
from planning.queue.ground import NO_YARD, yards_at
from planning.queue.scoring import NEVER, Yards
from planning.queuemessages import messages_between, outlines

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
    first = max(as_of - dt.timedelta(COMPLAINT_DAYS), since or dt.date.min)
    said = messages_between(first, as_of + dt.timedelta(1))
    # Who counts is settled first: neither clusters nor shares can be moved by repeating oneself.
    said = said.of(counted(said.person, said.day, said.event))
    return complaints_said(yards, day=said.day, xy=said.xy, ground=outlines(), as_of=as_of)


def complaints_said(
    yards: np.ndarray,
    *,
    day: np.ndarray,
    xy: np.ndarray,
    ground: tuple[np.ndarray, np.ndarray],
    as_of: dt.date,
) -> Complaints:
    """The complaints of yards from messages that all count. ground: ids and outlines of yards."""
    spots = distinct(xy)
    # Neither needs the other, and both are arrays that two processors can work on.
    with ThreadPoolExecutor(1) as beside:
        yard = beside.submit(yards_beside, spots.xy, ground)
        cluster = hanging_together(spots.xy, reach_m=COMPLAINT_REACH_M)[spots.at]
    return complaints_heard(
        yards,
        day=day,
        cluster=cluster,
        shares=shares_of(cluster, yard.result()[spots.at]),
        today=day_number(as_of),
        never=NEVER,
    )


def yards_beside(xy: np.ndarray, ground: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The yard in which, or beside which (houses stand in holes of its ground), positions lie."""
    ids, shapes = ground
    return yards_at(xy, ids=ids, shapes=shapes, near_m=NEAR_YARD_M)


def shares_of(cluster: np.ndarray, yard: np.ndarray) -> Shares:
    """Of each cluster and yard the share of its complaints that lies in the yard."""
    sizes = np.bincount(cluster) if len(cluster) else np.zeros(0, dtype=np.int64)
    inside = yard != NO_YARD
    known, index = np.unique(yard[inside], return_inverse=True)
    # One number a pair: far quicker to sort than rows of two.
    pairs, count = np.unique(cluster[inside] * max(len(known), 1) + index, return_counts=True)
    of, index = np.divmod(pairs, max(len(known), 1))
    return Shares(cluster=of, yard=known[index], share=count / sizes[of])


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
