"""Claims: exactly once, at the right moment, followed; what extensions do to them."""

import datetime as dt
import subprocess

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from citymap.jobs.registry import sweeps
from citymap.notices import outbox
from citymap.notices.choices import State
from citymap.notices.models import Notice, NoticeFile
from citymap.personal.services import save_person
from earthworks.choices import Addressee, ClaimState, OrderState, PoliceDecision
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import Claim, ClaimDocument, ClaimPolicy
from earthworks.services import claim_ends, claims, works
from tests.earthworks.world import (
    body,
    brought_to,
    dig,
    issued,
    local,
    official,
    police,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
LATE = local("2026-06-21 00:00")
A_DAY = dt.timedelta(days=1)


def sent(notice: Notice, now: dt.datetime, *, delivered: bool = False) -> None:
    """The notice leaves as the worker makes it leave."""
    taken = outbox.claim(notice.channel, now=now, lease_s=60)
    assert taken.pk == notice.pk
    values = outbox.taken(
        taken, now=now, delivered=delivered, accompanying=False, reference="250 ok"
    )
    outbox.settle(taken, outbox.Entry(outcome="sent"), values, now=now)


def test_nothing_before_midnight_and_both_claims_from_midnight_on():
    police()
    order = issued()
    assert claims.make_claims(now=LATE - dt.timedelta(seconds=1)) == 0
    assert claims.make_claims(now=LATE) == 2
    assert claims.make_claims(now=LATE) == 0
    found = {claim.addressee: claim for claim in order.claims.all()}
    assert found[Addressee.HOLDER].organization == order.holder
    assert found[Addressee.POLICE].organization.name == "police"
    assert {claim.fell_due_at for claim in found.values()} == {LATE}
    assert {claim.number for claim in found.values()} == {"2026-00001"}


def test_the_police_are_told_after_the_configured_interval():
    police()
    ClaimPolicy.objects.update(police_after_hours=48)
    order = issued()
    assert claims.make_claims(now=LATE) == 1
    assert claims.make_claims(now=LATE + 2 * A_DAY - dt.timedelta(seconds=1)) == 0
    assert claims.make_claims(now=LATE + 2 * A_DAY) == 1
    assert order.claims.to_police().get().fell_due_at == LATE + 2 * A_DAY


def test_a_worker_that_was_off_for_72_hours_does_all_once_with_the_true_times():
    police()
    first, second = issued(), issued(geom=dig(y=200), ends_on=dt.date(2026, 6, 22))
    back = LATE + 3 * A_DAY
    assert claims.make_claims(now=back) == 4
    assert claims.make_claims(now=back) == 0
    times = dict(Claim.objects.to_holder().values_list("order_id", "fell_due_at"))
    assert times == {first.pk: LATE, second.pk: LATE + 2 * A_DAY}
    assert set(Claim.objects.values_list("made_at", flat=True)) == {back}


def test_letters_go_to_the_outbox_with_a_copy_to_the_contractor():
    police()
    issued(contractor=body("contractor", email="c@example.kz"))
    claims.make_claims(now=LATE)
    assert claims.send_claims(now=LATE) == 2
    assert claims.send_claims(now=LATE) == 0
    assert sorted(Notice.objects.values_list("kind", "stage")) == [
        ("claim_holder", "copy"), ("claim_holder", "letter"), ("claim_police", "letter"),
    ]  # fmt: skip
    assert NoticeFile.objects.count() == 3


def test_a_city_may_send_no_copies():
    police()
    ClaimPolicy.objects.update(copy_to_contractor=False)
    issued(contractor=body("contractor", email="c@example.kz"))
    claims.sweep(now=LATE)
    assert set(Notice.objects.values_list("stage", flat=True)) == {"letter"}


def test_letters_are_followed():
    issued()
    claims.sweep(now=LATE)
    notice = Notice.objects.get()
    sent(notice, LATE)
    claims.follow_letters(now=LATE)
    claim = Claim.objects.to_holder().get()
    assert (claim.state, claim.sent_at) == (ClaimState.SENT, LATE)
    Notice.objects.filter(pk=notice.pk).update(state=State.DELIVERED, delivered_at=LATE)
    claims.follow_letters(now=LATE)
    claim.refresh_from_db()
    assert claim.state == ClaimState.DELIVERED


def test_without_a_police_department_the_notice_waits_and_is_seen():
    issued()
    claims.sweep(now=LATE)
    waiting = Claim.objects.to_police().get()
    assert waiting.organization is None
    assert waiting in Claim.objects.to_send()


def test_extended_before_dispatch_the_claims_are_cancelled():
    police()
    order = issued()
    claims.sweep(now=LATE)
    works.extend(
        order=order, new_until=dt.date(2026, 7, 20), reason="rain", user=official(), now=LATE
    )
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.CANCELLED}
    assert set(Notice.objects.values_list("state", flat=True)) == {State.CANCELLED}
    assert claims.sweep(now=LATE + A_DAY) == ""
    # The new deadline is missed as well: new claims, new numbers.
    claims.sweep(now=local("2026-07-21 00:00"))
    assert [one.number for one in Claim.objects.to_holder().order_by("pk")] == [
        "2026-00001", "2026-00002",
    ]  # fmt: skip


def test_extended_after_dispatch_the_claims_are_withdrawn_and_it_is_told():
    police()
    order = issued()
    claims.sweep(now=LATE)
    for notice in Notice.objects.order_by("next_attempt_at", "pk"):
        sent(notice, LATE)
    # The claims do not know yet that their letters have left: the outbox does.
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.PREPARED}
    works.extend(
        order=order, new_until=dt.date(2026, 7, 20), reason="rain", user=official(), now=LATE
    )
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.WITHDRAWN}
    assert Notice.objects.filter(kind="claim_withdrawn", stage="withdrawal").count() == 2
    claims.follow_letters(now=LATE)
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.WITHDRAWN}


def test_a_letter_on_its_way_counts_as_dispatched():
    order = issued()
    claims.sweep(now=LATE)
    assert outbox.claim("email", now=LATE, lease_s=60) is not None
    works.extend(
        order=order, new_until=dt.date(2026, 7, 20), reason="rain", user=official(), now=LATE
    )
    assert Claim.objects.to_holder().get().state == ClaimState.WITHDRAWN


def test_restored_late_the_claim_to_the_holder_is_resolved_and_the_notice_stands():
    police()
    order = brought_to(issued(), OrderState.WORKS_DONE)
    claims.sweep(now=LATE)
    for notice in Notice.objects.order_by("next_attempt_at", "pk"):
        sent(notice, LATE)
    claims.follow_letters(now=LATE)
    brought_to(order, OrderState.RESTORED, LATE + A_DAY)
    states = dict(Claim.objects.values_list("addressee", "state"))
    assert states == {Addressee.HOLDER: ClaimState.RESOLVED, Addressee.POLICE: ClaimState.SENT}


def test_restored_in_time_but_not_closed_there_is_no_claim():
    brought_to(issued(), OrderState.RESTORED)
    assert claims.sweep(now=LATE + 30 * A_DAY) == ""


def test_interim_after_the_deadline_gets_no_second_claim_for_the_same_deadline():
    order = brought_to(issued(), OrderState.WORKS_DONE)
    claims.make_claims(now=LATE)
    brought_to(order, OrderState.RESTORED_INTERIM, LATE)
    assert claims.make_claims(now=LATE + A_DAY) == 0


def test_winter_has_a_claim_for_each_deadline():
    order = issued(
        dug_at=local("2026-11-03 03:00"), now=local("2026-11-03 09:00"),
        begins_on=dt.date(2026, 11, 3), ends_on=dt.date(2026, 11, 20),
    )  # fmt: skip
    order = brought_to(order, OrderState.WORKS_DONE, local("2026-11-10 09:00"))
    assert claims.make_claims(now=local("2026-11-21 00:00")) == 2
    brought_to(order, OrderState.RESTORED_INTERIM, local("2026-11-25 09:00"))
    assert claims.make_claims(now=local("2027-05-15 23:59")) == 0
    assert claims.make_claims(now=local("2027-05-16 00:00")) == 2
    assert [claim.deadline.version for claim in order.claims.to_holder().order_by("pk")] == [2, 3]


def test_a_citizen_is_a_recipient_by_reference():
    person = save_person(name="Иванов Иван", emails=["i@example.kz"], user=None)
    issued(holder=None, holder_person=person)
    claims.sweep(now=LATE)
    assert Notice.objects.get().person_id == person.pk
    document = ClaimDocument.objects.get()
    assert "Иванов" not in text_of(document)


def text_of(document: ClaimDocument) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=bytes(document.content), capture_output=True,
        check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.decode("utf-8")


def test_the_letter_is_searchable_and_its_kazakh_letters_are_intact():
    police()
    issued(address="Әуезов көшесі, 5, ҒҚҢӨҰҮҺІ ғқңөұүһі")
    claims.sweep(now=LATE)
    holder = text_of(Claim.objects.to_holder().get().document)
    assert "Кінәрат-талап № 2026-00001" in holder
    assert "Претензия № 2026-00001" in holder
    assert holder.index("Кінәрат-талап") < holder.index("Претензия")
    assert holder.count("Әуезов көшесі, 5, ҒҚҢӨҰҮҺІ ғқңөұүһі") == 2
    told = text_of(Claim.objects.to_police().get().document)
    assert "ст. 505" in told
    assert "505-бабы" in told
    assert told.count("КоАП") == 1


def test_raw_changes_reach_no_illegal_state():
    issued()
    claims.make_claims(now=LATE)
    claim = Claim.objects.to_holder().get()
    for state in (ClaimState.RESOLVED, ClaimState.DELIVERED, ClaimState.ANSWERED):
        with pytest.raises(DatabaseError), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(state=state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(
            order=claim.order, deadline=claim.deadline, addressee=claim.addressee, year=2026,
            serial=99, fell_due_at=LATE, made_at=LATE,
        )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        claim.delete()


def claim_in(state: ClaimState) -> Claim:
    issued()
    claims.sweep(now=LATE)
    claim = Claim.objects.to_holder().get()
    if state != ClaimState.PREPARED:
        sent(Notice.objects.get(source_id=str(claim.pk)), LATE)
        claims.follow_letters(now=LATE)
    claim.refresh_from_db()
    return claim


def test_answered_disputed_withdrawn():
    claim = claim_in(ClaimState.SENT)
    claim = claim_ends.answer_claim(claim=claim, text="We are on it", user=official())
    with pytest.raises(WorksError):
        claim_ends.dispute_claim(claim=claim, ground=" ", user=official())
    claim = claim_ends.dispute_claim(claim=claim, ground="It was restored", user=official())
    claim = claim_ends.withdraw_claim(claim=claim, reason="The photo proves it", user=official())
    assert claim.state == ClaimState.WITHDRAWN
    assert Notice.objects.filter(kind="claim_withdrawn").count() == 1
    with pytest.raises(WrongStateError):
        claim_ends.withdraw_claim(claim=claim, reason="again", user=official())
    with pytest.raises(WrongStateError):
        claim_ends.answer_claim(claim=claim, text="late", user=official())


def test_followed_at_the_police_to_the_fine():
    police()
    issued()
    claims.sweep(now=LATE)
    to_police, to_holder = Claim.objects.to_police().get(), Claim.objects.to_holder().get()
    with pytest.raises(WorksError):
        claim_ends.record_police(claim=to_holder, values={"police_number": "1"}, user=official())
    with pytest.raises(WorksError):
        claim_ends.record_police(claim=to_police, values={"fine_kzt": 5}, user=official())
    with pytest.raises(WorksError):
        claim_ends.record_police(claim=to_police, values={"state": "resolved"}, user=official())
    row = claim_ends.record_police(
        claim=to_police, user=official(),
        values={
            "police_number": "КУИ-77", "protocol_number": "12", "decision": PoliceDecision.FINE,
            "decided_on": dt.date(2026, 7, 1), "fine_kzt": 86500,
        },
    )  # fmt: skip
    assert row.police_number == "КУИ-77"


def test_the_worker_knows_the_sweep():
    police()
    issued()
    assert sweeps.get("claims").run(LATE) == "made: 2, written: 2"
