"""A real cluster on this machine, shared by the tests of this folder."""

import pytest
from distributed import Client, LocalCluster


@pytest.fixture(scope="package")
def cluster():
    # Without an address the scheduler takes 8787, also when it shows no dashboard: test
    # processes side by side would meet there.
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False}, host="127.0.0.1", memory_limit=None,
    ) as local:  # fmt: skip
        yield local


@pytest.fixture(scope="package")
def client(cluster):
    with Client(cluster) as found:
        yield found
