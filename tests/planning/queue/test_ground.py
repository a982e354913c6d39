"""In which yard complaints lie, and what hangs together: against the plain definition."""

import datetime as dt

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import given

from citymap.geo import city_srid
from planning.hotspots.nearness import distinct, hanging_together
from planning.models import Event
from planning.queue.ground import NO_YARD, yards_at
from planning.queueinputs import COMPLAINT_REACH_M, NEAR_YARD_M, read_complaints
from planning.queuemessages import messages_between, outlines
from tests.planning.awkward import PLACES, REACH, together
from tests.planning.town import ALMATY, TODAY, X, Y, make_event, make_yard


@given(PLACES)
def test_the_nearest_yard_then_the_lowest_id(places):
    xy = np.array(places, dtype=float).reshape(-1, 2)
    # Two that touch, one with a hole, one apart.
    shapes = np.array(
        [
            shapely.box(0, 0, 40, 40), shapely.box(-40, 0, 0, 40),
            shapely.box(50, -60, 110, 0) - shapely.box(70, -40, 90, -20),
            shapely.box(-110, -110, -90, -60),
        ]
    )  # fmt: skip
    ids = np.array([7, 3, 9, 5])
    found = yards_at(xy, ids=ids, shapes=shapes, near_m=REACH)
    for place, yard in zip(xy, found.tolist(), strict=True):
        away = shapely.distance(shapes, shapely.Point(place))
        near = [(d, i) for d, i in zip(away.tolist(), ids.tolist(), strict=True) if d <= REACH]
        assert yard == (min(near)[1] if near else NO_YARD)


PLAIN = """
WITH chosen AS (
    SELECT id, geom,
           ST_ClusterDBSCAN(geom, eps => %(reach_m)s, minpoints => 1)
           OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS cluster
    FROM planning_event
)
SELECT chosen.id, chosen.cluster, coalesce(near.id, -1)
FROM chosen
LEFT JOIN LATERAL (
    SELECT yard.id
    FROM layers_yard yard
    WHERE yard.valid_to IS NULL AND ST_DWithin(yard.geom, chosen.geom, %(near_m)s)
    ORDER BY ST_Distance(yard.geom, chosen.geom), yard.id
    LIMIT 1
) near ON true
ORDER BY chosen.id
"""


@pytest.mark.django_db
def test_equals_what_the_database_says():
    rng = np.random.default_rng(11)
    for number in range(4):
        make_yard(number, side_m=270 if number % 2 else 120)
    places = np.column_stack([X + rng.uniform(-60, 1300, 500), Y + rng.uniform(-60, 320, 500)])
    noon = dt.datetime.combine(TODAY, dt.time(12), tzinfo=ALMATY)
    Event.objects.bulk_create(
        Event(
            source="test", source_id=f"m{n}", theme="yards", occurred_at=noon, person=n,
            geom=Point(x, y, srid=city_srid()),
        )
        for n, (x, y) in enumerate(places.tolist())
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, {"reach_m": COMPLAINT_REACH_M, "near_m": NEAR_YARD_M})
        plain = np.array(cursor.fetchall())
    said = messages_between(TODAY, TODAY + dt.timedelta(1))
    said = said.of(np.argsort(said.event))
    assert said.event.tolist() == plain[:, 0].tolist()
    spots = distinct(said.xy)
    labels = hanging_together(spots.xy, reach_m=COMPLAINT_REACH_M)[spots.at]
    assert together(labels).tolist() == together(plain[:, 1]).tolist()
    ids, shapes = outlines()
    assert (
        yards_at(said.xy, ids=ids, shapes=shapes, near_m=NEAR_YARD_M).tolist()
        == plain[:, 2].tolist()
    )


@pytest.mark.django_db
def test_a_town_without_messages_and_one_without_yards():
    yard = make_yard(0)
    assert read_complaints(np.array([yard.pk]), as_of=TODAY).value.tolist() == [0]
    yard.delete()
    make_event(1, person=1)
    assert not len(read_complaints(np.zeros(0, dtype=np.int64), as_of=TODAY).value)
