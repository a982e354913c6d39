"""Claims go out by themselves, exactly once, and are followed to their end.

The sweep works on what the tables say, in steps that each leave a true state behind:

1. `make_claims`: an overdue order without its claims gets them, numbered, in one transaction.
2. `send_claims`: a claim without a letter gets it, and the letter goes to the outbox.
3. `follow_letters`: what the outbox says of a letter is written into its claim.

A worker may be killed anywhere; what is not committed was not done, and the next sweep does it.
Locks are taken in one order: order, claims, notices, numbers (docs/adr/3103-lock-order.md).
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from citymap.history.context import acting
from citymap.notices import services as notices
from citymap.notices.attachments import File
from citymap.notices.models import Notice, source_columns
from citymap.notices.recipients import Recipient
from citymap.worktime import add_working_days
from earthworks.choices import Addressee, ClaimState
from earthworks.deadlines import claim_moments, local_day
from earthworks.documents import letter
from earthworks.models import Claim, ClaimDocument, ClaimPolicy, Deadline, Order
from earthworks.policies import in_force
from earthworks.rules import office_calendar
from earthworks.services.gate import next_number

SERIES = {Addressee.HOLDER: "claim", Addressee.POLICE: "notice"}
KINDS = {Addressee.HOLDER: "claim_holder", Addressee.POLICE: "claim_police"}
WITHDRAWAL = "claim_withdrawn"
LETTER, COPY = "letter", "copy"


# --- 1. claims ----------------------------------------------------------------------------
def make_claims(*, now: dt.datetime) -> int:
    """Make every claim that fell due by `now`; returns how many were made."""
    policies = list(ClaimPolicy.objects.select_related("police"))
    if not policies:
        return 0
    made = 0
    for order_id in _lacking_claims(now):
        made += _claims_of(order_id, policies, now)
    return made


def _lacking_claims(now: dt.datetime) -> list[int]:
    """Overdue orders that lack a claim which is due; oldest deadline first."""
    own = Claim.objects.filter(order=OuterRef("pk"), deadline__version=OuterRef("deadline_version"))
    # Orders whose notice to the police is yet to come are looked at as well; they are few.
    lacking = ~Exists(own.filter(addressee=Addressee.HOLDER)) | ~Exists(
        own.filter(addressee=Addressee.POLICE)
    )
    return list(
        Order.objects.overdue(now)
        .filter(lacking)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)
    )


@transaction.atomic
def _claims_of(order_id: int, policies: list[ClaimPolicy], now: dt.datetime) -> int:
    """The claims that one order lacks; an order that another sweep has locked is passed over."""
    order = (
        Order.objects.overdue(now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("holder")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        return 0
    deadline = Deadline.objects.get(order=order, version=order.deadline_version)
    zone = timezone.get_default_timezone()
    missed_on = local_day(deadline.at, zone)
    policy = in_force(policies, missed_on)
    moments = claim_moments(deadline.at, [row.as_rule() for row in policies], zone)
    known = set(Claim.objects.filter(deadline=deadline).values_list("addressee", flat=True))
    made = 0
    for addressee, moment in moments.items():
        if addressee in known or moment > now:
            continue
        with acting(reason=f"deadline {deadline.on.isoformat()} missed"):
            year, serial = next_number(SERIES[addressee], now)
            Claim.objects.create(
                order=order,
                deadline=deadline,
                addressee=addressee,
                organization=order.holder if addressee == Addressee.HOLDER else policy.police,
                year=year,
                serial=serial,
                fell_due_at=moment,
                made_at=now,
                answer_by=local_day(
                    add_working_days(now, policy.answer_days, office_calendar()), zone
                ),
                article=policy.article if addressee == Addressee.POLICE else "",
            )
        made += 1
    return made


# --- 2. letters ---------------------------------------------------------------------------
def send_claims(*, now: dt.datetime) -> int:
    """Write the letters that are missing and hand them to the outbox; returns how many."""
    waiting = Claim.objects.to_send().order_by("pk").values_list("pk", flat=True)
    return sum(_send(claim_id, now) for claim_id in list(waiting))


@transaction.atomic
def _send(claim_id: int, now: dt.datetime) -> int:
    claim = (
        Claim.objects.to_send()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("order__holder", "order__contractor", "organization", "deadline")
        .filter(pk=claim_id)
        .first()
    )
    # Asked again under the lock: another sweep may have written the letter and let go of the claim
    # after the statement above had begun, which sees the documents of its beginning.
    if claim is None or ClaimDocument.objects.filter(claim=claim).exists():
        return 0
    recipient = _recipient(claim)
    if recipient is None:
        return 0  # nobody is named as police yet: the office's page says so
    content, digest = letter(claim, today=timezone.localdate(now))
    ClaimDocument.objects.create(claim=claim, content=content, sha256=digest, made_at=now)
    file = File(name=f"{SERIES[claim.addressee]}-{claim.number}.pdf", content=content)
    owe_letter(claim, recipient, LETTER, now, [file])
    contractor = claim.order.contractor
    policy = in_force(list(ClaimPolicy.objects.all()), claim.deadline.on)
    if (
        claim.addressee == Addressee.HOLDER
        and contractor is not None
        and contractor.pk != claim.order.holder_id
        and policy.copy_to_contractor
    ):
        owe_letter(claim, Recipient.organization(contractor), COPY, now, [file])
    return 1


def _recipient(claim: Claim) -> Recipient | None:
    if claim.organization is not None:
        return Recipient.organization(claim.organization)
    if claim.addressee == Addressee.HOLDER and claim.order.holder_person is not None:
        return Recipient.person(claim.order.holder_person)
    return None


def owe_letter(
    claim: Claim, recipient: Recipient, stage: str, now: dt.datetime, files: Iterable[File] = ()
) -> Notice:
    """Owe a letter about a claim: the claim itself, its copy, or that it is withdrawn."""
    kind = WITHDRAWAL if stage.startswith("withdrawal") else KINDS[claim.addressee]
    return notices.owe(
        kind=kind,
        source=claim,
        stage=stage,
        recipient=recipient,
        not_before=now,
        due_at=now,
        why=f"order {claim.order.number}, deadline {claim.deadline.on.isoformat()}",
        context={
            "number": claim.number,
            "order": claim.order.number,
            "address": claim.order.address,
            "due_on": claim.deadline.on.isoformat(),
            "addressee": claim.addressee,
            "copy": stage == COPY,
        },
        attachments=tuple(files),
    )


# --- 3. what became of the letters --------------------------------------------------------
def letters_of(claims: Iterable[Claim]) -> dict[int, Notice]:
    """The letter (not the copy) of each claim, by the claim's id."""
    wanted = {str(claim.pk): claim.pk for claim in claims}
    if not wanted:
        return {}
    any_claim = source_columns(Claim(pk=0))
    found = Notice.objects.filter(
        source_type_id=any_claim["source_type"].pk
        if "source_type" in any_claim
        else any_claim["source_type_id"],
        source_id__in=list(wanted),
        stage=LETTER,
    )
    return {wanted[notice.source_id]: notice for notice in found}


def follow_letters(*, now: dt.datetime) -> int:
    """Write into claims what the outbox knows: sent, delivered. Returns how many moved."""
    waiting = list(
        Claim.objects.filter(
            state__in=[ClaimState.PREPARED, ClaimState.SENT], document__isnull=False
        ).order_by("pk")
    )
    moved = 0
    for claim_id, notice in letters_of(waiting).items():
        if notice.sent_at is not None:
            moved += _follow(claim_id, notice)
    return moved


@transaction.atomic
def _follow(claim_id: int, notice: Notice) -> int:
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    before = claim.state
    if claim.state == ClaimState.PREPARED:
        claim.state, claim.sent_at = ClaimState.SENT, notice.sent_at
        claim.save(update_fields=["state", "sent_at"])
    if claim.state == ClaimState.SENT and notice.delivered_at is not None:
        claim.state, claim.delivered_at = ClaimState.DELIVERED, notice.delivered_at
        claim.save(update_fields=["state", "delivered_at"])
    return int(claim.state != before)


def sweep(*, now: dt.datetime) -> str:
    """All three steps; the account says only what was done."""
    counts = {
        "made": make_claims(now=now),
        "written": send_claims(now=now),
        "followed": follow_letters(now=now),
    }
    return ", ".join(f"{name}: {count}" for name, count in counts.items() if count)
