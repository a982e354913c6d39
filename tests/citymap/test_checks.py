"""What keeps a demo at home and an installation safe."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection

from citymap import checks
from citymap.accounts.choices import Role
from citymap.demo import DEMO_LOGINS, DEMO_PASSWORD

DEFAULT = ["default"]


def ids(errors) -> list[str]:
    return [error.id for error in errors]


def test_demo_secret_is_refused_outside_the_demo(settings):
    settings.SECRET_KEY = settings.DEMO_SECRET_KEY
    settings.CITYMAP_DEMO = False
    assert ids(checks.no_demo_secret_outside_the_demo(None)) == ["citymap.E002"]
    settings.CITYMAP_DEMO = True
    assert checks.no_demo_secret_outside_the_demo(None) == []
    settings.CITYMAP_DEMO = False
    settings.SECRET_KEY = "a secret of the installation"
    assert checks.no_demo_secret_outside_the_demo(None) == []


@pytest.mark.parametrize(
    "hosts, found",
    [
        (["localhost", "127.0.0.1", "[::1]"], []),
        (["localhost", "map.example.kz"], ["citymap.E003"]),
        (["*"], ["citymap.E003"]),
    ],
)
def test_demo_answers_to_no_outside_name(settings, hosts, found):
    settings.CITYMAP_DEMO = True
    settings.ALLOWED_HOSTS = hosts
    assert ids(checks.demo_stays_on_loopback(None)) == found
    settings.CITYMAP_DEMO = False
    assert checks.demo_stays_on_loopback(None) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "username, password, active, found",
    [
        ("operator", DEMO_PASSWORD, True, ["citymap.E004"]),
        ("admin", DEMO_PASSWORD, True, ["citymap.E004"]),
        ("operator", "a password of their own", True, []),
        ("operator", DEMO_PASSWORD, False, []),
    ],
)
def test_demo_logins_are_refused_outside_the_demo(settings, username, password, active, found):
    get_user_model().objects.create(
        username=username, password=make_password(password), is_active=active
    )
    settings.CITYMAP_DEMO = False
    assert ids(checks.no_demo_logins_outside_the_demo(None, databases=DEFAULT)) == found
    settings.CITYMAP_DEMO = True
    assert checks.no_demo_logins_outside_the_demo(None, databases=DEFAULT) == []


@pytest.mark.django_db
def test_login_check_before_the_first_migrate(settings):
    settings.CITYMAP_DEMO = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO gone")
    assert checks.no_demo_logins_outside_the_demo(None, databases=DEFAULT) == []


def test_there_is_a_demo_login_for_every_role():
    assert set(DEMO_LOGINS) == set(Role.values)


@pytest.mark.django_db
def test_connections_are_counted_before_serving(settings):
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        available = int(cursor.fetchone()[0])
    settings.CITYMAP_WEB_WORKERS = 1
    settings.CITYMAP_WEB_THREADS = available - checks.SPARE_CONNECTIONS
    assert checks.connections_suffice(None, databases=DEFAULT) == []
    settings.CITYMAP_WEB_THREADS += 1
    (error,) = checks.connections_suffice(None, databases=DEFAULT)
    assert error.id == "citymap.E005"
    assert f"max_connections is {available}" in error.msg


@pytest.mark.django_db
def test_other_srid_than_the_databases_is_refused(settings):
    assert checks.city_srid_matches_database(None, databases=DEFAULT) == []
    settings.CITYMAP_SRID = 28412
    (error,) = checks.city_srid_matches_database(None, databases=DEFAULT)
    assert error.id == "citymap.E001"
