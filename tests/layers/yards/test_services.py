"""derive_yards in the database: writing, identity, retiring, labels, quarters."""

import pytest
import shapely
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from layers.models import Address, Building, Quarter, Road, Street, Yard
from layers.report import ImportReport
from layers.yards.services import derive_yards
from tests.layers.yards.conftest import FIRST_DAY, LATER, geos, house, yard_of
from tests.layers.yards.towns import slab

pytestmark = pytest.mark.django_db


def quiet(text: str) -> None:
    pass


def derive(report: ImportReport | None = None):
    return derive_yards(when=LATER, say=quiet, report=report)


def test_yards_are_written_with_their_houses(city):
    west, east = yard_of("w1"), yard_of("e1")
    assert yard_of("w2") == west != east == yard_of("e2")
    assert (west.houses, west.apartments, west.label) == (2, 30, "ул. Мира 1, 2")
    assert west.source == "derived"
    assert west.valid_from == FIRST_DAY
    assert west.area_m2 > 2_000


def test_kazakh_readers_see_kazakh_street_names(city):
    street = Street.objects.create(
        source="osm", source_id="мира", valid_from=FIRST_DAY, kind="street", name="улица Мира",
        name_kk="Бейбітшілік көшесі",
    )  # fmt: skip
    Address.objects.filter(building__source_id__in=["w1", "w2"]).update(street=street)
    derive()
    west = yard_of("w1")
    assert (west.label, west.label_kk) == ("ул. Мира 1, 2", "Бейбітшілік к-сі 1, 2")
    assert yard_of("e1").label_kk == yard_of("e1").label, "streets without a Kazakh name"
    with override("kk"):
        assert str(west) == west.label_kk
    with override("en"):
        assert str(west) == west.label


def test_a_second_run_writes_nothing(city):
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(xmin::text) FROM layers_yard")
        versions = cursor.fetchone()
    counts = derive()
    assert (counts.created, counts.updated, counts.retired) == (0, 0, 0)
    assert counts.unchanged == 2
    assert counts.reconciles
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(xmin::text) FROM layers_yard")
        assert cursor.fetchone() == versions


def test_a_new_house_joins_the_yard_that_keeps_its_identity(city):
    west = yard_of("w1")
    house("w3", city.placed(slab(36, 104, 30, 10)), number="2а")
    derive()
    assert yard_of("w3") == yard_of("w1") == west
    west.refresh_from_db()
    assert (west.houses, west.label) == (3, "ул. Мира 1, 2, 2а")


def test_a_yard_whose_houses_are_gone_is_retired(city):
    west = yard_of("w1")
    Building.objects.filter(source_id__in=["w1", "w2"]).update(valid_to=LATER)
    counts = derive()
    west.refresh_from_db()
    assert counts.retired == 1
    assert west.valid_to == LATER
    assert yard_of("w1") is None


def test_a_house_that_is_no_apartment_house_any_more_leaves_its_yard(city):
    Building.objects.filter(source_id="w1").update(use="commercial")
    derive()
    assert yard_of("w1") is None
    assert yard_of("w2").houses == 1


def test_a_yard_that_comes_back_is_the_one_that_was(city):
    west = yard_of("w1")
    Building.objects.filter(source_id__in=["w1", "w2"]).update(valid_to=LATER)
    derive()
    Building.objects.filter(source_id__in=["w1", "w2"]).update(valid_to=None)
    derive()
    assert yard_of("w1") == west
    assert yard_of("w1").valid_to is None


def test_a_yard_split_by_a_new_street_passes_on_its_quarter(city):
    west = yard_of("w1")
    quarter = Quarter.objects.create(source="manual", source_id="q", name="Q", valid_from=FIRST_DAY)
    Yard.objects.filter(pk=west.pk).update(quarter=quarter)
    Road.objects.create(
        source="osm", source_id="new", valid_from=LATER, road_class="residential",
        kind="residential", geom=geos(city.placed(shapely.LineString([(51, 0), (51, 120)]))),
    )  # fmt: skip
    derive()
    assert yard_of("w1") != yard_of("w2")
    assert {yard_of("w1").quarter, yard_of("w2").quarter} == {quarter}


def test_a_house_without_an_address_is_called_by_the_nearest_one(city):
    house("out", city.placed(slab(400, 20, 60)))
    derive()
    assert yard_of("out").label == "≈ ул. Мира 4"


def test_the_number_of_queries_does_not_grow_with_the_city(city):
    with CaptureQueriesContext(connection) as few:
        derive()
    for number in range(12):
        house(f"x{number}", city.placed(slab(1_000 * number, 1_000, 60)), number=f"9{number}")
    derive()
    with CaptureQueriesContext(connection) as many:
        derive()
    assert len(many) <= len(few)


def test_the_command_derives(city, capsys):
    call_command("derive_yards")
    assert "created 0, updated 0, unchanged 2, retired 0" in capsys.readouterr().out


def test_an_empty_city_has_no_yards():
    counts = derive()
    assert counts.read == counts.created == 0
