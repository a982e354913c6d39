"""E-mail against a real SMTP server on loopback."""

import datetime as dt
import hashlib
import socket
import ssl
import threading
import time

import pytest

from citymap.notices.attachments import File
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.models import ChannelState
from citymap.notices.recipients import Recipient
from tests.citymap.notices import smtpd
from tests.citymap.notices.conftest import NOON, again, outcomes, owe, use_smtp
from tests.citymap.notices.gateway import certificate
from tests.support.server import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kind")]
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\r\n.\r\n..\n\n%%EOF\n"


@pytest.mark.parametrize(
    "language, greeting", [("ru", "Здравствуйте"), ("kk", "Сәлеметсіз бе"), ("en", "Hello")]
)
def test_letter_arrives_as_it_was_written(source, mailbox, mail_server, language, greeting):
    notice = owe(source, language=language)
    deliver(now=NOON)
    (letter,) = mailbox.parsed()
    assert letter["Subject"] == f"{greeting}, Айгүл"
    assert letter["To"] == "office@city.example"
    assert letter["Message-ID"] == notice.message_id
    assert letter["Content-Language"] == language
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_body(("plain",)).get_content()
    assert f"{greeting}, Айгүл & Ғ!" in text
    html = letter.get_body(("html",)).get_content()
    assert f'<html lang="{language}">' in html
    assert "&amp; Ғ!" in html
    assert '<a href="https://example.org/"' in html
    notice = again(notice)
    assert notice.state == State.SENT
    line = notice.log.get()
    assert (line.outcome, line.answer, line.language) == ("sent", "250 OK queued as 4711", language)
    assert not line.used_another_language()


def test_attachments_arrive_byte_for_byte(source, mailbox, mail_server):
    files = [File(name="Талап № 1.pdf", content=PDF), File(name="b.pdf", content=PDF + b"%%EOF")]
    owe(source, attachments=files)
    deliver(now=NOON)
    (letter,) = mailbox.parsed()
    arrived = [(part.get_filename(), part.get_content()) for part in letter.iter_attachments()]
    assert [name for name, _ in arrived] == ["Талап № 1.pdf", "b.pdf"]
    for file, (_, content) in zip(files, arrived, strict=True):
        assert hashlib.sha256(content).digest() == hashlib.sha256(file.content).digest()


def test_values_cannot_add_headers_or_markup(source, mailbox, mail_server):
    owe(source, context={"name": "x\r\nBcc: evil@example.org\n\n<script>alert(1)</script>"})
    deliver(now=NOON)
    (letter,) = mailbox.parsed()
    assert letter["Bcc"] is None
    assert "\n" not in letter["Subject"]
    assert "<script>" not in letter.get_body(("html",)).get_content()
    assert letter.get_all("To") == ["office@city.example"]


def test_many_letters_go_through_one_connection(source, mailbox, mail_server):
    for number in range(20):
        owe(source, stage=str(number))
    deliver(now=NOON)
    assert len(mailbox.letters) == 20
    assert mailbox.connections == 1
    assert len(set(mailbox.message_ids())) == 20


def test_refused_recipient_is_a_dead_letter_and_stops_nobody_else(source, mailbox, mail_server):
    mailbox.rcpt = lambda to: (
        f"550 5.1.1 <{to}>: no such user, call +7 701 123 45 67"
        if to.startswith("gone@") else "250 OK"
    )  # fmt: skip
    gone, fine = owe(source, to="gone@city.example"), owe(source, to="fine@city.example")
    deliver(now=NOON)
    assert again(gone).state == State.BOUNCED
    assert again(fine).state == State.SENT
    said = gone.log.get().answer
    assert said.startswith("550 5.1.1")
    assert "gone@" not in said
    assert "701" not in said
    assert not ChannelState.objects.filter(failures_in_a_row__gt=0).exists()


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_greylisted_letter_is_put_off_then_taken(source, mailbox, mail_server, where):
    setattr(mailbox, where, lambda _: "451 4.7.1 try again later")
    notice = owe(source)
    deliver(now=NOON)
    notice = again(notice)
    assert (notice.state, notice.attempts) == (State.QUEUED, 1)
    assert dt.timedelta(seconds=29) < notice.next_attempt_at - NOON < dt.timedelta(seconds=70)
    deliver(now=NOON + dt.timedelta(seconds=20))
    assert outcomes(notice) == ["deferred"]
    setattr(mailbox, where, None)
    deliver(now=NOON + dt.timedelta(minutes=2))
    assert again(notice).state == State.SENT
    assert outcomes(notice) == ["deferred", "sent"]


def test_letter_refused_at_data_is_dead(source, mailbox, mail_server):
    mailbox.data = lambda _: "554 5.7.1 looks like spam"
    notice = owe(source)
    deliver(now=NOON)
    assert again(notice).state == State.BOUNCED


def test_letter_put_off_for_days_becomes_a_dead_letter(source, mailbox, mail_server):
    mailbox.data = lambda _: "452 4.2.2 mailbox full"
    notice = owe(source)
    now = NOON
    for _ in range(40):
        deliver(now=now)
        notice = again(notice)
        if notice.state != State.QUEUED:
            break
        now = max(notice.next_attempt_at, now) + dt.timedelta(seconds=1)
        if now.hour >= 15 or now.hour < 4:  # quiet hours
            now = now.replace(hour=5) + dt.timedelta(days=now.hour >= 15)
    assert notice.state == State.DEAD
    assert outcomes(notice) == ["deferred"] * 16
    assert now - NOON > dt.timedelta(days=1)


def test_nobody_listens_nothing_is_lost_and_the_door_is_not_hammered(source, settings, mailbox):
    port = free_port()
    use_smtp(settings, port)
    notices = [owe(source, stage=str(number)) for number in range(10)]
    for _ in range(50):
        deliver(now=NOON)
    state = ChannelState.objects.get(name="email")
    assert state.failures_in_a_row == 3
    assert "refused" in state.last_error.lower()
    assert {again(one).state for one in notices} == {State.QUEUED}
    assert {again(one).attempts for one in notices} == {0}
    controller = smtpd.start(mailbox, port=port)
    try:
        deliver(now=NOON + dt.timedelta(minutes=1))
    finally:
        controller.stop(no_assert=True)
    assert {again(one).state for one in notices} == {State.SENT}
    assert len(mailbox.letters) == 10
    assert ChannelState.objects.get(name="email").failures_in_a_row == 0


def test_server_down_for_hours_is_asked_rarely(source, settings):
    use_smtp(settings, free_port())
    notice = owe(source)
    for minute in range(3 * 60):
        deliver(now=NOON + dt.timedelta(minutes=minute))
    # At most every 5 to 10 minutes, after the first few.
    assert 15 < ChannelState.objects.get(name="email").failures_in_a_row < 45
    assert (again(notice).state, again(notice).attempts) == (State.QUEUED, 0)


@pytest.mark.parametrize("drop, arrived", [("data", 0), ("accepted", 1)])
def test_dropped_within_data(source, mailbox, mail_server, drop, arrived):
    mailbox.drop = drop
    notice = owe(source)
    deliver(now=NOON)
    assert len(mailbox.letters) == arrived
    assert again(notice).state == State.QUEUED
    assert outcomes(notice) == ["interrupted"]
    mailbox.drop = ""
    deliver(now=NOON + dt.timedelta(minutes=5))
    assert again(notice).state == State.SENT
    # Where the server had taken it, the double is known by its Message-ID.
    assert mailbox.message_ids() == [notice.message_id] * (arrived + 1)


def test_slow_server_is_broken_off_in_time(source, settings, mailbox, mail_server):
    settings.CITYMAP_NOTICES_ATTEMPT_S = 0.5
    mailbox.slow_s = 5
    notices = [owe(source, stage=str(number)) for number in range(8)]
    began = dt.datetime.now(dt.UTC)
    deliver(now=NOON)
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=4)
    state = ChannelState.objects.get(name="email")
    assert state.failures_in_a_row == 3
    assert state.open_until > NOON
    mailbox.slow_s = 0
    deliver(now=NOON + dt.timedelta(minutes=5))
    assert {again(one).state for one in notices} == {State.SENT}


def test_server_that_drips_its_greeting_is_broken_off(source, settings):
    settings.CITYMAP_NOTICES_ATTEMPT_S = 0.5
    with socket.create_server(("127.0.0.1", 0)) as listener:
        use_smtp(settings, listener.getsockname()[1])

        def drip() -> None:
            for _ in range(3):
                try:
                    connection, _address = listener.accept()
                    with connection:
                        for _ in range(20):
                            connection.sendall(b"2")
                            time.sleep(0.1)
                except OSError:
                    continue

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        notice = owe(source)
        began = time.monotonic()
        deliver(now=NOON)
        assert time.monotonic() - began < 4
    thread.join(5)
    assert again(notice).state == State.QUEUED
    assert ChannelState.objects.get(name="email").failures_in_a_row == 3


def test_user_without_address_is_a_dead_letter(source, head, mailbox, mail_server):
    head.email = ""
    head.save()
    notice = owe(source, to=Recipient.user(head))
    deliver(now=NOON)
    assert again(notice).state == State.DEAD
    assert outcomes(notice) == ["no_address"]


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_with_a_certificate_that_is_checked(
    source, settings, mailbox, tmp_path, monkeypatch, trusted
):
    files = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    port = free_port()
    use_smtp(settings, port)
    settings.EMAIL_USE_TLS = True
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    notice = owe(source)
    controller = smtpd.start(mailbox, port=port, tls_context=context, require_starttls=True)
    try:
        deliver(now=NOON)
    finally:
        controller.stop(no_assert=True)
    assert again(notice).state == (State.SENT if trusted else State.QUEUED)
    assert len(mailbox.letters) == trusted
    if not trusted:
        error = ChannelState.objects.get(name="email").last_error
        assert "CERTIFICATE_VERIFY_FAILED" in error
