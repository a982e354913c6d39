"""The queue of yards of a region: complaints from parts, one order for all.

Three rounds. Who counts is settled by person, wherever the messages lie; then each part links its
complaints into clusters and finds their yards; what is small comes together and is ordered by the
application's own functions (`planning.queue`). Whole numbers all along: parts give the whole.
"""

from dataclasses import dataclass

import dask
import dask_geopandas
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from dask import delayed
from distributed import Client

from planning.queue.complaints import Shares, complaints_of_yards, counted
from planning.queue.scoring import NEVER, Policy, Queue, Yards, rank
from planning.scale.parts import EMPTY_LINKS, Task, Territories, clusters_of, linked, shared_out
from planning.scale.region import SHUFFLE

# As in planning.queueinputs: more would chain a whole quarter together.
REACH_M = NEAR_M = 25.0
TASK = Task(edge_m=200.0, rings=0, reach_m=REACH_M, least_events=1, radius_m=1.0, step_m=1.0)
MESSAGE_COLUMNS = ("event", "person", "day", "x", "y")
_NO_YARD = -1


@dataclass(frozen=True, slots=True)
class Ground:
    """Yards of a region: ids ascending, apartments, areas, outlines in the city's CRS."""

    ids: np.ndarray
    apartments: np.ndarray
    area_m2: np.ndarray
    shapes: np.ndarray

    def around(self, xy: np.ndarray) -> np.ndarray:
        """The yard of each position, or within NEAR_M of it: the nearest, then the lowest id."""
        found = np.full(len(xy), _NO_YARD, dtype=np.int64)
        if not len(xy) or not len(self.ids):
            return found
        tree = shapely.STRtree(self.shapes)
        point, shape = tree.query_nearest(shapely.points(xy), max_distance=NEAR_M, all_matches=True)
        lowest = np.full(len(xy), np.iinfo(np.int64).max)
        np.minimum.at(lowest, point, self.ids[shape])
        return np.where(lowest < np.iinfo(np.int64).max, lowest, _NO_YARD)


def whole_queue(
    messages: pd.DataFrame, *, ground: Ground, policy: Policy, today: int, territories: Territories
) -> Queue:
    """The queue on one machine, as one part. messages: MESSAGE_COLUMNS; days since 1970."""
    heard = _heard(messages)
    one = Territories([shapely.union_all(list(territories.shapes)).convex_hull])
    part = shared_out(heard, territories=one, task=TASK)
    return _queue(*_placed(part, ground), ground=ground, policy=policy, today=today)


def queue_on_dask(
    messages: dask_geopandas.GeoDataFrame,
    *,
    ground: Ground,
    policy: Policy,
    today: int,
    territories: Territories,
    client: Client,
) -> Queue:
    """The same from parts. messages: columns event, person, day and points, in any pieces."""
    with dask.config.set(SHUFFLE):
        flat = messages.map_partitions(_flat, meta=_empty())
        heard = flat.shuffle("person").map_partitions(_heard, meta=_heard(_empty()))
        shared = heard.map_partitions(_shared, territories, meta=_shared(_heard(_empty()), None))
        pieces = shared.shuffle("part", npartitions=len(territories.shapes)).to_delayed()
    known = client.scatter(ground, broadcast=True)
    found = client.gather(client.compute([delayed(_placed)(piece, known) for piece in pieces]))
    links = pd.concat([one[0] for one in found], ignore_index=True)
    own = pd.concat([one[1] for one in found], ignore_index=True)
    return _queue(links, own, ground=ground, policy=policy, today=today)


def _empty() -> pd.DataFrame:
    kinds = {"event": "int64", "person": "int64", "day": "int64", "x": "float64", "y": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _flat(piece: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event": piece["event"].to_numpy(dtype=np.int64),
            "person": piece["person"].to_numpy(dtype=np.int64),
            "day": piece["day"].to_numpy(dtype=np.int64),
            "x": piece.geometry.x.to_numpy(),
            "y": piece.geometry.y.to_numpy(),
        }
    )


def _heard(messages: pd.DataFrame) -> pd.DataFrame:
    """Messages that count, all of each person being here; with what `shared_out` wants."""
    keep = counted(*(messages[name].to_numpy() for name in ("person", "day", "event")))
    return messages[keep].assign(theme=0).reset_index(drop=True)


def _shared(heard: pd.DataFrame, territories: Territories | None) -> pd.DataFrame:
    if territories is None or not len(heard):
        return heard.assign(
            cell=pd.Series(dtype="int64"), part=pd.Series(dtype="int64"), own=pd.Series(dtype=bool)
        )
    return shared_out(heard, territories=territories, task=TASK)


def _placed(piece: pd.DataFrame, ground: Ground) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Links of the parts in a piece, and its own complaints with their yards."""
    links = [linked(rows, reach_m=REACH_M, least_events=1) for _part, rows in piece.groupby("part")]
    own = piece[piece["own"].to_numpy(dtype=bool)]
    yards = ground.around(own[["x", "y"]].to_numpy())
    return pd.concat(links or [EMPTY_LINKS], ignore_index=True), own.assign(yard=yards)


def _queue(
    links: pd.DataFrame, own: pd.DataFrame, *, ground: Ground, policy: Policy, today: int
) -> Queue:
    own = own.sort_values("event", ignore_index=True)
    clusters = clusters_of(links)
    # Every complaint is dense by itself, so each has its cluster; numbered from 0.
    names, cluster = np.unique(
        clusters.set_index("event")["cluster"].reindex(own["event"]).to_numpy(dtype=np.int64),
        return_inverse=True,
    )
    complaints = complaints_of_yards(
        ground.ids,
        person=own["person"].to_numpy(),
        day=own["day"].to_numpy(),
        order=own["event"].to_numpy(),
        cluster=cluster,
        shares=_shares(cluster, own["yard"].to_numpy(), len(names)),
        today=today,
        never=NEVER,
    )
    yards = Yards(
        ids=ground.ids,
        values={
            "apartments": ground.apartments.astype(float),
            "complaints": complaints.value.round(1),
            "area_m2": ground.area_m2.astype(float).round(),
        },
        first_complaint=complaints.first_day,
    )
    return rank(yards, policy)


def _shares(cluster: np.ndarray, yard: np.ndarray, count: int) -> Shares:
    """Of each cluster and yard the share of its complaints that lies in the yard."""
    sizes, inside = np.bincount(cluster, minlength=count), yard != _NO_YARD
    pairs, number = np.unique(
        np.column_stack([cluster[inside], yard[inside]]), axis=0, return_counts=True
    )
    return Shares(cluster=pairs[:, 0], yard=pairs[:, 1], share=number / sizes[pairs[:, 0]])
