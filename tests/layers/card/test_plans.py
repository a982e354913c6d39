"""Every spatial filter of the card uses its index."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citymap.geo import lon_lat
from tests.layers.card.plans import crowd, nodes, plan

pytestmark = pytest.mark.django_db
ALWAYS_ASKED = {
    "layers_territory", "layers_networksegment", "layers_manhole", "layers_playground",
    "layers_sportsground", "layers_camera", "layers_busstop", "layers_snowplowtrackpart",
}  # fmt: skip
SPATIAL = ("st_dwithin", "st_intersects", "st_covers", "st_contains")


def _spatial_scans(statements, crowded):
    """(table, condition answered by the index) of each scan with a spatial filter.

    Statements about other tables (works, incidents) find them empty, and autovacuum may have
    told the planner so: then any way is as good to it. There it is asked which index could
    answer: bitmap scans only, which need a condition.
    """
    for statement in statements:
        free = "on" if any(table in statement for table in crowded) else "off"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL enable_seqscan = {free}; SET LOCAL enable_indexscan = {free}"
            )
        for node in nodes(plan(statement)):
            if any(name in node.get("Filter", "").lower() for name in SPATIAL):
                yield node["Relation Name"], node.get("Index Cond") or _bitmap_condition(node)


def _bitmap_condition(node):
    return " ".join(child.get("Index Cond", "") for child in nodes(node))


@pytest.mark.parametrize("way", ["point", "building", "address"])
def test_every_spatial_filter_uses_its_index(corner, inspector, way):
    lon, lat = lon_lat(corner.plan.point(30, 7))
    asked = {
        "point": {"lon": lon, "lat": lat},
        "building": {"building": corner.building.pk},
        "address": {"address": corner.address.pk},
    }[way]
    staff = Client()
    staff.force_login(inspector)
    with CaptureQueriesContext(connection) as queries:
        assert staff.get("/api/place/", asked).status_code == 200
    statements = [q["sql"] for q in queries if q["sql"].lstrip().startswith(("SELECT", "--"))]
    crowded = ALWAYS_ASKED | {"layers_address"}
    for table in sorted(crowded):
        crowd(table)
    scans = list(_spatial_scans(statements, crowded))
    tables = {table for table, _condition in scans}
    assert tables >= ALWAYS_ASKED
    if way != "address":
        assert "layers_address" in tables
    for table, condition in scans:
        if table != "layers_street":  # one street, by its key
            assert "geom" in condition, (table, condition)
