"""Owing, cancelling, trying again, sending elsewhere; what the database itself refuses."""

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from citymap.accounts.models import Organization
from citymap.notices import services
from citymap.notices.attachments import File
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.models import Attachment, Attempt, BellItem, Notice
from citymap.notices.recipients import Recipient
from citymap.notices.rules import NoticeError
from citymap.personal.services import save_person
from tests.citymap.notices.conftest import NOON, again, outcomes, owe, registered

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def _kind(kind):
    """Every test here has the plain kind."""


def bounced(source, mailbox) -> Notice:
    mailbox.rcpt = lambda to: "550 no" if to.startswith("office") else "250 OK"
    notice = owe(source)
    deliver(now=NOON)
    return again(notice)


def test_owed_twice_is_owed_once(source, head):
    first = owe(source, to=Recipient.user(head))
    second = owe(source, to=Recipient.user(head), why="again", context={"name": "other"})
    assert (first.pk, first.context) == (second.pk, second.context)
    assert owe(source, to=Recipient.user(head), stage="2").pk != first.pk
    assert owe(source, to="OFFICE@city.example ").pk == owe(source, to="office@City.example").pk
    assert Notice.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_owed_by_many_at_once_is_owed_once():
    source = Organization.objects.create(kind="utility", name="Тепло")
    found, start = [], threading.Barrier(6)

    def work() -> None:
        start.wait()
        try:
            found.append(owe(source, attachments=[File(name="a.pdf", content=PDF)]).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert Notice.objects.get().notice_files.count() == 1
    assert Attachment.objects.count() == 1


def test_rolled_back_with_its_cause(source):
    with transaction.atomic():
        owe(source)
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0


def test_language_is_the_recipients(source, head):
    person = save_person(name="Дана", phones=["8 701 123 45 67"], language="kk")
    assert owe(source, to=Recipient.user(head)).language == "ru"
    assert owe(source, to=Recipient.person(person)).language == "kk"
    assert owe(source, to=Recipient.organization(source)).language == source.languages[0]
    assert owe(source, language="en").language == "en"


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "unknown"}, {"to": "no address"}, {"to": "a@b.kz\r\nBcc: c@d.kz"}, {"to": ""},
        {"to": Recipient.address("pigeon", "x")}, {"to": Recipient.address("bell", "1")},
        {"to": Recipient.address("sms", "112")}, {"language": "de"}, {"why": " "},
        {"why": "x" * 501}, {"stage": "x" * 101}, {"context": {"a": object()}},
        {"not_before": NOON, "due_at": NOON - dt.timedelta(1)},
        {"attachments": [File(name="a.pdf", content=b"<html>")]},
        {"attachments": [File(name="a.pdf", content=b"%PDF-1.4 cut")]},
        {"attachments": [File(name="a.pdf", content=b"")]},
        {"attachments": [File(name="../a.pdf", content=PDF)]},
        {"attachments": [File(name="a\r\nb.pdf", content=PDF)]},
        {"attachments": [File(name="a.exe", content=PDF, content_type="application/x")]},
        {"attachments": [File(name="a.pdf", content=PDF + b" " * 11_000_000 + b"%%EOF")]},
        {"attachments": [File(name="a.pdf", content=PDF)] * 11},
    ],
)  # fmt: skip
def test_what_cannot_be_owed(source, values):
    with pytest.raises(NoticeError):
        owe(source, **values)
    assert Notice.objects.count() == 0


def test_cancelled_is_not_sent(source, head, mailbox, mail_server):
    notice = owe(source)
    services.cancel(notice=notice, user=head, why="withdrawn")
    deliver(now=NOON)
    assert mailbox.letters == []
    line = notice.log.get()
    assert (line.outcome, line.actor, line.answer) == ("cancelled", head, "withdrawn")
    with pytest.raises(NoticeError):
        services.cancel(notice=notice, user=head, why="twice")


def test_sent_cannot_be_cancelled_or_tried_again(source, head, mailbox, mail_server):
    notice = owe(source)
    deliver(now=NOON)
    for act in (services.cancel, services.retry):
        with pytest.raises(NoticeError):
            act(notice=notice, user=head, why="x")


def test_dead_letter_is_tried_again(source, head, mailbox, mail_server):
    notice = bounced(source, mailbox)
    assert notice.state == State.BOUNCED
    mailbox.rcpt = None
    services.retry(notice=notice, user=head)
    deliver(now=dt.datetime.now(dt.UTC).replace(hour=8) + dt.timedelta(days=1))
    assert again(notice).state == State.SENT
    assert outcomes(notice) == ["refused", "retried", "sent"]
    assert mailbox.message_ids() == [notice.message_id]


def test_dead_letter_goes_to_another_address(source, head, mailbox, mail_server):
    mailbox.rcpt = lambda to: "550 no" if to.startswith("office") else "250 OK"
    old = owe(source, attachments=[File(name="a.pdf", content=PDF)])
    deliver(now=NOON)
    new = services.readdress(
        notice=old, recipient=Recipient.address("email", "new@city.example"), user=head, why="moved"
    )
    deliver(now=dt.datetime.now(dt.UTC).replace(hour=8) + dt.timedelta(days=1))
    assert (again(old).state, again(new).state) == (State.CANCELLED, State.SENT)
    assert [one["To"] for one in mailbox.parsed()] == ["new@city.example"]
    assert len(list(mailbox.parsed()[0].iter_attachments())) == 1
    assert outcomes(old) == ["refused", "readdressed"]
    # The same sweep owes it again: nothing new.
    assert owe(source).pk == old.pk
    assert not Notice.objects.dead_letters().exists()
    for act in (services.retry, services.cancel):
        with pytest.raises(NoticeError):
            act(notice=old, user=head, why="x")


def test_not_to_an_address_that_is_owed_it_already(source, head):
    old = owe(source)
    owe(source, to="new@city.example")
    with pytest.raises(NoticeError):
        services.readdress(
            notice=old, recipient=Recipient.address("email", "new@city.example"), user=head,
            why="moved",
        )  # fmt: skip
    assert again(old).state == State.QUEUED


def test_bell_items_are_read_by_their_owner_only(source, head, django_user_model):
    other = django_user_model.objects.create_user("other", password="x")
    with registered(name="rung", channels=("bell",)):
        owe(source, kind="rung", to=Recipient.user(head))
        deliver(now=NOON)
    item = BellItem.objects.get()
    assert services.mark_read(user=other, item=item.pk) == 0
    assert services.mark_read(user=other) == 0
    assert services.mark_read(user=head, item=item.pk) == 1
    assert services.mark_read(user=head) == 0


@pytest.mark.parametrize(
    "change",
    [
        "state = 'nowhere'", "state = 'sent', next_attempt_at = NULL",
        "state = 'delivered', next_attempt_at = NULL", "next_attempt_at = NULL",
        "lease_until = now()", "channel = 'sms'", "language = 'de'", "attempts = -1",
        "state = 'sending', next_attempt_at = NULL",
        "not_before = now(), due_at = now() - interval '1 day'",
    ],
)  # fmt: skip
def test_database_keeps_notices_consistent(source, change):
    owe(source)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notices_notice SET {change}")


@pytest.mark.parametrize("column", ["address = 'x@y.kz'", "why = 'other'", "stage = '9'"])
def test_whom_what_is_owed_does_not_change(source, column):
    owe(source)
    with pytest.raises(DatabaseError, match="does not change"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notices_notice SET {column}")


@pytest.mark.parametrize(
    "statement", ["UPDATE notices_attempt SET answer = ''", "DELETE FROM notices_attempt"]
)
def test_delivery_log_only_grows(source, head, statement):
    services.cancel(notice=owe(source), user=head, why="x")
    with pytest.raises(DatabaseError, match="only grows"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Attempt._meta.get_field("notice").remote_field.on_delete.__name__ == "PROTECT"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM notices_notice", "DELETE FROM notices_noticefile",
        "UPDATE notices_noticefile SET filename = 'b.pdf'", "TRUNCATE notices_notice CASCADE",
    ],
)  # fmt: skip
def test_what_is_owed_is_never_removed(source, runtime_role, statement):
    """Also before anybody has tried to send it: then no line of the log would miss it."""
    notice = owe(source, attachments=[File(name="a.pdf", content=PDF)])
    refused = pytest.raises(DatabaseError, match="is refused|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
        notice.delete()
    assert Notice.objects.get().notice_files.count() == 1


def test_attachment_is_what_its_row_says(source):
    owe(source, attachments=[File(name="a.pdf", content=PDF)])
    for change in ("content = 'x'", "size_bytes = 3", "sha256 = repeat('0', 64)"):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE notices_attachment SET {change}")


def test_one_recipient_only(source, head):
    notice = owe(source)
    copy = Notice.objects.get(pk=notice.pk)
    copy.pk, copy.user, copy.message_id = None, head, "<x@y>"
    copy.public_id = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(IntegrityError):
        copy.save(force_insert=True)
