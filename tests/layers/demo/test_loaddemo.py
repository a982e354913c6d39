"""`manage.py loaddemo`: what it refuses, and that a second run changes nothing."""

import os
import re
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import override_settings

from citymap.accounts.models import Organization, User
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
    env["CITYMAP_PERSONAL_KEYS"] = Fernet.generate_key().decode()
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
