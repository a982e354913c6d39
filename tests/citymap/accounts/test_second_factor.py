"""The second factor: demanded of privileged roles, asked of whoever has it, never skipped."""

import re
import time

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from citymap.accounts.choices import Role
from citymap.accounts.models import RecoveryCode, User
from citymap.accounts.services.people import reset_second_factor
from citymap.accounts.signin import secondfactor

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-109"
LOGIN, CODE, ENROL = (
    "/accounts/login/",
    "/accounts/second-factor/",
    "/accounts/second-factor/enrol/",
)


@pytest.fixture(autouse=True)
def demanded(settings):
    settings.CITYMAP_SECOND_FACTOR = True


@pytest.fixture
def head():
    return User.objects.create_user("head", password=PASSWORD, roles=[Role.HEAD])


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def give_password(client, username="head", **values):
    return client.post(LOGIN, {"username": username, "password": PASSWORD, **values})


def code_of(device: TOTPDevice, step: int = 0) -> str:
    """The code of now, or of a later step: each is good once."""
    return f"{totp(device.bin_key, t0=-30 * step):06}"


def enrolled(user) -> TOTPDevice:
    device = secondfactor.begin_enrolment(user=user)
    assert secondfactor.confirm_enrolment(user=user, code=code_of(device, -1))
    device.refresh_from_db()
    return device


def signed_in(client) -> bool:
    return client.get("/desk/").status_code == 200


def test_a_password_alone_opens_nothing(client, head):
    assert give_password(client).url == CODE
    assert not signed_in(client)
    assert client.get(CODE).url == ENROL


def test_enrolling_on_the_way_in(client, head):
    give_password(client, next="/list/")
    page = client.get(ENROL).content.decode()
    device = TOTPDevice.objects.get(user=head)
    assert "<svg" in page
    assert secondfactor.secret_of(device) in page
    wrong = client.post(ENROL, {"code": "000000"})
    assert "This code is wrong" in wrong.content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert not signed_in(client)
    answer = client.post(ENROL, {"code": f" {code_of(device)[:3]} {code_of(device)[3:]}"})
    codes = re.findall(r"<code>([^<]+)</code>", answer.content.decode())
    assert len(set(codes)) == secondfactor.RECOVERY_CODES
    assert 'href="/list/"' in answer.content.decode()
    assert signed_in(client)
    stored = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not stored & set(codes)


def test_the_next_time_a_code_is_asked(client, head):
    device = enrolled(head)
    assert give_password(client).url == CODE
    assert client.get(ENROL).url == CODE
    assert client.get(CODE).status_code == 200
    assert client.post(CODE, {"code": code_of(device)}).url == "/morning/"
    assert signed_in(client)


def test_a_code_is_good_once(client, head):
    device = enrolled(head)
    code = code_of(device)
    give_password(client)
    client.post(CODE, {"code": code})
    other = Client(headers={"accept-language": "en"})
    give_password(other)
    answer = other.post(CODE, {"code": code})
    assert "wrong or was used already" in answer.content.decode()
    assert not signed_in(other)


def test_recovery_codes_are_good_once(client, head):
    enrolled(head)
    first, *_others = secondfactor.renew_recovery_codes(user=head)
    give_password(client)
    assert client.post(CODE, {"code": first.upper().replace("-", " ")}).url == "/morning/"
    assert secondfactor.recovery_codes_left(head) == secondfactor.RECOVERY_CODES - 1
    other = Client()
    give_password(other)
    assert other.post(CODE, {"code": first}).status_code == 200
    assert not signed_in(other)


def test_a_recovery_code_is_its_owners(client, head):
    other = User.objects.create_user("auditor", password=PASSWORD, roles=[Role.AUDITOR])
    enrolled(other)
    enrolled(head)
    strange, *_others = secondfactor.renew_recovery_codes(user=other)
    give_password(client)
    assert client.post(CODE, {"code": strange}).status_code == 200


@pytest.mark.parametrize("code", ["", "12345", "abc", "１２３４５６", "9" * 5000, "\x00", "-" * 12])
def test_odd_codes_are_refused(client, head, code):
    enrolled(head)
    give_password(client)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not signed_in(client)


def test_wrong_codes_lock_like_wrong_passwords(client, head):
    device = enrolled(head)
    give_password(client)
    answers = [client.post(CODE, {"code": "000000"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(CODE, {"code": code_of(device)}).status_code == 429
    assert not signed_in(client)
    assert give_password(Client()).status_code == 429


def test_the_way_in_does_not_stay_open(client, head, monkeypatch):
    device = enrolled(head)
    give_password(client)
    later = time.time() + 601
    monkeypatch.setattr("citymap.accounts.signin.pending.time.time", lambda: later)
    assert client.post(CODE, {"code": code_of(device)}).url == LOGIN


@pytest.mark.parametrize("change", [{"is_active": False}, {"session_epoch": 7}])
def test_the_way_in_closes_when_the_account_changes(client, head, change):
    device = enrolled(head)
    give_password(client)
    User.objects.filter(pk=head.pk).update(**change)
    assert client.post(CODE, {"code": code_of(device)}).url == LOGIN
    assert not signed_in(client)


def test_a_session_without_proof_is_nobodys(client, head):
    client.force_login(head)
    assert client.get("/desk/").url == "/accounts/login/?next=/desk/"
    assert client.get("/admin/").status_code == 302


def test_other_roles_need_none_but_may_have_one(client):
    user = User.objects.create_user("operator", password=PASSWORD, roles=[Role.OPERATOR])
    assert give_password(client, "operator").url == "/desk/"
    device = enrolled(user)
    other = Client()
    assert give_password(other, "operator").url == CODE
    assert other.post(CODE, {"code": code_of(device)}).url == "/desk/"


def test_in_the_demo_it_is_not_demanded(client, head, settings):
    settings.CITYMAP_SECOND_FACTOR = False
    assert give_password(client).url == "/morning/"
    assert signed_in(client)


def test_ones_own_account(client, settings):
    user = User.objects.create_user("operator", password=PASSWORD, roles=[Role.OPERATOR])
    client.force_login(user)
    assert "Off." in client.get("/accounts/security/").content.decode()
    assert client.get("/accounts/security/enrol/").status_code == 200
    device = TOTPDevice.objects.get(user=user)
    assert client.post("/accounts/security/recovery-codes/").url == "/accounts/security/"
    assert client.post("/accounts/security/enrol/", {"code": code_of(device)}).status_code == 200
    assert "10 recovery codes left" in client.get("/accounts/security/").content.decode()
    assert client.post("/accounts/security/recovery-codes/").status_code == 200
    assert client.post("/accounts/security/remove/").url == "/accounts/security/"
    assert secondfactor.device_of(user) is None
    assert not RecoveryCode.objects.exists()


def test_whose_role_demands_it_cannot_turn_it_off(client, head):
    device = enrolled(head)
    give_password(client)
    client.post(CODE, {"code": code_of(device)})
    client.post("/accounts/security/remove/")
    assert secondfactor.device_of(head) is not None


def test_another_telephone_replaces_the_first(head):
    first = enrolled(head)
    second = enrolled(head)
    assert secondfactor.device_of(head) == second != first
    assert TOTPDevice.objects.count() == 1


def test_an_administrator_lets_one_enrol_anew(client, head):
    device = enrolled(head)
    give_password(client)
    client.post(CODE, {"code": code_of(device)})
    reset_second_factor(user=head)
    assert not signed_in(client)
    give_password(client)
    assert client.get(CODE).url == ENROL


def test_the_administration_has_no_door_of_its_own(client, head):
    page = client.get("/admin/login/?next=/admin/")
    assert page.url == "/accounts/login/?next=/admin/"
    assert (
        client.post("/admin/login/", {"username": "head", "password": PASSWORD}).status_code == 302
    )
    assert not signed_in(client)
