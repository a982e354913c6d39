"""Clusters of the events in the table, against scikit-learn and PostGIS."""

import datetime as dt

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

from citymap.geo import city_srid
from planning.choices import Theme
from planning.clustering import cluster_events, members
from planning.hotspots.identity import NOISE, renamed
from planning.models import Event
from tests.planning.town import ALMATY, X, Y

pytestmark = pytest.mark.django_db
SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2027, 1, 1)


def put(xy):
    Event.objects.bulk_create(
        Event(
            source="test", source_id=str(number), theme=Theme.ROADS,
            occurred_at=dt.datetime(2026, 5, 1, tzinfo=ALMATY),
            geom=Point(X + x, Y + y, srid=city_srid()),
        )
        for number, (x, y) in enumerate(xy)
    )  # fmt: skip


def ours(reach_m, least):
    return cluster_events(
        theme=Theme.ROADS, since=SINCE, until=UNTIL, reach_m=reach_m, least_events=least
    ).label


def towns():
    rng = np.random.default_rng(1)
    blobs = [rng.normal(centre, 60, (80, 2)) for centre in rng.uniform(0, 4000, (8, 2))]
    yield np.concatenate([*blobs, rng.uniform(0, 4000, (200, 2))]), 50.0, 5
    yield rng.uniform(0, 1500, (500, 2)), 60.0, 4
    # Addresses: many events at the same few places, distances that are exactly the reach.
    yield rng.integers(0, 20, (400, 2)) * 25.0, 25.0, 3
    yield rng.uniform(0, 500, (60, 2)), 30.0, 1


@pytest.mark.parametrize("number", range(4))
def test_labels_are_those_of_scikit_learn(number):
    """Up to renaming, and to which of two clusters a border point between them falls."""
    xy, reach_m, least = list(towns())[number]
    put(xy)
    found = ours(reach_m, least)
    model = DBSCAN(eps=reach_m, min_samples=least).fit(xy + [X, Y])
    core = np.zeros(len(xy), dtype=bool)
    core[model.core_sample_indices_] = True
    assert ((found == NOISE) == (model.labels_ == NOISE)).all()
    assert renamed(found[core]).tolist() == renamed(model.labels_[core]).tolist()
    tree = cKDTree(xy)
    names = dict(zip(model.labels_[core].tolist(), found[core].tolist(), strict=True))
    for point in np.flatnonzero(~core & (found != NOISE)):
        near = [one for one in tree.query_ball_point(xy[point], reach_m + 1e-9) if core[one]]
        clusters = {int(found[one]) for one in near}
        assert int(found[point]) in clusters
        if len(clusters) == 1:
            assert found[point] == names[int(model.labels_[point])]


def test_labels_are_those_of_the_database():
    """Up to renaming, and to border points; several events an address."""
    xy = np.random.default_rng(6).integers(0, 30, (600, 2)) * 20.0
    put(xy)
    found = ours(40.0, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_ClusterDBSCAN(geom, eps => 40, minpoints => 5) OVER () FROM planning_event"
            " ORDER BY id"
        )
        theirs = np.array([NOISE if label is None else label for (label,) in cursor.fetchall()])
    assert ((found == NOISE) == (theirs == NOISE)).all()
    core = (np.square(xy[:, None] - xy).sum(axis=2) <= 40**2).sum(axis=1) >= 5
    assert 0 < core.sum() < len(xy)
    assert renamed(found[core]).tolist() == renamed(theirs[core]).tolist()


def test_the_order_in_the_table_is_no_matter():
    """A border point between two clusters, and clusters whose rows come in another order."""
    put([(0, 0), (100, 0), (0, 5), (100, 5), (0, -5), (100, -5), (50, 0)])
    usual = ours(50.0, 4)
    assert usual.tolist() == [0, 1, 0, 1, 0, 1, 0]
    # Rewritten rows lie at the table's end.
    Event.objects.filter(source_id__in=["0", "2", "4"]).update(weight=2)
    assert ours(50.0, 4).tolist() == usual.tolist()


def test_only_the_theme_and_the_period():
    put(np.zeros((6, 2)))
    Event.objects.filter(source_id="0").update(theme=Theme.SNOW)
    Event.objects.filter(source_id="1").update(occurred_at=dt.datetime(2027, 1, 1, tzinfo=ALMATY))
    labels = cluster_events(theme=Theme.ROADS, since=SINCE, until=UNTIL, reach_m=10, least_events=4)
    assert len(labels.event) == len(members(labels)) == 4


def test_nothing_to_cluster():
    assert ours(10, 3).size == 0
