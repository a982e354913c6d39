"""Text messages through a real HTTPS gateway, and its signed reports."""

import datetime as dt
import json
import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from citymap.notices.callbacks import signature
from citymap.notices.channels.sms import filled, first_mobile
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.models import ChannelState, Notice
from citymap.notices.recipients import Recipient
from tests.citymap.notices.conftest import NOON, again, outcomes, owe, registered, use_smtp
from tests.citymap.notices.gateway import Gateway, certificate
from tests.support.server import free_port

pytestmark = pytest.mark.django_db
SECRET = "a secret of the gateway"
URL = "/notices/callbacks/sms/"


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def gateway(tls, settings):
    server = Gateway(tls)
    settings.CITYMAP_SMS_URL = server.url
    settings.CITYMAP_SMS_CA = str(tls[0])
    settings.CITYMAP_SMS_TOKEN = "token-1"
    settings.CITYMAP_SMS_SECRET = SECRET
    settings.CITYMAP_SMS_PER_MINUTE = 0
    settings.CITYMAP_NOTICES_ATTEMPT_S = 2.0
    yield server
    server.stop()


@pytest.fixture
def texted():
    with registered(name="texted", channels=("sms",)) as entry:
        yield entry


@pytest.fixture
def notice(source, texted) -> Notice:
    return owe_text(source)


def owe_text(source, *, stage="", number="8 (701) 123-45-67") -> Notice:
    return owe(source, kind="texted", stage=stage, to=Recipient.address("sms", number))


def report(client, data, *, secret=SECRET, at=None, **headers):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    signed = signature(body, secret=secret, at=int(at or time.time()))
    headers = {"X-Citymap-Signature": signed} | headers
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_gateway_is_asked_over_tls_with_token_and_id(gateway, notice, settings):
    settings.CITYMAP_SMS_BODY = {
        "messages": [{"recipient": "{to}", "content": {"text": "{text}"}, "extra": "id={id}"}],
        "ttl": 3600,
    }
    deliver(now=NOON)
    (asked,) = gateway.asked
    assert asked["headers"]["Authorization"] == "Bearer token-1"
    assert asked["headers"]["Idempotency-Key"] == str(notice.public_id)
    assert asked["body"] == {
        "messages": [
            {"recipient": "+77011234567", "content": {"text": "Здравствуйте"},
             "extra": f"id={notice.public_id}"}
        ],
        "ttl": 3600,
    }  # fmt: skip
    row = again(notice)
    assert (row.state, row.reference) == (State.SENT, "gw-1")


def test_unknown_certificate_is_not_trusted(gateway, notice, settings):
    settings.CITYMAP_SMS_CA = ""
    deliver(now=NOON)
    assert gateway.asked == []
    assert again(notice).state == State.QUEUED
    assert "CERTIFICATE_VERIFY_FAILED" in ChannelState.objects.get(name="sms").last_error


def test_plain_http_is_refused_beyond_this_machine(notice, settings):
    settings.CITYMAP_SMS_URL = "http://gateway.example/send"
    deliver(now=NOON)
    assert again(notice).state == State.QUEUED
    assert outcomes(notice) == []


@pytest.mark.parametrize(
    "status, state, outcome, troubles",
    [
        (202, State.SENT, "sent", 0),
        (400, State.BOUNCED, "refused", 0),
        (422, State.BOUNCED, "refused", 0),
        (429, State.QUEUED, "deferred", 0),
        (401, State.QUEUED, "trouble", 1),
        (404, State.QUEUED, "trouble", 1),
        (301, State.QUEUED, "trouble", 1),
        (500, State.QUEUED, "trouble", 1),
        (503, State.QUEUED, "trouble", 1),
    ],
)
def test_answers_of_the_gateway(gateway, notice, status, state, outcome, troubles):
    gateway.status = status
    gateway.answer = '{"error": "number +7 701 123 45 67 is not right"}'
    deliver(now=NOON)
    assert again(notice).state == state
    line = notice.log.first()
    assert line.outcome == outcome
    assert line.answer.startswith(str(status))
    assert "701" not in line.answer
    found = ChannelState.objects.filter(name="sms").first()
    assert (found.failures_in_a_row if found else 0) == troubles


def test_gateway_says_when_to_come_again(gateway, notice):
    gateway.status, gateway.headers_back = 429, {"Retry-After": "600"}
    deliver(now=NOON)
    assert again(notice).next_attempt_at - NOON >= dt.timedelta(seconds=600)


@pytest.mark.parametrize("fault", ["drop", "slow"])
def test_gateway_that_breaks_off_or_sleeps(gateway, notice, settings, fault):
    settings.CITYMAP_NOTICES_ATTEMPT_S = 0.5
    gateway.drop, gateway.slow_s = fault == "drop", 2.0 if fault == "slow" else 0
    began = time.monotonic()
    deliver(now=NOON)
    assert time.monotonic() - began < 3
    row = again(notice)
    assert (row.state, row.attempts) == (State.QUEUED, 1)
    assert outcomes(notice) == ["interrupted"]
    settings.CITYMAP_NOTICES_ATTEMPT_S = 5.0
    gateway.drop, gateway.slow_s = False, 0
    deliver(now=NOON + dt.timedelta(minutes=2))
    assert again(notice).state == State.SENT
    keys = {asked["headers"]["Idempotency-Key"] for asked in gateway.asked}
    assert keys == {str(notice.public_id)}


@pytest.mark.parametrize("answer", ["", "[]", "null", '{"id": {}}', '{"id": true}', "x" * 200_000])
def test_strange_answers_are_taken_as_sent(gateway, notice, answer):
    gateway.answer = answer
    deliver(now=NOON)
    assert again(notice).state == State.SENT


def test_text_after_refused_letter(gateway, source, mailbox, mail_server):
    mailbox.rcpt = lambda _: "550 no"
    with registered(name="two", channels=("email", "sms")):
        source.contacts.create(kind="email", value="a@city.example")
        source.contacts.create(kind="phone", value="+7 7152 46 00 00")
        source.contacts.create(kind="on_duty", value="8 701 123 45 67")
        notice = owe(source, kind="two", to=Recipient.organization(source))
        deliver(now=NOON)
    assert outcomes(notice) == ["refused", "sent"]
    assert gateway.asked[0]["body"]["to"] == "+77011234567"


def test_report_delivers(gateway, client, notice):
    deliver(now=NOON)
    answer = report(client, {"id": str(notice.public_id), "status": "DELIVERED"})
    assert (answer.status_code, answer.json()) == (200, {"reports": 1, "new": 1})
    assert again(notice).state == State.DELIVERED
    assert again(notice).delivered_at


def test_same_report_again_changes_nothing(gateway, client, notice):
    deliver(now=NOON)
    data = {"id": "gw-1", "status": "delivered"}
    assert report(client, data).json()["new"] == 1
    assert report(client, data, at=time.time() - 60).json()["new"] == 0
    assert outcomes(notice) == ["sent", "delivered"]


def test_reports_out_of_order(gateway, client, notice):
    deliver(now=NOON)
    report(client, {"id": "gw-1", "status": "delivered"})
    report(client, [{"id": "gw-1", "status": "failed"}, {"id": "gw-1", "status": "sent"}])
    assert again(notice).state == State.DELIVERED
    assert outcomes(notice) == ["sent", "delivered", "bounced"]


def test_failed_then_delivered_after_all(gateway, client, notice):
    deliver(now=NOON)
    report(client, {"id": "gw-1", "status": "expired", "error": "phone off"})
    assert again(notice).state == State.BOUNCED
    report(client, {"id": "gw-1", "status": "delivered"})
    assert again(notice).state == State.DELIVERED


def test_report_before_the_sending_is_recorded(gateway, client, notice):
    """The gateway may be quicker than we are: its report ends the sending."""
    Notice.objects.filter(pk=notice.pk).update(
        state=State.SENDING, next_attempt_at=None, lease=notice.public_id, lease_until=NOON
    )
    report(client, {"id": str(notice.public_id), "status": "delivered"})
    deliver(now=NOON)
    assert again(notice).state == State.DELIVERED
    assert gateway.asked == []


@pytest.mark.parametrize("wrong", ["secret", "old", "future", "none", "broken", "body"])
def test_unsigned_reports_are_refused(gateway, client, notice, wrong):
    deliver(now=NOON)
    data = {"id": "gw-1", "status": "delivered"}
    made = {
        "secret": lambda: report(client, data, secret="another"),
        "old": lambda: report(client, data, at=time.time() - 400),
        "future": lambda: report(client, data, at=time.time() + 400),
        "none": lambda: client.post(URL, json.dumps(data), content_type="application/json"),
        "broken": lambda: report(client, data, **{"X-Citymap-Signature": "t=1,v1=zz"}),
        "body": lambda: report(
            client, data, **{"X-Citymap-Signature": signature(b"{}", secret=SECRET, at=1)}
        ),
    }[wrong]()
    assert made.status_code == 403
    assert again(notice).state == State.SENT


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400), (b"{", 400), (b"[" * 30_000, 400), (b'"x"', 400), (b"{}", 400),
        (b'{"id": "\\u0000", "status": "delivered"}', 400),
        (b'{"id": "\\ud800", "status": "delivered"}', 400),
        (b'{"id": "gw-1", "status": 5}', 400), (b'{"id": null, "status": "delivered"}', 400),
        (b'{"id": "gw-1", "status": "delivered", "error": "\\ud800\\u0000"}', 200),
        (b'{"id": "nobody", "status": "delivered"}', 200), (b"[]", 200),
        (b'{"id": ' + b"9" * 5000 + b', "status": "delivered"}', 400),
        (json.dumps([{"id": "x", "status": "read"}] * 501).encode(), 400),
        (b"\xff\xfe", 400), (b" " * 70_000, 413),
    ],
)  # fmt: skip
def test_hostile_reports(gateway, client, notice, body, status):
    deliver(now=NOON)
    assert report(client, body).status_code == status


def test_reports_of_channels_without_secret_are_not_taken(client, settings, db):
    settings.CITYMAP_SMS_SECRET = ""
    assert report(client, {"id": "x", "status": "delivered"}).status_code == 404
    for channel in ("email", "bell", "none"):
        assert client.post(f"/notices/callbacks/{channel}/").status_code == 404
    assert client.get(URL).status_code == 405


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(gateway, client, body):
    assert report(client, body).status_code in (200, 400)


def test_shape_is_filled_without_reading_values_as_shape():
    shape = {"to": "{to}", "deep": [{"t": "<{text}>", "n": 5, "none": None}]}
    values = {"to": "+7", "text": 'a"{id}\n', "id": "x"}
    assert filled(shape, values) == {
        "to": "+7",
        "deep": [{"t": '<a"{id}\n>', "n": 5, "none": None}],
    }


def test_first_mobile_number():
    assert first_mobile(["+7 7152 46 00 00", "nonsense", "8 (747) 555 11 22"]) == "+77475551122"
    assert first_mobile([]) == ""


def test_mail_port_closed_does_not_touch_texts(gateway, notice, settings):
    use_smtp(settings, free_port())
    deliver(now=NOON)
    assert again(notice).state == State.SENT
