"""Locked out after wrong attempts: by name and address, for a time, in words."""

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.accounts.services.people import unlock_sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-109"
LOGIN = "/accounts/login/"


@pytest.fixture
def operator():
    return User.objects.create_user("operator", password=PASSWORD, roles=[Role.OPERATOR])


def attempt(username="operator", password="wrong", address="10.0.0.1", language="en", **headers):
    client = Client(REMOTE_ADDR=address, headers={"accept-language": language, **headers})
    return client.post(LOGIN, {"username": username, "password": password})


def fail(times: int, **values) -> None:
    for _ in range(times):
        response = attempt(**values)
    return response


def test_the_fifth_wrong_attempt_locks(operator):
    assert fail(4).status_code == 200
    locked = fail(1)
    assert locked.status_code == 429
    assert "Try again in 15 minutes." in locked.content.decode()
    assert locked.headers["Retry-After"] == "900"
    right = attempt(password=PASSWORD)
    assert right.status_code == 429
    assert "sessionid" not in right.cookies


def test_attempts_while_locked_do_not_lengthen_the_lock(operator):
    fail(5)
    before = AccessAttempt.objects.get()
    fail(3)
    after = AccessAttempt.objects.get()
    assert after.failures_since_start == before.failures_since_start == 5
    assert after.attempt_time == before.attempt_time


def test_the_lock_ends_by_itself(operator):
    fail(5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=10))
    page = attempt(password=PASSWORD)
    assert page.status_code == 429
    assert "Try again in 5 minutes." in page.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=15))
    assert attempt(password=PASSWORD).url == "/desk/"


def test_other_addresses_and_names_are_not_locked(operator):
    fail(5)
    assert attempt(password=PASSWORD, address="10.0.0.2").status_code == 302
    User.objects.create_user("works", password=PASSWORD, roles=[Role.WORKS])
    assert attempt(username="works", password=PASSWORD).status_code == 302


def test_a_name_tried_from_everywhere_is_locked(operator):
    for number in range(13):
        assert fail(4, address=f"10.0.1.{number}").status_code in (200, 429)
    assert attempt(password=PASSWORD, address="10.0.9.9").status_code == 429


def test_an_address_that_tries_every_name_is_locked(operator):
    for number in range(50):
        response = attempt(username=f"guess{number}")
    assert response.status_code == 429
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, address="10.0.0.2").status_code == 302


def test_signing_in_forgives_only_its_own_name_here(operator):
    fail(3, username="head")
    fail(3)
    assert attempt(password=PASSWORD).status_code == 302
    left = AccessAttempt.objects.get()
    assert (left.username, left.failures_since_start) == ("head", 3)


def test_unknown_names_are_answered_alike(operator):
    known, unknown = fail(5), fail(5, username="nobody", address="10.0.0.3")
    assert known.status_code == unknown.status_code == 429


def test_an_administrator_unlocks(operator):
    fail(5)
    assert unlock_sign_in(user=operator)
    assert not unlock_sign_in(user=operator)
    assert attempt(password=PASSWORD).status_code == 302


def test_passwords_are_not_kept(operator):
    attempt(password="my-secret-mistake")
    row = AccessAttempt.objects.get()
    assert "my-secret-mistake" not in f"{row.get_data}{row.post_data}{row.path_info}"


@pytest.mark.parametrize(
    "proxies, forwarded, counted",
    [
        (0, "1.2.3.4", "10.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_behind_proxies_the_reader_counts(settings, operator, proxies, forwarded, counted):
    settings.CITYMAP_PROXY_COUNT = proxies
    fail(1, **{"x-forwarded-for": forwarded})
    assert AccessAttempt.objects.get().ip_address == counted


@pytest.mark.parametrize("username", ["", " ", "a" * 200, "опер\x00атор", "\ud83d\ude00"])
def test_odd_names_are_answered(operator, username):
    assert (
        attempt(username=username.encode("utf-16", "surrogatepass").decode("utf-16")).status_code
        == 200
    )
