"""Every spatial filter of the app uses its index."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citymap.geo import city_srid
from citymap.places.registry import Place, PlaceContext
from earthworks import mapextract
from earthworks.card import works
from earthworks.choices import RepairKind
from earthworks.conflict_registry import Dig, conflicts_of
from earthworks.documents import FONT, Letter
from earthworks.models import Order, RepairWork
from earthworks.outages import buildings_near
from earthworks.services.guarantees import guaranteed_at
from earthworks.snapping import snap
from earthworks.surfaces import propose
from layers.choices import RoadClass
from layers.models import (
    Address,
    Building,
    BusRoute,
    NetworkSegment,
    Road,
    SnowplowRoute,
    Water,
    Yard,
)
from tests.earthworks.world import JUNE_1, JUNE_20, X, Y, body, dig, draft
from tests.layers.card.plans import crowd, nodes, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
TABLES = {
    "earthworks_order", "earthworks_repairwork", "layers_networksegment", "layers_busroute",
    "layers_snowplowroute", "layers_road", "layers_building", "layers_yard", "layers_address",
    "layers_water",
}  # fmt: skip
# A distance that is compared is a filter without an index.
SPATIAL = ("st_dwithin", "st_intersects", "st_distance", "st_within", "st_contains")


NOW_DUE = """due_at = now(), due_on = current_date, final_on = current_date, duty = 'permanent',
    basis = 'permit', deadline_version = 1"""
NOTHING_DUE = "due_at = NULL, due_on = NULL, final_on = NULL, duty = '', basis = ''"
# Step by step: the state trigger sees each of them.
STEPS = (
    ("applied", "year = 2001, serial = id, applied_at = now()", "true"),
    ("approving", "year = 2001", "true"),
    ("issued", f"issued_at = now(), {NOW_DUE}", "id % 2 = 0"),
    ("in_progress", "started_at = now()", "id % 2 = 0"),
    ("works_done", "works_done_at = now()", "id % 2 = 0"),
    (
        "restored",
        f"restored_at = now(), guarantee_until = '2031-06-01', {NOTHING_DUE}",
        "id % 2 = 0",
    ),
)


def half_live_half_restored() -> None:
    """Orders of a city are of many states: by their state alone none is found."""
    with connection.cursor() as cursor:
        for state, values, which in STEPS:
            cursor.execute(f"UPDATE earthworks_order SET state = '{state}', {values} WHERE {which}")
        cursor.execute("ANALYZE earthworks_order")


def test_every_spatial_filter_uses_its_index():
    common = {"source": "test", "source_id": "1", "valid_from": dt.date(2020, 1, 1)}
    line = LineString((X, Y), (X + 20, Y), srid=city_srid())
    draft()
    RepairWork.objects.create(
        kind=RepairKind.ROAD, title="x", organization=body("roads"), geom=dig(), begins_on=JUNE_1,
        ends_on=JUNE_20, first_ends_on=JUNE_20, source_id="1",
    )  # fmt: skip
    NetworkSegment.objects.create(geom=line, **common)
    BusRoute.objects.create(number="1", geom=line, **common)
    SnowplowRoute.objects.create(
        name="1", street_class=RoadClass.PRIMARY, **common,
        geom=MultiLineString(line, srid=city_srid()),
    )  # fmt: skip
    Road.objects.create(road_class=RoadClass.PRIMARY, kind="primary", geom=line, **common)
    Building.objects.create(geom=dig(), **common)
    ground = Polygon.from_bbox((X, Y, X + 20, Y + 20))
    ground.srid = city_srid()
    Yard.objects.create(geom=ground, label="yard", **common)
    Water.objects.create(geom=ground, kind="lake", **common)
    Address.objects.create(
        street_name="x", house_number="1", geom=Point(X, Y, srid=city_srid()), **common
    )
    for table in sorted(TABLES):
        crowd(table)
    half_live_half_restored()
    point = Point(X, Y, srid=city_srid())
    with CaptureQueriesContext(connection) as queries:
        conflicts_of(Dig(geom=dig(), begins_on=JUNE_1, ends_on=JUNE_20))
        propose(dig())
        snap(point, 5)
        list(buildings_near(point, 50))
        guaranteed_at(point, JUNE_1)
        list(Order.objects.public().live().near(point, 300).explained())
        page = Letter(title="x", foot="x", at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
        page.add_page()
        frame = mapextract.frame_for(dig(), x=10, y=10, width=100, height=60)
        mapextract.draw(page, dig(), frame, FONT)
        works(Place(point=point, shape=point), PlaceContext(user=None, date=JUNE_1))
    seen = set()
    for query in queries:
        if not query["sql"].lstrip("(").startswith("SELECT"):
            continue
        for node in nodes(plan(query["sql"])):
            if any(name in node.get("Filter", "").lower() for name in SPATIAL):
                condition = " ".join(child.get("Index Cond", "") for child in nodes(node))
                assert "geom" in condition, (node["Relation Name"], node)
                seen.add(node["Relation Name"])
    assert seen == TABLES
