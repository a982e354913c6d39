"""What tests of a region in parts share: the table in pieces, and the end of a worker."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import pandas as pd
from distributed import Client, LocalCluster

from citymap.geo import city_srid
from planning.scale.region import as_table


def table_of(events: pd.DataFrame, chunks: int):
    """Events in any order, cut into pieces."""
    mixed = events.sample(frac=1, random_state=chunks)
    points = gpd.points_from_xy(mixed["x"], mixed["y"], crs=city_srid())
    return as_table(
        gpd.GeoDataFrame(mixed.drop(columns=["x", "y"]), geometry=points), chunks=chunks
    )


def _held(dask_scheduler) -> dict[str, int]:
    """By worker's address, how many results it holds."""
    return {one.address: len(one.has_what) for one in dask_scheduler.workers.values()}


@contextmanager
def one_worker_killed(client: Client, cluster: LocalCluster) -> Iterator[None]:
    """Kills a worker by SIGKILL as soon as it holds results: while what is inside runs."""
    victim = next(iter(cluster.workers.values()))
    address, pid = victim.worker_address, victim.pid
    killed_at = []

    def kill() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if client.run_on_scheduler(_held).get(address):
                os.kill(pid, signal.SIGKILL)
                killed_at.append(time.monotonic())
                return
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    yield
    ended_at = time.monotonic()
    thread.join()
    assert killed_at, "no worker was killed"
    assert killed_at[0] < ended_at
