"""A region on Dask: events as a dask-geopandas table, a part a territory, workers anywhere.

Two rounds. In the first each part counts its cells; their exact moments are added here. In the
second each part computes its figures with them. What is decided over all (which cells to believe,
which groups touch across a border) is decided here, over the parts' small tables. A worker that
dies is no matter: its tasks are done again, and every task is a function of its input.
"""

import dask
import dask_geopandas
import geopandas as gpd
import numpy as np
import pandas as pd
from dask import delayed
from distributed import Client

from planning.scale.parts import (
    EMPTY_CELLS,
    EMPTY_DENSITY,
    EMPTY_LINKS,
    Task,
    Territories,
    cell_counts,
    clusters_of,
    density_of,
    hot_cells,
    in_order,
    linked,
    moments_of,
    shared_out,
)
from planning.scale.whole import (
    Grounds,
    Region,
    believed,
    sorted_density,
    study_cells,
    sum_of_moments,
)

# Shuffled by tasks: a lost worker's share is computed again, nothing waits for it.
SHUFFLE = {"dataframe.shuffle.method": "tasks"}


def as_table(events: gpd.GeoDataFrame, *, chunks: int) -> dask_geopandas.GeoDataFrame:
    """Events as a table of `chunks` pieces; of a country: `dask_geopandas.read_parquet`."""
    return dask_geopandas.from_geopandas(events, npartitions=chunks)


def region_on_dask(
    events: dask_geopandas.GeoDataFrame,
    *,
    territories: Territories,
    client: Client,
    task: Task | None = None,
) -> Region:
    """Hot cells, clusters and density of a region, equal to `whole.whole_region` to the last bit.

    events: columns event, theme, weight and points in the city CRS, in any order and any pieces.
    """
    task = task or Task()
    parts = _parts(events, territories, task)
    with dask.config.set(SHUFFLE):
        parts = client.persist(parts)
        pieces = parts.to_delayed()
    counted = client.gather(client.compute([delayed(_counted)(piece) for piece in pieces]))
    counts = pd.concat(counted, ignore_index=True)
    cells = study_cells(territories, np.unique(counts["cell"].to_numpy(dtype=np.int64)), task)
    grounds = Grounds.of(territories, cells, task)
    sizes = [len(own) for own in grounds.own]
    by_part = {int(part): rows for part, rows in counts.groupby("part")}
    none = counts.iloc[:0]
    whole = sum_of_moments(
        [moments_of(by_part.get(number, none), size) for number, size in enumerate(sizes)], sizes
    )
    known = client.scatter([grounds, whole], broadcast=True)
    computed = client.compute([delayed(_computed)(piece, *known, task) for piece in pieces])
    found = client.gather(computed)
    # A part in which nothing happened has cells too.
    seen = {part for _cells, _links, _density, parts_seen in found for part in parts_seen}
    empty = _empty()
    silent = [
        hot_cells(
            empty, own=grounds.own[number], around=grounds.around[number], whole=whole, task=task
        )
        for number in range(len(sizes))
        if number not in seen
    ]
    return Region(
        cells=believed(pd.concat([*(one[0] for one in found), *silent]), task.level),
        clusters=clusters_of(pd.concat([one[1] for one in found], ignore_index=True)),
        density=sorted_density(pd.concat([one[2] for one in found], ignore_index=True)),
    )


def _parts(events: dask_geopandas.GeoDataFrame, territories: Territories, task: Task):
    """Rows by part: the pieces of the table that is returned hold whole parts."""
    meta = _empty()
    shared = events.map_partitions(_shared, territories, task, meta=meta)
    with dask.config.set(SHUFFLE):
        return shared.shuffle("part", npartitions=len(territories.shapes))


def _empty() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event": pd.Series(dtype="int64"), "theme": pd.Series(dtype=object),
            "x": pd.Series(dtype="float64"), "y": pd.Series(dtype="float64"),
            "weight": pd.Series(dtype="float64"), "cell": pd.Series(dtype="int64"),
            "part": pd.Series(dtype="int64"), "own": pd.Series(dtype=bool),
        }
    )  # fmt: skip


def _shared(piece: gpd.GeoDataFrame, territories: Territories, task: Task) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "event": piece["event"].to_numpy(dtype=np.int64),
            "theme": piece["theme"].to_numpy(dtype=object),
            "x": piece.geometry.x.to_numpy(),
            "y": piece.geometry.y.to_numpy(),
            "weight": piece["weight"].to_numpy(dtype=float),
        }
    )
    if not len(table):
        return _empty()
    return shared_out(table, territories=territories, task=task)[list(_empty().columns)]


def _by_part(piece: pd.DataFrame):
    for part, rows in piece.groupby("part"):
        yield int(part), in_order(rows)


def _counted(piece: pd.DataFrame) -> pd.DataFrame:
    tables = [cell_counts(rows).assign(part=part) for part, rows in _by_part(piece)]
    nothing = cell_counts(_empty()).assign(part=pd.Series(dtype="int64"))
    return pd.concat([nothing, *tables], ignore_index=True) if tables else nothing


def _computed(piece: pd.DataFrame, grounds: Grounds, whole: dict, task: Task):
    """Cells, links and density of the parts in a piece, and which parts they are."""
    cells, links, density, seen = [], [], [], []
    for part, rows in _by_part(piece):
        own = grounds.own[part]
        seen.append(part)
        cells.append(hot_cells(rows, own=own, around=grounds.around[part], whole=whole, task=task))
        links.append(linked(rows, reach_m=task.reach_m, least_events=task.least_events))
        density.append(density_of(rows, own=own, task=task))
    return (
        pd.concat(cells or [EMPTY_CELLS], ignore_index=True),
        pd.concat(links or [EMPTY_LINKS], ignore_index=True),
        pd.concat(density or [EMPTY_DENSITY], ignore_index=True),
        seen,
    )


__all__ = ["as_table", "region_on_dask"]
