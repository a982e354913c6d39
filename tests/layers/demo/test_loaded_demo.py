"""What `loaddemo` leaves in the database."""

import re

import pytest
from django.contrib.auth import authenticate
from django.test import override_settings

from citymap.accounts.models import User
from citymap.demo import DEMO_LOGINS, DEMO_PASSWORD
from layers.models import (
    Building,
    BuildingManager,
    BusRoute,
    BusStop,
    Manhole,
    NetworkSegment,
    SnowplowRoute,
    SnowplowTrack,
    StreetLamp,
    Territory,
    Yard,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def output(demo_city) -> str:
    """What the command printed; the tests see the database that it filled."""
    return demo_city.output


def test_steps_are_told_with_their_times(output):
    for name in ("accounts", "city", "owners", "house managers"):
        assert re.search(rf"^{name}: [\d.]+ s$", output, re.MULTILINE), name
    assert re.search(r"^demo loaded in [\d.]+ s$", output, re.MULTILINE)


def test_faults_are_reported(output):
    for told in (
        r"lines that leave the file, cut: 12$",
        r"skipped building, .*: \d+$",
        r"values that cannot be read, left out: (\d+)",
    ):
        assert re.search(told, output, re.MULTILINE), told


def test_the_city_is_whole():
    assert Building.objects.current().count() > 40_000
    assert Yard.objects.count() > 300
    kinds = set(Territory.objects.values_list("kind", flat=True))
    assert kinds >= {"region", "city", "district"}
    city = Territory.objects.get(kind="city")
    assert (city.name_ru, city.name_kk) == ("Акжайлау", "Ақжайлау")
    assert city.parent.kind == "region"


def test_every_apartment_house_is_in_a_yard():
    homes = Building.objects.current().filter(use="apartments")
    assert homes.count() > 800
    assert not homes.filter(yard__isnull=True).exists()


def test_buses_snow_and_stops():
    assert BusRoute.objects.count() == 20
    assert not BusStop.objects.exclude(source="osm").exists()
    assert BusRoute.objects.filter(carrier__isnull=True).count() == 0
    assert SnowplowRoute.objects.filter(organization__isnull=True).count() == 0
    assert SnowplowTrack.objects.count() > 1000


def test_networks_and_lamps_have_owners():
    for model in (NetworkSegment, Manhole, StreetLamp):
        assert not model.objects.filter(owner__isnull=True).exists(), model
    heat = NetworkSegment.objects.filter(kind="heat").first()
    assert heat.owner.name == heat.owner_name


def test_houses_have_managers():
    forms = set(BuildingManager.objects.values_list("form", flat=True))
    assert forms == {"osi", "nsu", "ksk"}
    now = BuildingManager.objects.filter(valid_to__isnull=True)
    assert now.count() > 700
    assert not now.filter(form="ksk").exists()


# The command hashed the passwords as in production, not as tests do.
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
def test_logins(rf):
    for username in DEMO_LOGINS:
        user = authenticate(rf.post("/"), username=username, password=DEMO_PASSWORD)
        assert user is not None, username
        assert user.roles == [username]
        assert user.organization is not None
    assert User.objects.get(username="admin").is_superuser
    assert User.objects.filter(is_superuser=True).count() == 1
