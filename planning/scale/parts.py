"""A region in parts: who owns which cell, what a part needs of its surroundings, its figures.

Pure: arrays and tables in, tables out. Every cell of the grid belongs to exactly one territory:
that which holds the cell's centre, else the nearest. An event belongs to the part that owns its
cell; a part also gets the events up to `rings` cells around its own, marked as not its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planning.hotspots.dbscan import NOBODY, gathered
from planning.hotspots.density import Lattice, kernel_density
from planning.hotspots.gistar import Moments, local_g
from planning.hotspots.grid import HexGrid, axial_of, disk, ids_of

EVENT_COLUMNS = ("event", "theme", "x", "y", "weight")
NO_CLUSTER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is computed. Lengths in metres; years: length of the period."""

    edge_m: float = 200.0
    rings: int = 1
    level: float = 0.05
    reach_m: float = 60.0
    least_events: int = 5
    radius_m: float = 300.0
    step_m: float = 100.0
    years: float = 1.0

    @property
    def grid(self) -> HexGrid:
        return HexGrid(self.edge_m)

    @property
    def halo_rings(self) -> int:
        """Cells around its own that a part needs.

        Whoever lies in a cell is at least k edges away from what is more than k rings off.
        DBSCAN needs twice its reach: whether a neighbour is dense depends on the neighbour's own.
        """
        return max(
            self.rings,
            int(np.ceil(2 * self.reach_m / self.edge_m)),
            int(np.ceil((self.radius_m + self.step_m) / self.edge_m)),
        )


@dataclass(frozen=True, slots=True)
class Territories:
    """Outlines by number: part k is the k-th."""

    shapes: Sequence[shapely.Geometry]

    def owners(self, cells: np.ndarray, grid: HexGrid) -> np.ndarray:
        """The part that owns each cell: the nearest outline, of equally near ones the first."""
        points = shapely.points(grid.centres(cells))
        tree = shapely.STRtree(list(self.shapes))
        point, shape = tree.query_nearest(points, all_matches=True)
        owner = np.full(len(cells), len(self.shapes), dtype=np.int64)
        np.minimum.at(owner, point, shape)
        return owner


def shared_out(events: pd.DataFrame, *, territories: Territories, task: Task) -> pd.DataFrame:
    """Each event once for every part that needs it: columns `part` and `own` are added."""
    cells = task.grid.cells_of(events[["x", "y"]].to_numpy())
    known, member = np.unique(cells, return_inverse=True)
    q, r = axial_of(known)
    pairs = [
        np.column_stack(
            [np.arange(len(known)), territories.owners(ids_of(q + dq, r + dr), task.grid)]
        )
        for dq, dr in disk(task.halo_rings)
    ]
    needed = np.unique(np.concatenate(pairs), axis=0)
    owner = territories.owners(known, task.grid)
    # Rows of events by cell, then one row for each part that needs the cell.
    table = pd.DataFrame({"cell_row": needed[:, 0], "part": needed[:, 1]})
    table["own"] = owner[table["cell_row"]] == table["part"]
    found = events.assign(cell_row=member, cell=cells).merge(table, on="cell_row")
    return found.drop(columns="cell_row").reset_index(drop=True)


def in_order(part: pd.DataFrame) -> pd.DataFrame:
    """The fixed order of events, whichever way they came."""
    return part.sort_values(["event"], ignore_index=True)


# --- Gi* ------------------------------------------------------------------------------------


def cell_counts(part: pd.DataFrame) -> pd.DataFrame:
    """Own cells with their events: theme, cell, events."""
    own = part[part["own"]]
    return own.groupby(["theme", "cell"], as_index=False).agg(events=("event", "size"))


def moments_of(counts: pd.DataFrame, cells: int) -> dict[str, Moments]:
    """By theme, exact; `cells`: how many the part owns, those without events too."""
    found = {}
    for theme, rows in counts.groupby("theme"):
        values = np.zeros(cells)
        values[: len(rows)] = rows["events"]
        found[str(theme)] = Moments.of(values)
    return found


def hot_cells(
    part: pd.DataFrame, *, own: np.ndarray, around: np.ndarray, whole: Mapping[str, Moments],
    task: Task,
) -> pd.DataFrame:  # fmt: skip
    """Gi* of the part's own cells. own, around: ids of its cells; of those and their rings."""
    tables = []
    for theme in sorted(whole):
        rows = part[part["theme"] == theme]
        values = np.zeros(len(around))
        index = np.searchsorted(around, rows["cell"].to_numpy())
        inside = (index < len(around)) & (
            around[np.minimum(index, len(around) - 1)] == rows["cell"].to_numpy()
        )
        np.add.at(values, index[inside], 1.0)
        found = local_g(around, values, rings=task.rings, moments=whole[theme])
        mine = np.isin(around, own)
        tables.append(
            pd.DataFrame(
                {
                    "theme": theme, "cell": around[mine], "events": values[mine].astype(np.int64),
                    "z": found.z[mine], "p": found.p[mine],
                }
            )
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else EMPTY_CELLS.copy()


EMPTY_CELLS = pd.DataFrame(
    {
        "theme": pd.Series(dtype=object), "cell": pd.Series(dtype="int64"),
        "events": pd.Series(dtype="int64"), "z": pd.Series(dtype="float64"),
        "p": pd.Series(dtype="float64"),
    }
)  # fmt: skip


# --- density --------------------------------------------------------------------------------


def density_of(part: pd.DataFrame, *, own: np.ndarray, task: Task) -> pd.DataFrame:
    """Events per km2 and year at the lattice points in the part's own cells; not where it is 0."""
    if not len(own):
        return EMPTY_DENSITY.copy()
    outline = task.grid.outlines(own)
    bounds = tuple(shapely.total_bounds(outline).tolist())
    lattice = Lattice.over(bounds, step_m=task.step_m)
    x, y = np.meshgrid(lattice.x, lattice.y)
    cells = task.grid.cells_of(np.column_stack([x.ravel(), y.ravel()]))
    mine = np.isin(cells, own)
    column, row = np.meshgrid(
        lattice.west + np.arange(lattice.width), lattice.south + np.arange(lattice.height)
    )
    tables = []
    for theme, rows in part.groupby("theme"):
        values = kernel_density(
            rows[["x", "y"]].to_numpy(), lattice=lattice, radius_m=task.radius_m,
            years=task.years, weights=rows["weight"].to_numpy(),
        ).ravel()  # fmt: skip
        keep = mine & (values > 0)
        tables.append(
            pd.DataFrame(
                {
                    "theme": str(theme), "column": column.ravel()[keep], "row": row.ravel()[keep],
                    "density": values[keep],
                }
            )
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else EMPTY_DENSITY.copy()


EMPTY_DENSITY = pd.DataFrame(
    {
        "theme": pd.Series(dtype=object), "column": pd.Series(dtype="int64"),
        "row": pd.Series(dtype="int64"), "density": pd.Series(dtype="float64"),
    }
)  # fmt: skip


# --- clusters -------------------------------------------------------------------------------


def linked(part: pd.DataFrame, *, reach_m: float, least_events: int) -> pd.DataFrame:
    """What a part knows of DBSCAN's clusters: pairs `event`, `with_event`, both in one cluster.

    Dense events are paired with the first (lowest) dense event that the part sees connected to
    them; an own event that is not dense with the nearest dense one in reach of it, if any.
    """
    tables = [
        _linked(rows, reach_m=reach_m, least_events=least_events)
        for _theme, rows in part.groupby("theme")
    ]
    return pd.concat(tables, ignore_index=True) if tables else EMPTY_LINKS.copy()


EMPTY_LINKS = pd.DataFrame(
    {
        "event": pd.Series(dtype="int64"), "with_event": pd.Series(dtype="int64"),
        "dense": pd.Series(dtype=bool),
    }
)  # fmt: skip


def _linked(rows: pd.DataFrame, *, reach_m: float, least_events: int) -> pd.DataFrame:
    rows = rows.sort_values("event", ignore_index=True)
    event = rows["event"].to_numpy(dtype=np.int64)
    own = rows["own"].to_numpy(dtype=bool)
    # Who is dense here is dense: of the surroundings' neighbours some may not be here, none is too
    # many. Of what is in reach of an own event all are.
    found = gathered(rows[["x", "y"]].to_numpy(), reach_m=reach_m, least_events=least_events)
    mine = found.leader[own & found.dense]
    core = found.dense & np.isin(found.leader, mine)
    rim = own & ~found.dense & (found.leader != NOBODY)
    told = np.concatenate([np.flatnonzero(core), np.flatnonzero(rim)])
    return pd.DataFrame(
        {
            "event": event[told], "with_event": event[found.leader[told]],
            "dense": found.dense[told],
        }
    )  # fmt: skip


def clusters_of(links: pd.DataFrame) -> pd.DataFrame:
    """`event`, `cluster` (its lowest dense event) from what all parts said; sorted by event."""
    core, rim = links[links["dense"]], links[~links["dense"]]
    known = np.unique(core[["event", "with_event"]].to_numpy())
    a = np.searchsorted(known, core["event"].to_numpy())
    b = np.searchsorted(known, core["with_event"].to_numpy())
    graph = sparse.coo_matrix((np.ones(len(a)), (a, b)), (len(known), len(known)))
    _n, label = connected_components(graph, directed=False)
    lowest = np.full(len(known), len(known), dtype=np.int64)
    np.minimum.at(lowest, label, np.arange(len(known)))
    cluster = known[lowest[label]] if len(known) else known
    at = np.searchsorted(known, rim["with_event"].to_numpy())
    table = pd.DataFrame(
        {
            "event": np.concatenate([known, rim["event"].to_numpy(dtype=np.int64)]),
            "cluster": np.concatenate([cluster, cluster[at] if len(rim) else at]),
        }
    )
    return table.drop_duplicates().sort_values("event", ignore_index=True)
