"""An appeal about sunken ground opens the contractor's duty again, within the guarantee only."""

import pytest
from django.contrib.gis.geos import LineString

from appeals.models import RestorationAppeal
from appeals.where import place_of
from citymap.geo import city_srid
from earthworks.choices import OrderState
from earthworks.first_rows import fill_empty_tables
from earthworks.models import GuaranteeCase
from earthworks.shapes import trench
from tests.earthworks.world import brought_to, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def restored(world):
    fill_empty_tables(sender=None)
    at = world.at()
    line = LineString((at.x - 10, at.y), (at.x + 10, at.y), srid=city_srid())
    return brought_to(issued(geom=trench(line, 1.5)), OrderState.CLOSED)


def subsidence(world, **values):
    return world.register(category=world.category("DIG-SUBSIDENCE"), text="Яма", **values)


def test_appeals_join_one_open_case(world, restored):
    first = subsidence(world)
    second = subsidence(world, where=place_of(geom=world.at(3, 2)))
    case = GuaranteeCase.objects.get()
    assert case.order == restored
    assert case.ground == first.number
    assert {link.appeal for link in case.appeals.all()} == {first, second}
    assert first.restoration.case.order.number == restored.number


def test_elsewhere_of_another_matter_or_in_practice_no_duty_opens(world, restored):
    subsidence(world, where=place_of(geom=world.at(300)))
    world.register(category=world.category("DIG-UNRESTORED"))
    subsidence(world, practice=True)
    assert not GuaranteeCase.objects.exists()
    assert not RestorationAppeal.objects.exists()
