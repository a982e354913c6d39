"""A region in parts on a real cluster gives what one machine gives, whatever happens to workers."""

import os
import signal
import threading
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sklearn.cluster import DBSCAN

from citymap.geo import city_srid
from planning.hotspots.identity import renamed
from planning.scale.parts import Task, Territories, linked, shared_out
from planning.scale.region import as_table, region_on_dask
from planning.scale.whole import whole_region

TASK = Task(edge_m=200.0, step_m=120.0, radius_m=250.0, years=1.0)
X, Y = 512_000.0, 6_080_000.0


@pytest.fixture(scope="module")
def territories() -> Territories:
    """Six districts of a town, one of them empty, one beyond a gap."""
    rng = np.random.default_rng(7)
    cut = np.sort(rng.uniform(500, 5500, 2))
    boxes = [
        (0, 0, cut[0], 3000), (cut[0], 0, cut[1], 3100), (cut[1], 0, 6000, 3000),
        (0, 3000, 3000, 6000), (3000, 3100, 6000, 6000), (9000, 0, 9900, 900),
    ]  # fmt: skip
    return Territories([shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes])


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    """Noise, groups on borders, groups of groups that chain across three districts."""
    rng = np.random.default_rng(109)
    chain = np.column_stack([np.arange(0, 6000, 25.0), np.full(240, 3000.0)])
    xy = np.concatenate(
        [
            rng.uniform(0, 6000, (3000, 2)), rng.normal(3000, 90, (300, 2)),
            rng.normal([1500, 2990], 60, (200, 2)), chain, chain[:40] + [0, 12.5],
        ]
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "event": rng.permutation(len(xy)),
            "theme": rng.choice(["water", "roads"], len(xy), p=[0.7, 0.3]),
            "x": X + xy[:, 0], "y": Y + xy[:, 1], "weight": rng.choice([1.0, 0.3], len(xy)),
        }
    )  # fmt: skip
    table.loc[3500:, "theme"] = "water"
    return table


@pytest.fixture(scope="module")
def single(events, territories):
    return whole_region(events, territories=territories, task=TASK)


def table_of(events: pd.DataFrame, chunks: int):
    points = gpd.points_from_xy(events["x"], events["y"], crs=city_srid())
    return as_table(
        gpd.GeoDataFrame(events.drop(columns=["x", "y"]), geometry=points), chunks=chunks
    )


def test_one_machine_finds_what_is_there(single):
    assert single.cells["hot"].any()
    assert single.clusters["cluster"].nunique() > 2
    assert (single.density["density"] > 0).all()


def test_clusters_are_those_of_scikit_learn(events, single):
    """Of dense events: to which of two groups one at the rim goes is a matter of order."""
    for _theme, rows in events.groupby("theme"):
        rows = rows.sort_values("event", ignore_index=True)
        other = DBSCAN(eps=TASK.reach_m, min_samples=TASK.least_events).fit(rows[["x", "y"]])
        ours = rows.merge(single.clusters, on="event", how="left")["cluster"].fillna(-1)
        core = other.core_sample_indices_
        assert np.array_equal(renamed(ours.to_numpy(dtype=int)[core]), renamed(other.labels_[core]))
        assert np.array_equal(ours.to_numpy() == -1, other.labels_ == -1)


@pytest.mark.parametrize("chunks, seed", [(3, 0), (7, 1)])
def test_parts_give_the_whole(events, territories, single, client, chunks, seed):
    shuffled = events.sample(frac=1, random_state=seed)
    found = region_on_dask(
        table_of(shuffled, chunks), territories=territories, client=client, task=TASK
    )
    assert found.same_as(single)


def test_a_worker_killed_in_mid_run_changes_nothing(events, territories, single, client, cluster):
    workers = {int(name): worker.pid for name, worker in cluster.workers.items()}
    killed = []

    def kill() -> None:
        """As soon as something has been computed: in the middle of the run."""
        pid = next(iter(workers.values()))
        while not any(info["metrics"]["task_counts"] for info in
                      client.scheduler_info()["workers"].values()):  # fmt: skip
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    found = region_on_dask(table_of(events, 12), territories=territories, client=client, task=TASK)
    thread.join(timeout=30)
    assert killed
    assert found.same_as(single)


def test_a_part_gets_its_surroundings_once(events, territories):
    shared = shared_out(events, territories=territories, task=TASK)
    assert shared.loc[shared["own"], "event"].is_unique
    assert set(shared.loc[shared["own"], "event"]) == set(events["event"])
    assert not shared.duplicated(["event", "part"]).any()
    assert len(shared) > len(events)


def test_nothing_is_linked_to_nothing():
    none = pd.DataFrame(
        {"event": [], "theme": [], "x": [], "y": [], "own": pd.Series([], dtype=bool)}
    )
    assert linked(none, reach_m=10, least_events=2).empty
