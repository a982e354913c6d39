"""`manage.py loaddemo`: what it loads, what it refuses, and that a second run changes nothing."""

import os
import re
import subprocess
import sys

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import override_settings

from citymap.accounts.models import Organization, User
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
from tests.support.databases import ROOT

COUNTED = (
    Building, BuildingManager, BusRoute, BusStop, Manhole, NetworkSegment, Organization,
    SnowplowRoute, SnowplowTrack, StreetLamp, Territory, User, Yard,
)  # fmt: skip


def run_loaddemo(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", "loaddemo", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


@pytest.mark.django_db
class TestTheDemo:
    """Over the database that `loaddemo` filled."""

    @pytest.fixture(autouse=True)
    def _city(self, demo_city):
        self.output = demo_city.output

    def test_steps_are_told_with_their_times(self):
        for name in ("accounts", "city", "owners", "house managers"):
            assert re.search(rf"^{name}: [\d.]+ s$", self.output, re.MULTILINE), name
        assert re.search(r"^demo loaded in [\d.]+ s$", self.output, re.MULTILINE)

    def test_faults_are_reported(self):
        for told in (
            r"skipped road, incomplete: .*: 12$",
            r"skipped building, .*: \d+$",
            r"values that cannot be read, left out: (\d+)",
        ):
            assert re.search(told, self.output, re.MULTILINE), told

    def test_the_city_is_whole(self):
        assert Building.objects.current().count() > 40_000
        assert Yard.objects.count() > 300
        kinds = set(Territory.objects.values_list("kind", flat=True))
        assert kinds >= {"region", "city", "district"}
        city = Territory.objects.get(kind="city")
        assert (city.name_ru, city.name_kk) == ("Акжайлау", "Ақжайлау")
        assert city.parent.kind == "region"

    def test_every_apartment_house_is_in_a_yard(self):
        homes = Building.objects.current().filter(use="apartments")
        assert homes.count() > 800
        assert not homes.filter(yard__isnull=True).exists()

    def test_buses_snow_and_stops(self):
        assert BusRoute.objects.count() == 20
        assert not BusStop.objects.exclude(source="osm").exists()
        assert BusRoute.objects.filter(carrier__isnull=True).count() == 0
        assert SnowplowRoute.objects.filter(organization__isnull=True).count() == 0
        assert SnowplowTrack.objects.count() > 1000

    def test_networks_and_lamps_have_owners(self):
        for model in (NetworkSegment, Manhole, StreetLamp):
            assert not model.objects.filter(owner__isnull=True).exists(), model
        heat = NetworkSegment.objects.filter(kind="heat").first()
        assert heat.owner.name == heat.owner_name

    def test_houses_have_managers(self):
        forms = set(BuildingManager.objects.values_list("form", flat=True))
        assert forms == {"osi", "nsu", "ksk"}
        now = BuildingManager.objects.filter(valid_to__isnull=True)
        assert now.count() > 700
        assert not now.filter(form="ksk").exists()

    def test_logins(self):
        for username in DEMO_LOGINS:
            user = authenticate(username=username, password=DEMO_PASSWORD)
            assert user is not None, username
            assert user.roles == [username]
            assert user.organization is not None
        assert User.objects.get(username="admin").is_superuser
        assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.slow
def test_a_second_run_changes_nothing(demo_city_copy):
    before = {model: model.objects.count() for model in COUNTED}
    done = run_loaddemo(demo_city_copy.environ)
    assert done.returncode == 0, done.stderr
    assert "files: kept" in done.stdout
    for name in ("city", "buses", "snow clearing rounds", "snow clearing tracks"):
        assert re.search(rf"{name}: created 0, updated 0, unchanged \d+, retired 0", done.stdout), (
            done.stdout
        )
    assert "organisations: 0 created, 0 updated; logins: 0 created, 0 updated" in done.stdout
    assert re.search(r"networksegment 0, manhole 0, streetlamp 0", done.stdout)
    assert re.search(r"associations 0, terms 0", done.stdout)
    assert {model: model.objects.count() for model in COUNTED} == before


def test_refused_outside_the_demo(db):
    with override_settings(CITYMAP_DEMO=False), pytest.raises(CommandError) as caught:
        call_command("loaddemo")
    assert "CITYMAP_DEMO=1" in str(caught.value)
    assert not User.objects.exists()


def test_refused_outside_the_demo_on_the_command_line():
    env = {key: value for key, value in os.environ.items() if key != "CITYMAP_DEMO"}
    env["CITYMAP_SECRET_KEY"] = "not-the-demo-one-0123456789-0123456789-0123456789"
    done = run_loaddemo(env)
    assert done.returncode != 0
    assert "CITYMAP_DEMO=1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("--scale", "0"), ("--scale", "x"), ("--years", "99")])
def test_odd_arguments(arguments):
    with pytest.raises(CommandError, match="must be a whole number"):
        call_command("loaddemo", *arguments)


@pytest.mark.realdata
def test_a_real_city_is_not_overwritten(real_city_copy):
    before = Building.objects.current().count()
    done = run_loaddemo(real_city_copy.environ)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert Building.objects.current().count() == before
    assert not Territory.objects.filter(name="Ақжайлау").exists()
