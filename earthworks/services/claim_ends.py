"""How claims end: revoked by an extension, fulfilled, answered, disputed, withdrawn, decided."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.history.context import acting
from citymap.notices import services as notices
from citymap.notices.choices import State
from citymap.notices.models import Notice, source_columns
from citymap.notices.recipients import Recipient
from citymap.notices.rules import NoticeError
from earthworks.choices import Addressee, ClaimState, PoliceDecision
from earthworks.deadlines import claim_after_extension
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import Claim, Order
from earthworks.services.claims import COPY, LETTER, owe_letter
from earthworks.services.gate import needed
from earthworks.workflow import CLAIM_TRANSITIONS, LIVE_CLAIM, may_follow


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
            owe_letter(claim, recipient, "withdrawal", now)
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
def uphold_claim(*, claim: Claim, reason: str, user: User) -> Claim:
    """A lawyer has reviewed a disputed claim: it stands, for a reason."""
    row = _locked(claim)
    if row.state != ClaimState.DISPUTED:
        raise WrongStateError(_("Nobody has asked for a review of this claim."))
    reason = needed(reason, _("Say why the claim stands."))
    _step(row, ClaimState.ANSWERED)
    row.answered_at = row.answered_at or row.disputed_at
    row.end_reason = reason
    with acting(user=user, reason=reason):
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
            owe_letter(row, recipient, "withdrawal", now)
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
