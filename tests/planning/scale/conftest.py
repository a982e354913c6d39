"""A real cluster on this machine, shared by the tests of this folder."""

import pytest
from distributed import Client, LocalCluster


@pytest.fixture(scope="package")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        host="127.0.0.1", memory_limit=None,
    ) as local:  # fmt: skip
        yield local


@pytest.fixture(scope="package")
def client(cluster):
    with Client(cluster) as found:
        yield found
