"""The pages: find, show once, export, merge, erase."""

import pytest

from citymap.accounts.choices import Role
from citymap.personal.choices import EventKind, PersonState
from citymap.personal.models import Person
from citymap.personal.services import erase, save_person

pytestmark = pytest.mark.django_db
SEARCH = "/personal/"


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_nobody_is_asked_to_sign_in(client, saule):
    for path in (SEARCH, f"{SEARCH}{saule.number}/"):
        assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert client.post(f"{SEARCH}{saule.number}/erase/").status_code == 302


@pytest.mark.parametrize("role", [Role.EXECUTOR, Role.ANALYST, Role.AUDITOR, Role.ADMIN])
def test_others_have_no_access(signed_in, make_user, saule, role):
    client = signed_in(make_user(role))
    assert client.get(SEARCH).status_code == 403
    assert client.get(f"{SEARCH}{saule.number}/").status_code == 403
    assert client.post(f"{SEARCH}{saule.number}/reveal/").status_code == 403


def test_find_by_telephone(signed_in, operator, saule):
    page = signed_in(operator).post(SEARCH, {"phone": "8 701 123 45 12"})
    text = page.content.decode()
    assert page.status_code == 200
    assert saule.number in text
    assert "О. С. Е." in text
    assert "Омарова" not in text
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"phone": "12"},
        {"email": "x"},
        {"iin": "1"},
        {"phone": "8" * 5000},
        {"email": "a\0@b.kz"},
    ],
)  # fmt: skip
def test_a_wrong_question_is_said(signed_in, operator, typed):
    assert signed_in(operator).post(SEARCH, typed).status_code == 400


def test_nobody_found(signed_in, operator):
    page = signed_in(operator).post(SEARCH, {"phone": "8 701 123 45 99"}, HTTP_ACCEPT_LANGUAGE="en")
    assert "Nobody is recorded under this." in page.content.decode()


def test_shown_once_and_recorded_with_the_request(signed_in, operator, saule):
    client = signed_in(operator)
    url = f"{SEARCH}{saule.number}/"
    assert "Омарова" not in client.get(url).content.decode()
    form = {"reveal-fields_wanted": ["name", "phones"], "reveal-why": "call back"}
    page = client.post(f"{url}reveal/", form)
    text = page.content.decode()
    assert "Омарова Сауле Ерболовна" in text
    assert "+77055556677" in text
    assert "850101300015" not in text
    assert "no-store" in page.headers["Cache-Control"]
    look = saule.events.get(kind=EventKind.LOOKED)
    assert (look.user, look.fields, look.why) == (operator, ["name", "phones"], "call back")
    assert look.request_id == page.headers["X-Request-Id"]
    assert "Омарова" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {}, {"reveal-why": "call back"}, {"reveal-fields_wanted": ["name"]},
        {"reveal-fields_wanted": ["password"], "reveal-why": "call back"},
        {"reveal-fields_wanted": ["name"], "reveal-why": "Омаровой и Сауле"},
        {"reveal-fields_wanted": ["name"], "reveal-why": "x" * 5000},
    ],
)  # fmt: skip
def test_a_look_without_field_or_reason_is_refused(signed_in, operator, saule, form):
    page = signed_in(operator).post(f"{SEARCH}{saule.number}/reveal/", form)
    assert page.status_code == 400
    assert "Ерболовна" not in page.content.decode()
    assert not saule.events.filter(kind=EventKind.LOOKED).exists()


def test_export(signed_in, lawyer, saule):
    page = signed_in(lawyer).post(
        f"{SEARCH}{saule.number}/export/", {"export-why": "asked in person"}
    )
    assert page.headers["Content-Type"] == "application/zip"
    assert saule.number in page.headers["Content-Disposition"]
    assert page.content.startswith(b"PK")


def test_erase(signed_in, lawyer, saule):
    client = signed_in(lawyer)
    page = client.post(
        f"{SEARCH}{saule.number}/erase/", {"erase-why": "asked by letter"}, follow=True,
        HTTP_ACCEPT_LANGUAGE="en",
    )  # fmt: skip
    assert "The personal data is erased." in page.content.decode()
    assert Person.objects.get().state == PersonState.ERASED
    assert client.get(f"{SEARCH}{saule.number}/").status_code == 200
    again = client.post(f"{SEARCH}{saule.number}/erase/", {"erase-why": "asked by letter"})
    assert again.status_code == 400


def test_merge(signed_in, lawyer, saule):
    twin = save_person(name="Омарова С.", phones=["87011234512"])
    client = signed_in(lawyer)
    url = f"{SEARCH}{saule.number}/merge/"
    wrong = client.post(url, {"merge-number": "NOBODY", "merge-why": "the same caller"})
    assert wrong.status_code == 400
    client.post(url, {"merge-number": twin.number.lower(), "merge-why": "the same caller"})
    assert Person.objects.get(pk=twin.pk).merged_into == saule
    assert saule.number in client.get(f"{SEARCH}{twin.number}/").content.decode()


def test_operators_do_not_manage(signed_in, operator, saule):
    client = signed_in(operator)
    for act in ("export", "erase", "merge"):
        assert client.post(f"{SEARCH}{saule.number}/{act}/").status_code == 403
        assert f"/{act}/" not in client.get(f"{SEARCH}{saule.number}/").content.decode()


def test_unknown_people_and_ways(signed_in, operator, saule):
    client = signed_in(operator)
    assert client.get(f"{SEARCH}ZZZZZZZZZZ/").status_code == 404
    assert client.post(f"{SEARCH}ZZZZZZZZZZ/reveal/").status_code == 404
    assert client.get(f"{SEARCH}{saule.number}/reveal/").status_code == 405


def test_questions_of_a_page(signed_in, lawyer, saule, django_assert_max_num_queries):
    for number in range(30):
        save_person(person=saule, name=f"Name {number}", user=lawyer)
    client = signed_in(lawyer)
    with django_assert_max_num_queries(12):
        client.get(f"{SEARCH}{saule.number}/")
    for number in range(30):
        save_person(name=f"Twin {number}", phones=["87011234512"])
    with django_assert_max_num_queries(12):
        client.post(SEARCH, {"phone": "87011234512"})


def test_the_administration_shows_no_person(admin_client, saule):
    assert admin_client.get("/admin/personal/retentionrule/").status_code == 200
    assert admin_client.get("/admin/personal/person/").status_code == 404
    erase(person=saule, why="a test of it")
