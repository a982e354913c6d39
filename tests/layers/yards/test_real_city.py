"""Yards of the real extract, asked of the database itself."""

from time import process_time

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from layers.choices import CLOSED_GROUNDS
from layers.models import Building, Yard
from layers.yards.derive import derive
from layers.yards.inputs import DEFAULT_RULE
from layers.yards.reading import HOUSE_USES, read_city
from layers.yards.services import derive_yards

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("real_city")]
# The city itself counts 593 yards; what falls out of this band is another rule.
YARDS = range(540, 740)
CPU_SECONDS = 15.0


def value(sql: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def test_every_apartment_house_is_in_exactly_one_yard():
    houses = Building.objects.current().filter(use__in=HOUSE_USES)
    assert houses.count() > 900
    assert not houses.filter(yard=None).exists()
    assert not houses.exclude(yard__valid_to=None).exists()
    assert not Building.objects.exclude(use__in=HOUSE_USES).exclude(yard=None).exists()


def test_no_two_yards_overlap():
    overlap = value(
        "SELECT coalesce(max(ST_Area(ST_Intersection(a.geom, b.geom))), 0)"
        " FROM layers_yard a JOIN layers_yard b ON a.id < b.id AND a.geom && b.geom"
        " WHERE a.valid_to IS NULL AND b.valid_to IS NULL"
    )
    assert overlap <= 1.0


def test_no_yard_overlaps_a_building():
    inside = value(
        "SELECT coalesce(sum(ST_Area(ST_Intersection(y.geom, b.geom))), 0)"
        " FROM layers_yard y JOIN layers_building b ON ST_Intersects(y.geom, b.geom)"
        " WHERE y.valid_to IS NULL AND b.valid_to IS NULL"
    )
    assert inside == 0


def test_yards_are_sound_polygons_within_the_caps():
    assert value(
        "SELECT bool_and(ST_IsValid(geom) AND ST_GeometryType(geom) = 'ST_Polygon')"
        " FROM layers_yard WHERE valid_to IS NULL"
    )
    yards = Yard.objects.current()
    assert not yards.filter(area_m2__gt=DEFAULT_RULE.max_area_m2).exists()
    assert not yards.filter(houses__gt=DEFAULT_RULE.max_houses).exists()
    assert not yards.filter(houses=0).exists()
    assert not yards.filter(label="").exists()


def test_playgrounds_and_sports_grounds_are_not_divided():
    divided = value(
        "WITH pitch AS (SELECT geom FROM layers_playground WHERE valid_to IS NULL"
        " UNION ALL SELECT geom FROM layers_sportsground WHERE valid_to IS NULL)"
        " SELECT count(*) FROM pitch WHERE (SELECT count(*) FROM layers_yard yard"
        " WHERE valid_to IS NULL AND yard.geom && pitch.geom"
        " AND ST_Area(ST_Intersection(yard.geom, pitch.geom)) > 1) > 1"
    )
    assert divided == 0


def test_hardly_any_closed_ground_is_in_a_yard():
    """Only the aprons of houses that stand inside closed grounds."""
    area = value(
        "SELECT coalesce(sum(ST_Area(ST_Intersection(y.geom, l.geom))), 0)"
        " FROM layers_yard y JOIN layers_landuse l ON ST_Intersects(y.geom, l.geom)"
        " WHERE y.valid_to IS NULL AND l.valid_to IS NULL AND l.kind = ANY(%s)",
        [kind.value for kind in CLOSED_GROUNDS],
    )
    whole = value("SELECT sum(area_m2) FROM layers_yard WHERE valid_to IS NULL")
    assert area < 0.01 * whole


def test_count_and_size_are_those_of_a_city_of_courts():
    areas = np.array(Yard.objects.current().values_list("area_m2", flat=True))
    assert len(areas) in YARDS
    assert 4_000 < np.median(areas) < 7_500


def test_a_second_derivation_writes_nothing_and_takes_seconds():
    started = process_time()
    counts = derive_yards(when=timezone.localdate(), say=lambda text: None)
    assert process_time() - started < CPU_SECONDS
    assert not counts.wrote
    assert counts.unchanged == Yard.objects.current().count()


def test_order_of_rows_does_not_matter():
    city = read_city()
    rng = np.random.default_rng(109)
    order = rng.permutation(len(city.building_ids))
    shuffled = type(city)(
        building_ids=city.building_ids[order],
        buildings=city.buildings[order],
        building_is_house=city.building_is_house[order],
        building_keeps_m=city.building_keeps_m[order],
        roads=city.roads[::-1],
        road_half_width_m=city.road_half_width_m[::-1],
        railways=city.railways[::-1],
        water=city.water[::-1],
        rivers=city.rivers[::-1],
        closed=city.closed[::-1],
        pitches=city.pitches[::-1],
    )
    table = [(yard.houses, yard.ground.wkb) for yard in derive(city).yards]
    assert table == [(yard.houses, yard.ground.wkb) for yard in derive(shuffled).yards]
