"""Signing in and out."""

import pytest

from citymap.accounts.choices import Role
from citymap.accounts.homes import home_of
from citymap.accounts.models import User
from citymap.accounts.signin.sessions import PROVED

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-109"


@pytest.fixture
def operator():
    return User.objects.create_user("operator", password=PASSWORD, roles=[Role.OPERATOR])


def test_staff_land_on_the_desk(client, operator):
    response = client.post("/accounts/login/", {"username": "operator", "password": PASSWORD})
    assert response.url == "/desk/"


def test_a_wanted_page_comes_first(client, operator):
    response = client.post(
        "/accounts/login/?next=/list/",
        {"username": "operator", "password": PASSWORD, "next": "/list/"},
    )
    assert response.url == "/list/"


def test_another_site_is_never_the_next_page(client, operator):
    response = client.post(
        "/accounts/login/",
        {"username": "operator", "password": PASSWORD, "next": "https://evil.kz/"},
    )
    assert response.url == "/desk/"


HOMES = {
    "operator": "/desk/", "coordinator": "/desk/", "executor": "/inbox/", "inspector": "/field/",
    "analyst": "/statistics/", "lawyer": "/works/claims/", "works": "/works/", "planner": "/plan/",
    "head": "/morning/", "akim": "/morning/", "auditor": "/audit/", "admin": "/admin/",
}  # fmt: skip
WITH_SECOND_FACTOR = {"head", "auditor", "admin"}


@pytest.mark.parametrize("role", Role.values)
def test_each_role_lands_on_the_page_it_works_on(client, role, settings):
    settings.CITYMAP_DEMO = True
    user = User.objects.create_user(
        "somebody", password=PASSWORD, roles=[role], is_staff=role == Role.ADMIN
    )
    home = HOMES[role]
    if role not in WITH_SECOND_FACTOR:
        response = client.post("/accounts/login/", {"username": "somebody", "password": PASSWORD})
        assert response.url == home
    assert home_of(user) == home
    client.force_login(user)
    session = client.session
    session[PROVED] = True
    session.save()
    assert client.get(home).status_code == 200


def test_who_may_not_use_the_page_of_a_role_lands_on_another(client):
    user = User.objects.create_user("administrator", roles=[Role.ADMIN])
    assert home_of(user) == "/desk/"


def test_several_roles_land_on_the_first(client):
    user = User.objects.create_user("both", roles=[Role.EXECUTOR, Role.OPERATOR])
    assert home_of(user) == "/desk/"


def test_those_without_a_role_land_on_the_map(client):
    User.objects.create_user("nobody", password=PASSWORD)
    response = client.post("/accounts/login/", {"username": "nobody", "password": PASSWORD})
    assert response.url == "/"


def test_a_wrong_password_says_so_and_no_more(client, operator):
    known = client.post(
        "/accounts/login/", {"username": "operator", "password": "x"},
        headers={"accept-language": "en"},
    )  # fmt: skip
    unknown = client.post(
        "/accounts/login/", {"username": "nobody", "password": "x"},
        headers={"accept-language": "en"},
    )  # fmt: skip
    for response in (known, unknown):
        assert response.status_code == 200
        assert "Wrong user name or password." in response.content.decode()


def test_signing_out_needs_a_post(client, operator):
    client.force_login(operator)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").url == "/"
    assert client.get("/desk/").status_code == 302


def test_administrators_give_roles_by_ticking(admin_client, operator):
    page = admin_client.get(f"/admin/accounts/user/{operator.pk}/change/")
    assert page.status_code == 200
    assert 'name="roles" value="planner"' in page.content.decode()
    answer = admin_client.post(
        f"/admin/accounts/user/{operator.pk}/change/",
        {
            "username": "operator", "roles": ["planner", "operator"], "is_active": "on",
            "language": "ru",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    operator.refresh_from_db()
    assert sorted(operator.roles) == ["operator", "planner"]


def test_administrators_keep_organisations(admin_client):
    assert admin_client.get("/admin/accounts/organization/add/").status_code == 200
