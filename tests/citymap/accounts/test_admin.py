"""The administration: for administrators, through the services, in every language."""

import pytest
from django.contrib import admin
from django_otp.plugins.otp_totp.models import TOTPDevice

from citymap.accounts.choices import Role
from citymap.accounts.models import Area, Contact, Organization, Substitution, User

pytestmark = pytest.mark.django_db
USERS, BODIES = "/admin/accounts/user/", "/admin/accounts/organization/"
NO_ROWS = {
    f"{prefix}-{name}": "0"
    for prefix in ("contacts", "substitutions")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}
BODY = {"kind": "utility", "name": "Heat", "languages": ["kk", "ru"], "source": "manual", **NO_ROWS}


@pytest.fixture
def chief(client):
    """An administrator by role alone, not a superuser."""
    user = User.objects.create_user("chief", roles=[Role.ADMIN], is_staff=True)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


def texts(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("path", [USERS, f"{USERS}add/", BODIES, f"{BODIES}add/"])
def test_pages_open_by_role(client, chief, language, path):
    page = client.get(path, headers={"accept-language": language})
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


def test_secrets_are_not_administered():
    assert not admin.site.is_registered(TOTPDevice)


def test_a_user_is_made(client, chief):
    form = {
        "username": "new", "usable_password": "true", "password1": "a-long-password-109",
        "password2": "a-long-password-109", "roles": ["operator"],
    }  # fmt: skip
    assert client.post(f"{USERS}add/", form).status_code == 302
    made = User.objects.get(username="new")
    assert made.roles == ["operator"]
    assert made.check_password("a-long-password-109")


def test_weak_passwords_are_refused(client, chief):
    form = {"username": "new", "usable_password": "true", "password1": "1", "password2": "1"}
    assert client.post(f"{USERS}add/", form).status_code == 200
    assert not User.objects.filter(username="new").exists()


def test_the_last_administrator_cannot_be_taken_away(client, chief):
    form = {"username": "chief", "language": "ru", "roles": ["operator"], "is_active": "on"}
    answer = client.post(f"{USERS}{chief.pk}/change/", form, follow=True)
    assert "At least one active administrator must remain." in texts(answer)
    chief.refresh_from_db()
    assert chief.roles == ["admin"]


def test_only_superusers_make_superusers(client, chief, make_user):
    other = make_user(Role.OPERATOR)
    form = {
        "username": other.username, "language": "kk", "roles": ["operator"], "is_active": "on",
        "is_superuser": "on",
    }  # fmt: skip
    assert client.post(f"{USERS}{other.pk}/change/", form).status_code == 302
    other.refresh_from_db()
    assert other.language == "kk"
    assert not other.is_superuser


def test_areas_go_with_the_user(client, chief, make_user, make_area):
    other, area = make_user(Role.INSPECTOR), make_area("north", 509_000, 6_080_000)
    form = {
        "username": other.username, "language": "ru", "roles": ["inspector"], "is_active": "on",
        "areas": [area.pk],
    }  # fmt: skip
    client.post(f"{USERS}{other.pk}/change/", form)
    assert list(other.areas.all()) == [area]
    del form["areas"]
    client.post(f"{USERS}{other.pk}/change/", form)
    assert not other.areas.exists()


@pytest.mark.parametrize("action", ["switch_off", "sign_out", "unlock", "reset_second_factor"])
def test_actions(client, chief, make_user, action):
    other = make_user(Role.OPERATOR)
    TOTPDevice.objects.create(user=other)
    form = {"action": action, "_selected_action": [other.pk]}
    answer = client.post(USERS, form, follow=True)
    assert texts(answer) == ["1 user: done."]
    other.refresh_from_db()
    assert other.is_active == (action != "switch_off")
    assert other.session_epoch == (0 if action == "unlock" else 1)
    assert TOTPDevice.objects.exists() == (action != "reset_second_factor")


def test_switching_oneself_off_is_refused_when_alone(client, chief):
    answer = client.post(
        USERS, {"action": "switch_off", "_selected_action": [chief.pk]}, follow=True
    )
    assert "At least one active administrator must remain." in " ".join(texts(answer))


def test_a_body_is_made_with_its_contacts(client, chief):
    form = BODY | {
        "bin": "123456789013", "geom": "69.15, 54.87", "contacts-TOTAL_FORMS": "1",
        "contacts-0-kind": "on_duty", "contacts-0-value": "8 701 555 66 77",
        "contacts-0-is_public": "on", "contacts-0-position": "0",
    }  # fmt: skip
    answer = client.post(f"{BODIES}add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    body = Organization.objects.get()
    assert body.search_key == "heat"
    assert round(body.geom.transform(4326, clone=True).x, 4) == 69.15
    assert Contact.objects.get().digits == "77015556677"


@pytest.mark.parametrize(
    "values, says",
    [
        ({"bin": "123456789012"}, "checksum"),
        ({"geom": "somewhere"}, "Two numbers"),
        ({"geom": "500, 500"}, "Two numbers"),
        ({"languages": []}, "required"),
        ({"name": ""}, "required"),
    ],
)
def test_wrong_bodies_are_told(client, chief, values, says):
    answer = client.post(f"{BODIES}add/", BODY | values)
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_circle_is_told(client, chief, make_body):
    top = make_body("top")
    leaf = make_body("leaf", parent=top)
    answer = client.post(
        f"{BODIES}{top.pk}/change/", BODY | {"name": "top", "parent": leaf.pk}, follow=True
    )
    assert any("is a part of" in text for text in texts(answer))


def test_a_substitution_is_made_and_taken_back(client, chief, make_body):
    body, other = make_body("Heat", kind="utility"), make_body("other")
    row = {
        "substitutions-TOTAL_FORMS": "1", "substitutions-0-substitute": other.pk,
        "substitutions-0-organization": body.pk, "substitutions-0-valid_from": "2026-01-01",
        "substitutions-0-reason": "leave",
    }  # fmt: skip
    url = f"{BODIES}{body.pk}/change/"
    assert client.post(url, BODY | row).status_code == 302
    made = Substitution.objects.get()
    back = {"substitutions-INITIAL_FORMS": "1", "substitutions-0-id": made.pk,
            "substitutions-0-DELETE": "on"}  # fmt: skip
    assert client.post(url, BODY | row | back).status_code == 302
    assert not Substitution.objects.exists()


def test_bodies_are_searched_as_in_the_directory(client, chief, make_body):
    make_body("Жылу")
    make_body("Су")
    page = client.get(f"{BODIES}?q=zhylu").content.decode()
    assert "Жылу" in page
    assert ">Су<" not in page


def test_areas_are_drawn_as_geojson(client, chief):
    outline = {
        "type": "MultiPolygon",
        "coordinates": [[[[69.1, 54.8], [69.2, 54.8], [69.2, 54.9], [69.1, 54.8]]]],
    }
    form = {"name": "North", "source": "manual", "geom": str(outline).replace("'", '"')}
    answer = client.post("/admin/accounts/area/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    assert Area.objects.get().geom.srid == 32642
    assert client.post("/admin/accounts/area/add/", form | {"geom": "{}"}).status_code == 200
