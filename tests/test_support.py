"""The shared fixtures do what tests/README.md says."""

import psycopg2
import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from citymap.accounts.models import Organization
from tests.support.databases import base_name, end_sessions, with_database


def current(expression: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_run_as_the_owner():
    assert current("current_user") == "citymap_owner"
    assert current("current_database()").startswith(base_name())


@pytest.mark.django_db
def test_runtime_role_may_write_rows_but_not_change_tables(runtime_role):
    assert current("current_user") == runtime_role
    Organization.objects.create(kind="utility", name="Heat")
    with pytest.raises(ProgrammingError, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("DROP TABLE accounts_organization CASCADE")


@pytest.mark.django_db
def test_role_is_back_after_a_test_that_ended_in_an_error():
    assert current("current_user") == "citymap_owner"


def test_copy_of_a_city_is_committed_to_and_thrown_away(empty_city_copy):
    assert current("current_database()") == empty_city_copy.database
    Organization.objects.create(kind="utility", name="Heat")
    connection.close()
    assert Organization.objects.count() == 1


def test_sessions_of_one_database_are_ended_and_no_others(empty_city_copy):
    urls = (
        empty_city_copy.environ["CITYMAP_OWNER_URL"],
        with_database(empty_city_copy.environ["CITYMAP_OWNER_URL"], "postgres"),
    )
    theirs, other = (psycopg2.connect(url) for url in urls)
    try:
        with theirs.cursor() as cursor:
            cursor.execute("SELECT 'left standing'")
        connection.close()
        assert end_sessions(empty_city_copy.database) == ["SELECT 'left standing'"]
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
        with pytest.raises(psycopg2.OperationalError), theirs.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        theirs.close()
        other.close()


@pytest.mark.django_db
def test_plain_database_is_back_after_a_copy():
    assert not Organization.objects.exists()
    assert current("current_database()").startswith(base_name())


@pytest.mark.parametrize(
    "url, expected",
    [
        ("postgresql://a@/one?host=/run/pg", "postgresql://a@/two?host=/run/pg"),
        ("postgresql:///one", "postgresql:///two"),
        ("postgis://a:b@db:5432/one", "postgis://a:b@db:5432/two"),
    ],
)
def test_database_url_gets_another_name(url, expected):
    assert with_database(url, "two") == expected
