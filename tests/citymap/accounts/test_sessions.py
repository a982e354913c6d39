"""Sessions end: by age, by idleness, by a change of rights, by being switched off."""

import time

import pytest
from django.conf import settings as django_settings

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.accounts.services.people import (
    change_own_password,
    deactivate_user,
    sign_out_everywhere,
    update_user,
)

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-109"


@pytest.fixture
def operator(client):
    user = User.objects.create_user("operator", password=PASSWORD, roles=[Role.OPERATOR])
    client.force_login(user)
    return user


@pytest.fixture
def later(monkeypatch):
    start = time.time()

    def move(seconds: float) -> None:
        moment = start + seconds
        monkeypatch.setattr("citymap.accounts.signin.sessions.time.time", lambda: moment)

    return move


def status(client) -> int:
    return client.get("/desk/").status_code


def test_the_cookie_goes_with_the_browser(client, operator):
    client.logout()
    answer = client.post("/accounts/login/", {"username": "operator", "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]


def test_idle_sessions_end(client, operator, later):
    later(59 * 60)
    assert status(client) == 200
    later(118 * 60)
    assert status(client) == 200
    later(179 * 60)
    assert status(client) == 302
    later(0)
    assert status(client) == 302


def test_old_sessions_end_however_busy(client, operator, later):
    for half_hours in range(1, 24):
        later(half_hours * 1800)
        assert status(client) == 200
    later(12 * 3600)
    assert status(client) == 302
    assert django_settings.SESSION_COOKIE_AGE == 12 * 3600


def test_looking_often_writes_seldom(client, operator, later, django_assert_max_num_queries):
    client.get("/accounts/security/")
    later(30)
    with django_assert_max_num_queries(12) as seen:
        client.get("/accounts/security/")
    assert not [query for query in seen if query["sql"].startswith("UPDATE")]
    later(90)
    with django_assert_max_num_queries(16) as seen:
        client.get("/accounts/security/")
    assert [query for query in seen if "UPDATE" in query["sql"]]


@pytest.mark.parametrize(
    "end",
    [
        lambda user: deactivate_user(user=user),
        lambda user: update_user(user=user, roles=[Role.EXECUTOR]),
        lambda user: sign_out_everywhere(user=user),
        lambda user: change_own_password(user=user, password="another-password-1"),
    ],
)
def test_changes_end_sessions_at_once(client, operator, end):
    User.objects.create_user("admin", roles=[Role.ADMIN])
    assert status(client) == 200
    end(operator)
    assert status(client) == 302


def test_changes_of_no_consequence_do_not(client, operator):
    User.objects.create_user("admin", roles=[Role.ADMIN])
    update_user(user=operator, post="Night shift", email="night@example.kz")
    assert status(client) == 200


def test_switched_off_people_do_not_come_in(client, operator):
    User.objects.create_user("admin", roles=[Role.ADMIN])
    deactivate_user(user=operator)
    answer = client.post(
        "/accounts/login/", {"username": "operator", "password": PASSWORD},
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert "Wrong user name or password." in answer.content.decode()


def test_changing_ones_password_keeps_this_session(client, operator):
    form = {
        "old_password": PASSWORD,
        "new_password1": "qwe-asd-109-zxc",
        "new_password2": "qwe-asd-109-zxc",
    }
    assert client.post("/accounts/password/", form).url == "/accounts/security/"
    assert status(client) == 200
    operator.refresh_from_db()
    assert operator.check_password("qwe-asd-109-zxc")


@pytest.mark.parametrize(
    "old, first, second, says",
    [
        ("x", "qwe-asd-109-zxc", "qwe-asd-109-zxc", "The current password is wrong."),
        (PASSWORD, "qwe-asd-109-zxc", "other", "The two new passwords differ."),
        (PASSWORD, "short-109", "short-109", "at least 10 characters"),
        (PASSWORD, "1234567890123", "1234567890123", "entirely numeric"),
        (PASSWORD, "operator-1", "operator-1", "too similar"),
    ],
)
def test_passwords_follow_rules(client, operator, old, first, second, says):
    form = {"old_password": old, "new_password1": first, "new_password2": second}
    page = client.post("/accounts/password/", form, headers={"accept-language": "en"})
    assert says in page.content.decode()


def test_the_demo_password_is_for_the_demo(client, operator, settings):
    form = {
        "old_password": PASSWORD,
        "new_password1": "citymap-demo",
        "new_password2": "citymap-demo",
    }
    settings.CITYMAP_DEMO = False
    page = client.post("/accounts/password/", form, headers={"accept-language": "en"})
    assert "known to everybody" in page.content.decode()
    settings.CITYMAP_DEMO = True
    assert client.post("/accounts/password/", form).status_code == 302
