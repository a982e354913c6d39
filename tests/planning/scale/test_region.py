"""A region in parts on a real cluster gives what one machine gives, whatever happens to workers."""

import numpy as np
import pandas as pd
import pytest
import shapely
from sklearn.cluster import DBSCAN

from planning.hotspots.dbscan import gathered
from planning.hotspots.identity import NOISE, renamed
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
from planning.scale.region import region_on_dask
from planning.scale.whole import (
    Grounds,
    Region,
    believed,
    sorted_density,
    study_cells,
    sum_of_moments,
    whole_region,
)
from tests.planning.scale.pieces import one_worker_killed, table_of

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


def test_clusters_are_those_of_a_search_in_one_city(events, single):
    """Also at the rim: parts that are put together and the search agree on every event."""
    ours = dict(single.clusters[["event", "cluster"]].itertuples(index=False))
    for _theme, rows in events.groupby("theme"):
        rows = rows.sort_values("event", ignore_index=True)
        xy, event = rows[["x", "y"]].to_numpy(), rows["event"].to_numpy()
        found = gathered(xy, reach_m=TASK.reach_m, least_events=TASK.least_events)
        labels = found.labels()
        assert ((labels != NOISE) & ~found.dense).any()
        first = [event[np.argmax((labels == one) & found.dense)] for one in range(labels.max() + 1)]
        theirs = {e: first[label] for e, label in zip(event, labels, strict=True) if label != NOISE}
        assert {e: ours[e] for e in event if e in ours} == theirs


@pytest.mark.parametrize("chunks, seed", [(3, 0), (7, 1)])
def test_parts_give_the_whole(events, territories, single, client, chunks, seed):
    shuffled = events.sample(frac=1, random_state=seed)
    found = region_on_dask(
        table_of(shuffled, chunks), territories=territories, client=client, task=TASK
    )
    assert found.same_as(single)


def in_parts(events: pd.DataFrame, territories: Territories, task: Task) -> Region:
    """What the parts say, one after the other in this process."""
    shared = shared_out(events, territories=territories, task=task)
    pieces = [in_order(shared[shared["part"] == n]) for n in range(len(territories.shapes))]
    cells = study_cells(territories, task.grid.cells_of(events[["x", "y"]].to_numpy()), task)
    grounds = Grounds.of(territories, cells, task)
    sizes = [len(own) for own in grounds.own]
    counts = [cell_counts(piece) for piece in pieces]
    moments = [moments_of(one, size) for one, size in zip(counts, sizes, strict=True)]
    whole = sum_of_moments(moments, sizes)
    hot = [
        hot_cells(piece, own=own, around=around, whole=whole, task=task)
        for piece, own, around in zip(pieces, grounds.own, grounds.around, strict=True)
    ]
    links = [
        linked(piece, reach_m=task.reach_m, least_events=task.least_events) for piece in pieces
    ]
    density = [
        density_of(piece, own=own, task=task)
        for piece, own in zip(pieces, grounds.own, strict=True)
    ]
    return Region(
        cells=believed(pd.concat(hot), task.level),
        clusters=clusters_of(pd.concat(links, ignore_index=True)),
        density=sorted_density(pd.concat(density, ignore_index=True)),
    )


@pytest.mark.parametrize(
    "task, rings",
    [
        # Whichever of the three needs most of its surroundings: clusters, density, Gi*.
        (Task(edge_m=100.0, reach_m=140.0, radius_m=60.0, step_m=30.0), 3),
        (Task(edge_m=100.0, reach_m=20.0, radius_m=260.0, step_m=90.0, least_events=2), 4),
        (Task(edge_m=100.0, rings=3, reach_m=20.0, radius_m=60.0, step_m=30.0), 3),
    ],
)
def test_the_surroundings_of_a_part_are_enough(events, territories, task, rings):
    assert task.halo_rings == rings
    found = in_parts(events, territories, task)
    assert found.same_as(whole_region(events, territories=territories, task=task))


def test_a_worker_killed_in_mid_run_changes_nothing(events, territories, single, client, cluster):
    with one_worker_killed(client, cluster):
        found = region_on_dask(
            table_of(events, 12), territories=territories, client=client, task=TASK
        )
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


def test_each_theme_is_believed_by_itself():
    """A theme with a place beyond doubt makes no cell of a quiet one believed."""
    loud = pd.DataFrame({"theme": "roads", "cell": range(40), "z": 6.0, "p": 1e-9})
    quiet = pd.DataFrame({"theme": "water", "cell": range(40), "z": 2.0, "p": 0.04})
    quiet.loc[10:, "p"] = 0.6
    cold = pd.DataFrame({"theme": "snow", "cell": range(40), "z": -6.0, "p": 1e-9})
    found = believed(pd.concat([quiet, loud, cold], ignore_index=True), 0.05)
    assert found.groupby("theme")["hot"].sum().to_dict() == {"roads": 40, "snow": 0, "water": 0}
