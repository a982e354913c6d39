"""Where the demo's bodies sit, and which of them share the city by districts."""

import pytest

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Area, Organization
from layers.demo.seats import divide_city, seat_bodies
from layers.models import BuildingManager, Territory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]


def test_two_thousand_bodies_all_with_a_seat():
    assert 1800 <= Organization.objects.count() <= 2400
    assert not Organization.objects.filter(geom__isnull=True).exists()
    assert not Organization.objects.filter(address="").exists()


def test_associations_sit_in_their_own_house():
    term = BuildingManager.objects.filter(
        valid_to__isnull=True, organization__kind=OrganizationKind.HOUSE_MANAGER
    ).select_related("building", "organization")[0]
    assert term.organization.geom.distance(term.building.geom) < 50
    assert term.organization.address in term.organization.name


def test_seating_again_changes_nothing():
    assert seat_bodies(seed=109) == {"seated": 0}
    before = set(Area.objects.values_list("pk", "name"))
    divide_city()
    assert set(Area.objects.values_list("pk", "name")) == before
    assert {name for _pk, name in before} == set(
        Territory.objects.current().filter(kind="district").values_list("name", flat=True)
    )


def test_divisions_share_the_city():
    divisions = Organization.objects.filter(source_id__regex=r"^police\d")
    assert all(body.areas.count() == 1 for body in divisions)
    assert Area.objects.filter(organizations__in=divisions).distinct().count() == 2
