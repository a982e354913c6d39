"""The pages of the shell: who sees what, in which language, and what goes wrong in words."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.shell import views
from citymap.shell.registry import NavEntry, entries, register_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    def as_role(*roles: str, **fields) -> User:
        user = User.objects.create_user("somebody", password="x", roles=list(roles), **fields)
        client.force_login(user)
        return user

    return as_role


def map_config(response) -> dict:
    text = re.search(r'id="citymap-config" type="application/json">(.*?)</script>',
                     response.content.decode()).group(1)  # fmt: skip
    return json.loads(text)


def test_home_is_for_all(client):
    assert client.get("/").status_code == 200


def test_desk_asks_citizens_to_sign_in(client):
    response = client.get("/desk/")
    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=/desk/"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PLANNER, Role.AUDITOR])
def test_desk_is_for_staff(client, sign_in, role):
    sign_in(role)
    assert client.get("/desk/").status_code == 200


def test_desk_is_closed_to_executors(client, sign_in):
    sign_in(Role.EXECUTOR)
    response = client.get("/desk/", headers={"accept-language": "en"})
    assert response.status_code == 403
    assert "Your account has no right" in response.content.decode()


def test_only_reading_is_allowed(client):
    assert client.post("/").status_code == 405


def test_the_page_hands_all_urls_to_javascript(client):
    urls = map_config(client.get("/"))["urls"]
    assert urls == {
        "style": "/styles/{name}.json",
        "addresses": "/api/addresses/",
        "place": "/api/place/",
    }


def test_every_inline_script_has_the_nonce_of_the_policy(client):
    response = client.get("/")
    nonce = re.search(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"]).group(1)
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)([^>]*)>",
                        response.content.decode())  # fmt: skip
    assert inline
    assert all(f'nonce="{nonce}"' in attributes for attributes in inline)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_pages_say_their_language(client, language):
    client.post(reverse("shell:language"), {"language": language, "next": "/list/"})
    assert f'<html lang="{language}"' in client.get("/").content.decode()


def test_the_language_switch_leads_back_and_not_away(client):
    back = client.post(reverse("shell:language"), {"language": "kk", "next": "/#at=12/54.8/69.1"})
    assert back.url == "/#at=12/54.8/69.1"
    away = client.post(reverse("shell:language"), {"language": "kk", "next": "https://evil.kz/"})
    assert away.url == "/"


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [
        ("dark", 'data-theme="dark"'),
        ("light", 'data-theme="light"'),
        ("auto", None),
        ('"><x', None),
    ],
)
def test_the_theme_cookie_is_in_the_first_frame(client, cookie, attribute):
    client.cookies["citymap_theme"] = cookie
    opening = re.search(r"<html[^>]*>", client.get("/").content.decode()).group()
    if attribute:
        assert attribute in opening
    else:
        assert "data-theme" not in opening


def navigation(client) -> list[str]:
    return re.findall(
        r'<nav class="site-nav".*?</nav>', client.get("/list/").content.decode(), re.S
    )


def test_navigation_is_by_role(client, sign_in):
    assert 'href="/desk/"' not in navigation(client)[0]
    sign_in(Role.OPERATOR)
    assert 'href="/desk/"' in navigation(client)[0]
    assert 'href="/admin/"' not in navigation(client)[0]


def test_administrators_find_the_administration(client, sign_in):
    sign_in(Role.ADMIN, is_staff=True)
    assert 'href="/admin/"' in navigation(client)[0]


def test_an_app_adds_an_entry_by_one_call(client):
    register_entry(NavEntry(name="test", title="A new room", url_name="shell:robots"))
    try:
        assert "A new room" in navigation(client)[0]
    finally:
        entries.unregister("test")


def test_robots_keep_out_of_staff_rooms_and_the_api(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /api/" in text
    assert "Disallow: /desk/" in text


@pytest.mark.parametrize("path", ["/no-such-page/", "/list/no-such-layer/"])
def test_missing_pages(client, path):
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_missing_api_is_problem_json(client):
    response = client.get("/api/nothing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("application/problem+json")


def test_bad_host_gets_a_page(client):
    response = client.get("/", headers={"host": "evil.kz", "accept-language": "en"})
    assert response.status_code == 400
    assert "This request cannot be understood" in response.content.decode()


def test_a_failing_view_gets_the_house_page(client, monkeypatch):
    """The handler draws without context processors: nothing of the request may break it."""
    client.raise_request_exception = False
    monkeypatch.setattr(views.listing, "visible_layers", None)
    response = client.get("/list/", headers={"accept-language": "en"})
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post(
        "/accounts/login/", {}, headers={"accept-language": "en"}
    )
    assert response.status_code == 403
    assert "This form is no longer valid" in response.content.decode()
