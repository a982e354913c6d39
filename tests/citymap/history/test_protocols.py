"""Protocols: opened for what was refused or irregular, numbered, kept whatever happens."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from citymap.history.context import acting
from citymap.history.irregular import find_irregular
from citymap.history.models import (
    ChainRecord,
    Look,
    Protocol,
    ProtocolKind,
    ProtocolNote,
    ProtocolState,
)
from citymap.history.protocols import ProtocolError, acknowledge, open_protocol
from citymap.history.refusals import note_refusal
from citymap.history.sealing import seal
from citymap.history.signals import protocol_opened
from citymap.history.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(django_user_model):
    with acting(command="tests"):  # else the clerk is irregular too
        return django_user_model.objects.create(username="clerk")


@pytest.fixture
def heard():
    found = []

    def receiver(sender, protocol, **kwargs):
        found.append(protocol.label)

    protocol_opened.connect(receiver)
    yield found
    protocol_opened.disconnect(receiver)


def post(rf, user, path="/works/1/"):
    request = rf.post(path)
    request.user = user
    return request


def refuse(rf, user, error=None, path="/works/1/"):
    request = post(rf, user, path)
    with acting(request=request):
        note_refusal(request=request, error=error or PermissionDenied("not yours"))


# --- opening ------------------------------------------------------------------------------
def test_numbers_without_gaps_in_each_year(ledger, heard):
    row = ledger.objects.create(number="1")
    for number in (1, 2):
        opened = open_protocol(kind=ProtocolKind.REFUSED, object=row, what=f"try {number}")
        assert opened.number == number
        assert opened.year == timezone.localdate().year
    with transaction.atomic():
        open_protocol(kind=ProtocolKind.REFUSED, what="lost")
        transaction.set_rollback(True)
    third = open_protocol(kind=ProtocolKind.REFUSED, object=row, what="try 3")
    assert third.number == 3
    assert third.label in heard


def test_says_who_and_where(ledger, clerk):
    row = ledger.objects.create(number="1")
    with acting(user=clerk, reason="by mistake"):
        opened = open_protocol(kind=ProtocolKind.REFUSED, object=row, what="closed order edited")
    assert (opened.model, opened.key) == (ledger._meta.label_lower, str(row.pk))
    assert opened.user_id == clerk.pk
    assert opened.context["reason"] == "by mistake"
    assert opened.state is ProtocolState.DRAFT


def test_the_same_is_not_written_twice():
    when = timezone.now()
    assert open_protocol(kind=ProtocolKind.REFUSED, what="x", when=when)
    assert open_protocol(kind=ProtocolKind.REFUSED, what="x", when=when) is None


def test_the_number_is_the_databases_own(runtime_role):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_protocol (year, number, kind, model, key, what, context, \"when\","
            " made_at, same) VALUES (1999, 77, 'refused', '', '', 'x', '{}', now(),"
            " '1999-01-01', 'x') RETURNING year, number"
        )  # fmt: skip
        assert cursor.fetchone() == (timezone.localdate().year, 1)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE history_protocol SET what = ''", "DELETE FROM history_protocol",
     "UPDATE history_protocolnote SET comment = 'x'", "DELETE FROM history_protocolnote",
     "TRUNCATE history_protocol CASCADE"],
)  # fmt: skip
def test_nobody_discards_one(runtime_role, statement):
    open_protocol(kind=ProtocolKind.REFUSED, what="kept")
    denied = pytest.raises(DatabaseError, match="permission denied")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Protocol.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM history_protocol", "UPDATE history_protocol SET what = 'nothing happened'"],
)
def test_one_discarded_past_all_rights_is_found(statement):
    """The owner switches the triggers off: the chain still misses it."""
    opened = open_protocol(kind=ProtocolKind.REFUSED, what="kept")
    seal()
    assert verify().holds
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE history_protocol DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE history_protocol ENABLE TRIGGER USER")
    bad = verify().first_bad
    assert (bad.model, bad.exact) == ("history.protocol", True)
    assert ChainRecord.objects.get(pk=bad.record).key == str(opened.pk)


def test_one_discarded_by_its_owner_makes_another(empty_chain):
    opened = open_protocol(kind=ProtocolKind.REFUSED, what="kept")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM history_protocol")
    assert find_irregular(timezone.now()) == "1 irregular changes"
    about = Protocol.objects.get()
    assert (about.model, about.key) == ("history.protocol", str(opened.pk))
    assert find_irregular(timezone.now()) == "nothing irregular"


# --- acknowledging ------------------------------------------------------------------------
def test_acknowledged_by_head_and_auditor(clerk, runtime_role):
    opened = open_protocol(kind=ProtocolKind.REFUSED, what="x")
    assert list(Protocol.objects.waiting_for("head")) == [opened]
    acknowledge(protocol=opened, user=clerk, role="head", comment="spoke with the clerk")
    assert Protocol.objects.with_notes().get().state is ProtocolState.SEEN_BY_HEAD
    assert not Protocol.objects.waiting_for("head").exists()
    acknowledge(protocol=opened, user=clerk, role="auditor", comment="seen")
    assert Protocol.objects.with_notes().get().state is ProtocolState.ACKNOWLEDGED
    assert Protocol.objects.acknowledged_by("auditor").count() == 1


@pytest.mark.parametrize(("role", "comment"), [("head", " "), ("head", "\x00"), ("clerk", "x")])
def test_an_acknowledgement_needs_a_role_and_a_comment(clerk, role, comment):
    opened = open_protocol(kind=ProtocolKind.REFUSED, what="x")
    with pytest.raises(ProtocolError):
        acknowledge(protocol=opened, user=clerk, role=role, comment=comment)
    assert not ProtocolNote.objects.exists()


# --- refused changes ----------------------------------------------------------------------
def test_a_refused_change_of_a_user_is_written_down(rf, clerk):
    refuse(rf, clerk)
    opened = Protocol.objects.get()
    assert opened.kind == ProtocolKind.REFUSED
    assert opened.user_id == clerk.pk
    assert opened.what == "POST /works/1/: refused by permission: not yours"


def test_many_tries_make_one_protocol_an_hour(rf, clerk):
    for _try in range(5):
        refuse(rf, clerk)
    refuse(rf, clerk, path="/works/2/")
    assert Protocol.objects.count() == 2


def test_what_the_database_refuses(rf, clerk, ledger):
    row = ledger.objects.create(number="1")
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        ledger.objects.filter(pk=row.pk).update(id=row.pk + 5)
    refuse(rf, clerk, refused.value)
    assert "refused by the database: history: the primary key" in Protocol.objects.get().what


def test_other_errors_and_other_people_make_none(rf, clerk):
    refuse(rf, clerk, ValueError("a fault of ours"))
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        type(clerk).objects.create(username="clerk")
    refuse(rf, clerk, failed.value)
    from_nobody = rf.post("/")
    note_refusal(request=from_nobody, error=PermissionDenied())
    reading = rf.get("/")
    reading.user = clerk
    note_refusal(request=reading, error=PermissionDenied())
    assert not Protocol.objects.exists()


def test_the_whole_way_through_a_request(client, clerk):
    client.force_login(clerk)
    answer = client.post(
        "/api/plan/yards/merge/", "{}", content_type="application/json", secure=False
    )
    assert answer.status_code == 403
    opened = Protocol.objects.get()
    assert opened.user_id == clerk.pk
    assert opened.context["url"] == "/api/plan/yards/merge/"
    assert opened.context["request"] == answer.headers["X-Request-Id"]


# --- irregular changes --------------------------------------------------------------------
def test_a_change_with_nobody_behind_it(ledger, clerk, heard):
    with acting(user=clerk):
        ledger.objects.create(number="regular")
    with connection.cursor() as cursor:  # as in psql: no context at all
        cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")
        cursor.execute(f"UPDATE {ledger._meta.db_table} SET amount = 66")
    now = timezone.now()
    assert find_irregular(now) == "1 irregular changes"
    opened = Protocol.objects.get()
    assert opened.kind == ProtocolKind.IRREGULAR
    assert opened.model == ledger._meta.label_lower
    assert opened.context["role"]
    assert find_irregular(now) == "nothing irregular"
    assert heard == [opened.label]


def test_the_worker_was_off_for_three_days(ledger):
    now = timezone.now()
    assert find_irregular(now - dt.timedelta(minutes=1)) == "nothing irregular"
    ledger.objects.create(number="1")
    later = now + dt.timedelta(hours=72)
    assert find_irregular(later) == "1 irregular changes"
    assert find_irregular(later + dt.timedelta(minutes=5)) == "nothing irregular"
    assert Look.objects.count() == 2


def test_a_bulk_change_is_one_protocol(ledger):
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(3000))
    find_irregular(timezone.now())
    assert Protocol.objects.count() in (1, 2)  # the clock may turn over between
    assert "3000 ×" in Protocol.objects.first().what or Protocol.objects.count() == 2
