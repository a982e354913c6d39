"""`/healthz` and `/readyz`: what they say and when."""

import datetime as dt

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.utils import timezone

from citymap.jobs.clock import advance_clock
from citymap.jobs.models import Heartbeat, JobRun
from citymap.jobs.readiness import ReadinessCheck, checks
from citymap.jobs.worker import WORKER_NAME
from tests.support.databases import base_name, use_database


@pytest.fixture
def beating_worker(db):
    return Heartbeat.objects.create(
        name=WORKER_NAME, host="h", process_id=1, started_at=Now(), beat_at=Now()
    )


def test_healthz_needs_no_database(client):
    answer = client.get("/healthz")  # pytest-django forbids the database here
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert "no-store" in answer.headers["Cache-Control"]


def test_ready_when_all_is_right(client, beating_worker, runtime_role, settings):
    settings.CITYMAP_HAS_OWNER = True
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    said = answer.json()
    assert said["ready"] is True
    assert set(said["checks"].values()) == {"ok"}
    assert said["warnings"] == []


def test_says_when_history_is_not_protected_and_is_ready_all_the_same(
    client, beating_worker, settings
):
    settings.CITYMAP_HAS_OWNER = False
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["history not protected"]


def test_says_when_the_role_that_serves_owns_the_tables(client, beating_worker, settings):
    settings.CITYMAP_HAS_OWNER = True
    (warning,) = client.get("/readyz").json()["warnings"]
    assert warning == "history not protected: the role that serves owns the tables"


@pytest.mark.django_db
def test_not_ready_without_a_worker(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "the worker has never run"
    assert answer.json()["checks"]["database"] == "ok"


def test_not_ready_when_the_worker_is_silent(client, beating_worker):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_heartbeat SET beat_at = now() - interval '5 minutes'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "the worker has been silent for 300 s"


def test_not_ready_with_a_migration_missing(client, beating_worker):
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == (
        "1 migrations are not applied: jobs.0001_initial"
    )


def test_not_ready_without_a_database(client, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), use_database(f"{base_name()}_absent"):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()["checks"]["database"]
    assert said.startswith("the database does not answer: ")
    assert "does not exist" in said


def test_failing_sweeps_are_a_warning(client, beating_worker):
    JobRun.objects.create(name="claims", failures_in_a_row=2)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert "sweeps are failing: claims" in answer.json()["warnings"]


def test_clock_behind_what_sweeps_have_seen_is_a_warning(client, beating_worker):
    advance_clock(timezone.now() + dt.timedelta(hours=1))
    (warning,) = [w for w in client.get("/readyz").json()["warnings"] if "clock" in w]
    assert "s behind the time that sweeps have seen" in warning


def test_apps_add_checks_of_their_own(client, beating_worker):
    checks.register(ReadinessCheck(name="chain", problem=lambda: "broken at 7"))
    try:
        answer = client.get("/readyz")
    finally:
        checks.unregister("chain")
    assert answer.status_code == 503
    assert answer.json()["checks"]["chain"] == "broken at 7"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading(client, path):
    assert client.post(path).status_code == 405
