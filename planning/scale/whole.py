"""A region's figures put together from its parts; with one part: the single-machine path."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from planning.hotspots.gistar import Moments, discoveries
from planning.hotspots.grid import axial_of, disk, ids_of
from planning.scale.parts import (
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


@dataclass(frozen=True, slots=True)
class Region:
    """Results. cells: theme, cell, events, z, p, hot. clusters: event, cluster. density: theme,
    column, row, density (of the lattice's points)."""

    cells: pd.DataFrame
    clusters: pd.DataFrame
    density: pd.DataFrame

    def same_as(self, other: "Region") -> bool:
        """Equal to the last bit."""
        return (
            self.cells.equals(other.cells)
            and self.clusters.equals(other.clusters)
            and self.density.equals(other.density)
        )


@dataclass(frozen=True, slots=True)
class Grounds:
    """The cells that each part owns, and those with their rings."""

    own: tuple[np.ndarray, ...]
    around: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, territories: Territories, cells: np.ndarray, task: Task) -> "Grounds":
        """`cells`: the study area, sorted."""
        owner = territories.owners(cells, task.grid)
        own = tuple(cells[owner == part] for part in range(len(territories.shapes)))
        return cls(own, tuple(_around(mine, cells, task.rings) for mine in own))


def _around(mine: np.ndarray, cells: np.ndarray, rings: int) -> np.ndarray:
    q, r = axial_of(mine)
    near = [ids_of(q + dq, r + dr) for dq, dr in disk(rings)]
    return np.intersect1d(np.concatenate(near), cells) if len(mine) else mine


def study_cells(territories: Territories, used: np.ndarray, task: Task) -> np.ndarray:
    """Cells of the territories, and those in which something happened; sorted."""
    covered = [task.grid.covering(shape) for shape in territories.shapes]
    return np.unique(np.concatenate([*covered, used]))


def sum_of_moments(parts: Iterable[dict[str, Moments]], sizes: Iterable[int]) -> dict[str, Moments]:
    """Moments of every theme over all cells: a part that does not know a theme has zeros."""
    found = list(zip(parts, sizes, strict=True))
    themes = sorted({theme for moments, _size in found for theme in moments})
    return {
        theme: sum(
            (moments.get(theme) or Moments.of(np.zeros(size)) for moments, size in found),
            Moments(0, *(Moments.of(np.zeros(1)).total,) * 3),
        )
        for theme in themes
    }


def believed(cells: pd.DataFrame, level: float) -> pd.DataFrame:
    """Which cells are hot: decided over all cells of a theme at once."""
    cells = _plain(cells).sort_values(["theme", "cell"], ignore_index=True)
    hot = np.zeros(len(cells), dtype=bool)
    for rows in cells.groupby("theme").indices.values():
        hot[rows] = discoveries(cells["p"].to_numpy()[rows], level=level)
    return cells.assign(hot=hot & (cells["z"].to_numpy() > 0))


def sorted_density(density: pd.DataFrame) -> pd.DataFrame:
    return _plain(density).sort_values(["theme", "row", "column"], ignore_index=True)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Themes as pandas' own strings: Dask may have sent them as Arrow's."""
    return table.assign(theme=table["theme"].astype(str))


def whole_region(
    events: pd.DataFrame, *, territories: Territories, task: Task | None = None
) -> Region:
    """The region on one machine, as one part. events: columns of `parts.EVENT_COLUMNS`."""
    task = task or Task()
    used = np.unique(task.grid.cells_of(events[["x", "y"]].to_numpy()))
    cells = study_cells(territories, used, task)
    one = Territories([shapely.union_all(list(territories.shapes)).convex_hull])
    part = in_order(shared_out(events, territories=one, task=task))
    counts = cell_counts(part)
    whole = sum_of_moments([moments_of(counts, len(cells))], [len(cells)])
    hot = hot_cells(part, own=cells, around=cells, whole=whole, task=task)
    return Region(
        cells=believed(hot, task.level),
        clusters=clusters_of(linked(part, reach_m=task.reach_m, least_events=task.least_events)),
        density=sorted_density(density_of(part, own=cells, task=task)),
    )
