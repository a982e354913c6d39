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
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from citymap.notices import services as notices
from citymap.notices.attachments import File
from citymap.notices.choices import State
from citymap.notices.models import Notice, source_columns
from citymap.notices.recipients import Recipient
from citymap.notices.rules import NoticeError
from citymap.worktime import add_working_days
from earthworks.choices import Addressee, ClaimState, PoliceDecision
from earthworks.deadlines import claim_after_extension, claim_moments, local_day
from earthworks.documents import letter
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import Claim, ClaimDocument, ClaimPolicy, Deadline, Order
from earthworks.policies import in_force
from earthworks.rules import office_calendar
from earthworks.services.gate import needed, next_number
from earthworks.workflow import CLAIM_TRANSITIONS, LIVE_CLAIM, may_follow

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
    if claim is None:
        return 0
    recipient = _recipient(claim)
    if recipient is None:
        return 0  # nobody is named as police yet: the office's page says so
    content, digest = letter(claim, today=timezone.localdate(now))
    ClaimDocument.objects.create(claim=claim, content=content, sha256=digest, made_at=now)
    file = File(name=f"{SERIES[claim.addressee]}-{claim.number}.pdf", content=content)
    _owe(claim, recipient, LETTER, now, [file])
    contractor = claim.order.contractor
    policy = in_force(list(ClaimPolicy.objects.all()), claim.deadline.on)
    if (
        claim.addressee == Addressee.HOLDER
        and contractor is not None
        and contractor.pk != claim.order.holder_id
        and policy.copy_to_contractor
    ):
        _owe(claim, Recipient.organization(contractor), COPY, now, [file])
    return 1


def _recipient(claim: Claim) -> Recipient | None:
    if claim.organization is not None:
        return Recipient.organization(claim.organization)
    if claim.addressee == Addressee.HOLDER and claim.order.holder_person is not None:
        return Recipient.person(claim.order.holder_person)
    return None


def _owe(
    claim: Claim, recipient: Recipient, stage: str, now: dt.datetime, files: Iterable[File] = ()
) -> Notice:
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


# --- the end of claims --------------------------------------------------------------------
def revoke_claims(*, order: Order, reason: str, user: User | None, now: dt.datetime) -> int:
    """End the live claims for deadlines that `order` has left behind; returns how many.

    The order is locked by the caller. A claim whose letter has not left is cancelled together
    with the letter; one whose letter has left, or is leaving, is withdrawn and the addressee
    is told so.
    """
    claims = (
        Claim.objects.live()
        .select_for_update(of=("self",))
        .filter(order=order)
        .exclude(deadline__version=order.deadline_version, order__due_at__isnull=False)
        .select_related("order__holder_person", "organization", "deadline", "order__contractor")
        .order_by("pk")
    )
    ended = 0
    for claim in claims:
        gone = _stop_letters(claim, reason, user)
        state = claim_after_extension(ClaimState(claim.state), dispatched=bool(gone))
        _end(claim, state, reason, user, now)
        for recipient in gone:
            _owe(claim, recipient, "withdrawal", now)
        ended += 1
    return ended


def _stop_letters(claim: Claim, reason: str, user: User | None) -> list[Recipient]:
    """Cancel what is not out yet; whom letters have reached, or may have."""
    gone = []
    columns = source_columns(claim)
    for notice in Notice.objects.filter(**columns, stage__in=[LETTER, COPY]).order_by("pk"):
        if notice.state == State.CANCELLED:
            continue
        try:
            notices.cancel(notice=notice, user=user, why=reason[:400])
        except NoticeError:
            gone.append(
                Recipient(organization_id=notice.organization_id, person_id=notice.person_id)
            )
    return gone


def _end(claim: Claim, state: ClaimState, reason: str, user: User | None, now: dt.datetime) -> None:
    claim.state, claim.ended_at, claim.ended_by, claim.end_reason = state, now, user, reason
    claim.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])


def resolve_fulfilled(*, order: Order, user: User | None, now: dt.datetime) -> int:
    """The holder has done, late, what the claims asked for: those that have left are resolved.

    Notices to the police stand: the deadline was missed, and they decide.
    """
    claims = Claim.objects.select_for_update(of=("self",)).filter(
        order=order,
        addressee=Addressee.HOLDER,
        state__in=[ClaimState.SENT, ClaimState.DELIVERED, ClaimState.ANSWERED],
    )
    ended = 0
    for claim in claims.order_by("pk"):
        _end(claim, ClaimState.RESOLVED, _("The duty was fulfilled late."), user, now)
        ended += 1
    return ended


def _locked(claim: Claim) -> Claim:
    return Claim.objects.select_for_update(of=("self",)).select_related("deadline").get(pk=claim.pk)


def _step(claim: Claim, state: ClaimState) -> None:
    if not may_follow(CLAIM_TRANSITIONS, claim.state, state):
        raise WrongStateError(
            _("A claim that is “%(old)s” cannot become “%(new)s”.")
            % {"old": claim.get_state_display(), "new": ClaimState(state).label}
        )
    claim.state = state


@transaction.atomic
def answer_claim(
    *, claim: Claim, text: str, user: User | None, now: dt.datetime | None = None
) -> Claim:
    """Record the addressee's answer."""
    row = _locked(claim)
    _step(row, ClaimState.ANSWERED)
    row.answer = needed(text, _("An answer has a text."), 4000)
    row.answered_at = now or timezone.now()
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def dispute_claim(
    *, claim: Claim, ground: str, user: User | None, now: dt.datetime | None = None
) -> Claim:
    """The addressee asks for a review; a lawyer decides."""
    row = _locked(claim)
    _step(row, ClaimState.DISPUTED)
    row.dispute = needed(ground, _("Say what is wrong with the claim."), 4000)
    row.disputed_at = now or timezone.now()
    with acting(user=user):
        row.save()
    return row


@transaction.atomic
def withdraw_claim(
    *, claim: Claim, reason: str, user: User, now: dt.datetime | None = None
) -> Claim:
    """A lawyer takes a claim back; its addressee is told when the letter has left."""
    now = now or timezone.now()
    Order.objects.select_for_update(of=("self",)).get(pk=claim.order_id)
    row = _locked(claim)
    reason = needed(reason, _("Say why the claim is withdrawn."))
    if row.state not in LIVE_CLAIM:
        raise WrongStateError(_("This claim has ended already."))
    with acting(user=user, reason=reason):
        gone = _stop_letters(row, reason, user)
        _end(
            row,
            claim_after_extension(ClaimState(row.state), dispatched=bool(gone)),
            reason,
            user,
            now,
        )
        for recipient in gone:
            _owe(row, recipient, "withdrawal", now)
    return row


@transaction.atomic
def resolve_claim(
    *, claim: Claim, reason: str, user: User, now: dt.datetime | None = None
) -> Claim:
    """Note how a claim ended."""
    row = _locked(claim)
    _step(row, ClaimState.RESOLVED)
    with acting(user=user, reason=reason):
        _end(
            row,
            ClaimState.RESOLVED,
            needed(reason, _("Say how it ended.")),
            user,
            now or timezone.now(),
        )
    return row


@transaction.atomic
def record_police(*, claim: Claim, values: dict[str, Any], user: User) -> Claim:
    """What the police made of a notice: number, protocol, article, decision, day, fine."""
    row = _locked(claim)
    if row.addressee != Addressee.POLICE:
        raise WorksError(_("Only a notice to the police is followed there."))
    allowed = {
        "police_number", "protocol_number", "article", "decision", "decided_on", "fine_kzt",
    }  # fmt: skip
    if strangers := set(values) - allowed:
        raise WorksError(f"a notice has no {', '.join(sorted(strangers))}")
    for name, value in values.items():
        setattr(row, name, value)
    if row.fine_kzt is not None and row.decision != PoliceDecision.FINE:
        raise WorksError(_("A sum belongs to a fine only."))
    row.full_clean(validate_unique=False)
    with acting(user=user):
        row.save()
    return row
