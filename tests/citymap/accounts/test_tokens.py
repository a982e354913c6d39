"""Tokens of the API: who makes them, what they open, when they end, what is recorded."""

import datetime as dt
import re

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from citymap.accounts.choices import Role, TokenScope
from citymap.accounts.models import ApiToken, Organization, User
from citymap.accounts.services import people, tokens
from citymap.history.models import ChainRecord
from citymap.history.tracking import tracking_of
from citymap.personal.models import PersonalEvent
from citymap.personal.services import save_person
from tests.access.test_matrix import read_matrix
from tests.access.world import build_world
from tests.citymap.accounts.programs import YARDS, bearing, form, made, signed_in, status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE, REDRAW = "/accounts/tokens/", "/api/plan/yards/redraw/"


# --- what a token opens -------------------------------------------------------------------
def test_a_token_opens_what_its_user_may_see(planner, make_user):
    assert Client().get(YARDS, {"q": "x"}).status_code == 403
    assert bearing(made(planner)).get(YARDS, {"q": "x"}).status_code == 200
    assert bearing(made(make_user(Role.LAWYER))).get(YARDS, {"q": "x"}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer citymap_", "Bearer citymap_wrong", "bearer  citymap_" + "x" * 43,
        "Bearer citymap_" + "x" * 5000, "Bearer citymap_ü\x7f", "Bearer citymap_a b",
    ],
)  # fmt: skip
def test_a_wrong_token_is_401_even_where_all_may_read(header):
    for path in (YARDS, "/api/place/?lon=69.15&lat=54.87"):
        answer = Client(headers={"authorization": header}).get(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_other_schemes_are_left_to_the_views(planner):
    for header in ("Basic Zm9vOmJhcg==", "Bearer something-else", "Bearer", "citymap_x"):
        client = Client(headers={"authorization": header})
        assert client.get(YARDS, {"q": "x"}).status_code == 403
        assert client.get("/api/organizations/").status_code == 200


def test_pages_take_no_tokens(planner):
    answer = bearing(made(planner)).get("/accounts/security/")
    assert answer.status_code == 302


def test_answers_to_tokens_are_nobody_elses(planner):
    answer = bearing(made(planner)).get("/api/organizations/?q=a")
    assert "private" in answer.headers["Cache-Control"]
    assert "Authorization" in answer.headers["Vary"]
    assert not answer.cookies


def test_each_row_of_the_matrix_answers_a_token_as_a_session():
    world = build_world()
    rows = [
        row for row in read_matrix()
        if row.address.startswith("/api/") and row.route != "/api/calls/" and "{" not in row.address
    ]  # fmt: skip
    assert len(rows) >= 10
    wrong = []
    for column, user in world.users.items():
        scope = TokenScope.READ if tokens.is_privileged(user) else TokenScope.WRITE
        client = bearing(made(user, scope))
        for row in rows:
            with transaction.atomic():
                got = str(getattr(client, row.method.lower())(row.address).status_code)
                transaction.set_rollback(True)
            reads_only = row.method == "POST" and scope == TokenScope.READ
            wanted = "403" if reads_only else row.answers[column]
            if got != wanted:
                wrong.append((column, str(row), got, wanted))
    assert wrong == []


# --- forgery, scope -----------------------------------------------------------------------
def test_no_token_against_forgery_is_needed_with_one_of_the_api_and_still_is_without(planner):
    assert bearing(made(planner, TokenScope.WRITE)).post(REDRAW).status_code == 400
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(planner)
    assert strict.post(REDRAW).status_code == 403
    # A token that opens nothing does not open this either, whoever is signed in besides.
    for header in ("Bearer citymap_wrong", "Bearer something-else"):
        answer = strict.post(REDRAW, headers={"authorization": header})
        assert answer.status_code in (401, 403)
    assert strict.post("/accounts/tokens/", form()).status_code == 403
    token = f"Bearer {made(planner, TokenScope.WRITE)}"
    assert strict.post("/accounts/tokens/", headers={"authorization": token}).status_code == 403


def test_a_reading_token_changes_nothing(planner):
    answer = bearing(made(planner)).post(REDRAW)
    assert answer.status_code == 403
    assert "only reads" in answer.json()["title"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


# --- when it ends -------------------------------------------------------------------------
def test_a_revoked_token_is_wrong(planner):
    token, secret = tokens.make_token(user=planner, name="x", scope="read", days=1)
    assert tokens.revoke_token(token=token, user=planner)
    assert not tokens.revoke_token(token=token, user=planner)
    assert status(secret) == 401


def test_an_expired_token_is_wrong(planner):
    secret = made(planner, days=1)
    past = timezone.now() - dt.timedelta(days=2)
    ApiToken.objects.update(made_at=past, expires_at=past + dt.timedelta(days=1))
    assert status(secret) == 401
    assert ApiToken.objects.get().state == "expired"


@pytest.mark.parametrize(
    "end",
    [
        lambda user: people.deactivate_user(user=user),
        lambda user: people.update_user(user=user, roles=[Role.PLANNER, Role.ANALYST]),
        lambda user: people.sign_out_everywhere(user=user),
        lambda user: people.reset_second_factor(user=user),
        lambda user: people.change_own_password(user=user, password="another-long-password-1"),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    ],
    ids=["switched off", "other roles", "signed out", "second factor", "password", "by SQL"],
)
def test_what_ends_sessions_ends_tokens(planner, make_user, end):
    make_user(Role.ADMIN)
    secret = made(planner)
    assert status(secret) == 200
    end(planner)
    assert status(secret) == 401
    assert ApiToken.objects.select_related("user").get().state in ("ended", "revoked")


def test_a_password_set_by_an_administrator_ends_them(planner, make_user):
    admin = make_user(Role.ADMIN, is_superuser=True, is_staff=True)
    secret = made(planner)
    new = {"password1": "another-long-pass-1", "password2": "another-long-pass-1",
           "usable_password": "true"}  # fmt: skip
    path = f"/admin/accounts/user/{planner.pk}/password/"
    assert signed_in(admin).post(path, new).status_code == 302
    planner.refresh_from_db()
    assert planner.check_password("another-long-pass-1")
    assert status(secret) == 401


# --- too often ----------------------------------------------------------------------------
def test_a_token_that_asks_too_often_waits(planner, settings):
    settings.CITYMAP_TOKEN_PER_MINUTE = 3
    secret, other = made(planner), made(planner)
    answers = [bearing(secret).get(YARDS, {"q": "x"}) for _ in range(8)]
    # At most one minute ends meanwhile: six pass then.
    assert 3 <= sum(answer.status_code == 200 for answer in answers) <= 6
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[-1].headers["Retry-After"]) <= 60
    assert status(other) == 200


def test_a_new_minute_counts_anew(planner, settings):
    settings.CITYMAP_TOKEN_PER_MINUTE = 1
    secret = made(planner)
    ApiToken.objects.update(
        window_at=timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=1),
        window_count=9,
    )
    assert status(secret) == 200


def test_a_request_asks_few_questions(planner, django_assert_max_num_queries):
    client = bearing(made(planner))
    client.get("/api/organizations/")
    with django_assert_max_num_queries(3):  # the token, its use, and nothing of the session
        client.get("/api/openapi.json")


# --- what is kept and recorded ------------------------------------------------------------
def test_the_secret_is_kept_nowhere(planner, runtime_role):
    secret = made(planner)
    assert re.fullmatch(r"citymap_[\w-]{43}", secret)
    row = ApiToken.objects.values().get()
    assert secret[20:] not in repr(row)
    assert row["digest"] == tokens.digest_of(secret)
    record = ChainRecord.objects.filter(model="accounts.apitoken").latest("pk")
    event = tracking_of(ApiToken).event_model.objects.values().latest("pgh_id")
    for kept in (record.payload, repr(event)):
        assert secret[20:] not in kept
        assert row["digest"] not in kept


def test_making_and_revoking_stand_in_the_chain_and_use_does_not(planner):
    token, secret = tokens.make_token(user=planner, name="x", scope="read", days=1)
    status(secret)
    status(secret)
    tokens.revoke_token(token=token, user=planner)
    labels = tracking_of(ApiToken).event_model.objects.order_by("pgh_id")
    assert list(labels.values_list("pgh_label", flat=True)) == ["insert", "update"]
    assert ChainRecord.objects.filter(model="accounts.apitoken", stream="access").count() == 2
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_what_a_program_changes_is_its_users_with_the_number_of_the_token(settings, planner):
    settings.ROOT_URLCONF = "tests.support.token_urls"
    body = Organization.objects.create(kind="utility", name="Heat")
    token, secret = tokens.make_token(user=planner, name="x", scope="write", days=1)
    path = f"/api/test/change/{body.pk}/"
    assert bearing(secret).post(path, {"phone": "109"}).json() == {"by": planner.username}
    event = tracking_of(Organization).event_model.objects.of_object(body).latest("pgh_id")
    said = event.pgh_context
    assert (said["user"], said["token"], said["method"]) == (planner.pk, token.pk, "POST")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(planner)
    assert strict.post(path, {"phone": "110"}).status_code == 403


def test_a_programs_look_at_personal_data_is_its_users(settings, make_user):
    settings.ROOT_URLCONF = "tests.support.token_urls"
    operator = make_user(Role.OPERATOR)
    person = save_person(name="Ахметова Дана")
    answer = bearing(made(operator)).get(f"/api/test/look/{person.pk}/")
    assert answer.json()["name"] == "Ахметова Дана"
    event = PersonalEvent.objects.filter(kind="looked").latest("pk")
    assert (event.user, event.person) == (operator, person)
    assert event.request_id
    analyst = bearing(made(make_user(Role.ANALYST)))
    assert analyst.get(f"/api/test/look/{person.pk}/").status_code == 403
