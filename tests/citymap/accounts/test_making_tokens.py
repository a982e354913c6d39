"""Who may make tokens of the API, of which scope, for how long, and the pages for it."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from citymap.accounts.choices import Role, TokenScope
from citymap.accounts.models import ApiToken
from citymap.accounts.services import people, tokens
from tests.citymap.accounts.programs import form, made, signed_in, status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE = "/accounts/tokens/"


# --- who may make which -------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.HEAD, Role.AUDITOR, Role.ADMIN])
def test_privileged_roles_only_read_and_not_for_long(make_user, role):
    user = make_user(role)
    with pytest.raises(tokens.TokenRefusedError, match="only read"):
        made(user, TokenScope.WRITE)
    with pytest.raises(tokens.TokenRefusedError, match="at most 30"):
        made(user, days=31)
    assert made(user, days=30)


def test_who_becomes_privileged_loses_what_writes(planner, make_user):
    make_user(Role.ADMIN)
    secret = made(planner, TokenScope.WRITE)
    people.update_user(user=planner, roles=[Role.PLANNER, Role.HEAD])
    assert status(secret) == 401


@pytest.mark.parametrize(
    "values, said",
    [
        ({"name": " "}, "what the token is for"), ({"name": "x" * 101}, "what the token is for"),
        ({"scope": "all"}, "no such scope"), ({"days": 0}, "at most 365"),
        ({"days": 366}, "at most 365"), ({"days": -1}, "at most 365"),
    ],
)  # fmt: skip
def test_what_is_refused(planner, values, said):
    with pytest.raises(tokens.TokenRefusedError, match=said):
        tokens.make_token(user=planner, **{"name": "x", "scope": "read", "days": 7} | values)
    assert not ApiToken.objects.exists()


def test_twenty_good_ones_are_enough(planner):
    for number in range(tokens.MOST_GOOD):
        made(planner, name=f"no. {number}")
    with pytest.raises(tokens.TokenRefusedError, match="revoke one first"):
        made(planner)
    tokens.revoke_token(token=ApiToken.objects.first(), user=planner)
    assert made(planner)


def test_the_database_keeps_the_rules(planner):
    made(planner)
    for change in ({"scope": "all"}, {"expires_at": timezone.now() - dt.timedelta(days=400)}):
        with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
            ApiToken.objects.update(**change)


# --- pages --------------------------------------------------------------------------------
def test_made_on_the_page_and_shown_once(planner):
    client = signed_in(planner)
    page = client.post(PAGE, form())
    secret = re.search(r"citymap_[\w-]{43}", page.content.decode())[0]
    assert status(secret) == 200
    assert "no-store" in page.headers["Cache-Control"]
    again = client.get(PAGE).content.decode()
    assert "GIS" in again
    assert secret not in again
    token = ApiToken.objects.get()
    client.post(f"/accounts/tokens/{token.pk}/revoke/")
    assert status(secret) == 401
    assert "revoked" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"proof": "wrong"}, {"proof": ""}, {"name": ""}, {"scope": "all"}, {"days": "9999"},
        {"days": "x"}, {"name": "a\0b"}, {"name": "x" * 5000},
    ],
)  # fmt: skip
def test_a_bad_form_makes_nothing(planner, values):
    answer = signed_in(planner).post(PAGE, form(**values))
    assert answer.status_code == 400
    assert "error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_wrong_proofs_lock_as_wrong_passwords_do(planner, settings):
    client = signed_in(planner)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(PAGE, form(proof="wrong"))
    assert client.post(PAGE, form()).status_code == 429
    assert not ApiToken.objects.exists()


def test_privileged_roles_are_offered_reading_only(make_user):
    page = signed_in(make_user(Role.HEAD)).get(PAGE).content.decode()
    assert 'value="write"' not in page
    assert 'value="90"' not in page


def test_others_tokens_are_seen_by_auditor_and_administrator_and_ended_by_the_latter(
    planner, make_user, django_assert_max_num_queries
):
    token, secret = tokens.make_token(user=planner, name="of the planner", scope="read", days=7)
    revoke, everybody = f"/accounts/tokens/{token.pk}/revoke/", "/accounts/tokens/all/"
    for role in set(Role) - {Role.AUDITOR, Role.ADMIN}:
        client = signed_in(make_user(role))
        assert client.get(everybody).status_code == 403
        assert "of the planner" not in client.get(PAGE).content.decode()
        assert client.post(revoke).status_code == 404
    auditor = signed_in(make_user(Role.AUDITOR))
    for number in range(10):
        made(make_user(Role.ANALYST), name=f"no. {number}")
    with django_assert_max_num_queries(14):
        page = auditor.get(everybody).content.decode()
    assert "of the planner" in page
    assert secret not in page
    assert auditor.post(revoke).status_code == 404
    assert status(secret) == 200
    admin = make_user(Role.ADMIN)
    assert signed_in(admin).post(revoke).url == everybody
    assert status(secret) == 401
    token.refresh_from_db()
    assert token.revoked_by == admin
    assert "of the planner" not in auditor.get(everybody, {"good": "1"}).content.decode()


def test_the_description_of_the_api_tells_of_tokens(client):
    document = client.get("/api/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"token": []} in document["security"]
