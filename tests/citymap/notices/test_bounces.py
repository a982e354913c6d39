"""Letters that came back."""

import mailbox

import pytest
from django.core.management import CommandError, call_command

from citymap.notices.bounces import reports_in
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from tests.citymap.notices.conftest import NOON, again, outcomes, owe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kind")]


def bounce(message_id: str, *, action="failed", status="5.1.1", part="message/rfc822") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example
To: citymap@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

Sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; office@city.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 <office@city.example>: user unknown

--B
Content-Type: {part}

Message-ID: {message_id}
Subject: x

--B--
""".encode()


@pytest.fixture
def sent(source, mailbox, mail_server):
    notice = owe(source)
    deliver(now=NOON)
    return again(notice)


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_bounce_makes_a_dead_letter(sent, tmp_path, capsys, part):
    path = tmp_path / "bounce.eml"
    path.write_bytes(bounce(sent.message_id, part=part))
    call_command("import_bounces", str(path))
    assert "1 letters, 1 new reports" in capsys.readouterr().out
    assert again(sent).state == State.BOUNCED
    line = sent.log.last()
    assert line.answer.startswith("5.1.1")
    assert "office@" not in line.answer
    call_command("import_bounces", str(path))
    assert outcomes(sent) == ["sent", "bounced"]


@pytest.mark.parametrize(
    "action, state",
    [("delayed", State.SENT), ("delivered", State.DELIVERED), ("relayed", State.SENT)],
)
def test_other_notifications(sent, tmp_path, action, state):
    (tmp_path / "one").write_bytes(bounce(sent.message_id, action=action, status="4.0.0"))
    call_command("import_bounces", str(tmp_path))
    assert again(sent).state == state


def test_mbox_and_maildir(sent, source, tmp_path, mail_server):
    other = owe(source, stage="other")
    deliver(now=NOON)
    box = mailbox.mbox(tmp_path / "mbox")
    box.add(bounce(sent.message_id))
    box.close()
    folder = mailbox.Maildir(tmp_path / "maildir")
    folder.add(bounce(other.message_id))
    call_command("import_bounces", str(tmp_path / "mbox"))
    call_command("import_bounces", str(tmp_path / "maildir"))
    assert again(sent).state == again(other).state == State.BOUNCED


@pytest.mark.parametrize(
    "letter",
    [b"", b"\xff\x00", b"Content-Type: multipart/report\n\n", bounce("<nobody@nowhere>"),
     bounce(""), bounce("x").replace(b"message/delivery-status", b"text/plain"),
     bounce("x").replace(b"Message-ID: x", b"Message-ID: =?utf-8?q?=00=ff?=")],
)  # fmt: skip
def test_strange_letters_change_nothing(sent, tmp_path, letter):
    (tmp_path / "strange").write_bytes(letter)
    call_command("import_bounces", str(tmp_path))
    list(reports_in(letter))
    assert again(sent).state == State.SENT


def test_missing_file_is_said(db):
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_bounces", "/nowhere/at/all")
