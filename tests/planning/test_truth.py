"""The demo's planted hotspots: what the search finds against the file of what was planted."""

import json

import numpy as np
import pytest
import shapely

from planning.choices import ProblemKind, Theme
from planning.models import Cluster, HotspotCell, HotspotRun, Problem
from planning.services.problems import proposals

pytestmark = [pytest.mark.django_db]
THEMES = {"ROAD": Theme.ROADS, "WATER": Theme.WATER, "WASTE": Theme.WASTE, "DIG": Theme.MANHOLES}


def test_precision_and_recall(demo_city):
    """A hot cell is right when its surroundings (a ring) reach the planted disk."""
    truth = json.loads((demo_city.var / "demo" / "appeals_truth.json").read_text())["hotspots"]
    places = [
        (THEMES[one["group"]], shapely.Point(one["x"], one["y"]).buffer(one["radius_m"]))
        for one in truth
    ]
    runs = HotspotRun.objects.latest().filter(theme__in=[*THEMES.values()])
    right, found, seen = 0, 0, set()
    for cell in HotspotCell.objects.filter(run__in=runs, hot=True).select_related("run"):
        reach = shapely.from_wkb(bytes(cell.geom.wkb)).centroid.buffer(2.5 * cell.run.edge_m)
        hits = [
            number
            for number, (theme, place) in enumerate(places)
            if theme == cell.run.theme and reach.intersects(place)
        ]
        found += 1
        right += bool(hits)
        seen |= set(hits)
    print(f"planted {len(places)}, seen {len(seen)}, cells {found}, right {right}")
    assert len(seen) >= 0.9 * len(places)
    assert right >= 0.9 * found


def test_each_planted_place_lies_in_a_cluster(demo_city):
    truth = json.loads((demo_city.var / "demo" / "appeals_truth.json").read_text())["hotspots"]
    for one in truth:
        clusters = Cluster.objects.filter(
            run__in=HotspotRun.objects.latest(), theme=THEMES[one["group"]]
        )
        shapes = [shapely.from_wkb(bytes(cluster.geom.wkb)) for cluster in clusters]
        distances = [shape.distance(shapely.Point(one["x"], one["y"])) for shape in shapes]
        assert np.min(distances) < one["radius_m"]


def test_some_zones_and_problems_are_worked_on_and_others_proposed(demo_city):
    assert Problem.objects.open().flood_zones().count() == 3
    assert Problem.objects.open().count() == 5
    assert all(one.lead and one.measures.undone().exists() for one in Problem.objects.all())
    assert proposals(kind=ProblemKind.FLOOD_ZONE)
    # Of springs long ago too, not of the last year alone.
    assert HotspotRun.objects.filter(theme=Theme.FLOODING, springs_since__isnull=False).exists()
