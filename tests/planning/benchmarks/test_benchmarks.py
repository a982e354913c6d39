"""The benchmarks run, on few events and yards."""

import pytest

from citymap.bench.context import Bench
from planning.benchmarks.clusters import clusters
from planning.benchmarks.queue import yard_queue, yard_queue_tables
from planning.models import Event


def test_queue(tmp_path):
    results = list(yard_queue(Bench(tmp_path, print), count=200))
    assert [result.n for result in results] == [200, 200]
    assert results[1].met


@pytest.mark.django_db
def test_clusters(tmp_path):
    results = list(clusters(Bench(tmp_path, print), sizes=(500, 2000)))
    assert [result.n for result in results] == [500, 2000, 2000]
    assert all(result.ours > 0 and result.baseline > 0 for result in results)


@pytest.mark.django_db
def test_queue_in_tables_leaves_nothing(tmp_path):
    results = list(yard_queue_tables(Bench(tmp_path, print), count=50))
    assert [result.unit for result in results] == ["s", "ms"]
    assert not Event.objects.exists()
