"""The centre looks at what was reported: checks, sends back, verifies, tells, closes."""

import datetime as dt
import uuid

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import telling
from appeals.choices import (
    CallResult,
    CheckResult,
    Evidence,
    PromiseState,
    ReopenReason,
)
from appeals.errors import ConflictError, InvalidError, NotPermittedError, WrongStateError
from appeals.models import Appeal, Applicant, CallBack, Extension, OnSiteCheck, Promise
from appeals.models.steps import MAX_REASON
from appeals.policies import calendar_of, term_for
from appeals.services.base import begin, finish, locked, write
from appeals.services.bodies import end_pause
from appeals.sla import end_of
from citymap.accounts.access import may
from citymap.accounts.models import User

# A device's clock may be off by this much before its time is refused.
CLOCK_SLACK = dt.timedelta(minutes=10)
OLDEST_CHECK = dt.timedelta(days=31)


@write
def check(
    *,
    appeal: Appeal,
    user: User,
    result: CheckResult,
    key: uuid.UUID,
    report: int | None = None,
    note: str = "",
    position: Point | None = None,
    accuracy_m: float | None = None,
    checked_at: dt.datetime | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> OnSiteCheck:
    """Record a look at the place; what is not confirmed goes back to the body.

    key: made by the device, so that a check sent twice is one. position: in the city CRS.
    checked_at: by the device, when it was sent later. report: key of the report that was looked
    at, when another one may stand by now.
    """
    rows = locked([appeal])
    if known := OnSiteCheck.objects.filter(device_key=key, appeal=appeal, inspector=user).first():
        return known
    step = begin(appeal=appeal, operation="check", user=user, version=version, now=now, rows=rows)
    if report is not None and report != step.report.pk:
        raise ConflictError(step.appeal, _("There is another answer by now: look again."))
    if result not in CheckResult.values:
        raise InvalidError("result", _("Choose a result."))
    if result != CheckResult.CONFIRMED and not note.strip():
        raise InvalidError("note", _("Say what you saw."))
    at = checked_at or step.now
    if not step.now - OLDEST_CHECK <= at <= step.now + CLOCK_SLACK:
        raise InvalidError("checked_at", _("The time of the check cannot be right."))
    row = step.appeal
    found = OnSiteCheck.objects.create(
        appeal=row, report=step.report, inspector=user, checked_at=min(at, step.now),
        received_at=step.now, position=position, accuracy_m=accuracy_m,
        distance_m=None if position is None else row.geom.distance(position),
        result=result, note=note.strip(), device_key=key,
    )  # fmt: skip
    finish(step)
    if result == CheckResult.NOT_CONFIRMED:
        reject(appeal=row, user=user, reason=note, now=step.now)
    return found


@write
def reject(
    *,
    appeal: Appeal,
    user: User,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Send the reply back: formal, not confirmed, or disputed at the call back."""
    step = begin(
        appeal=appeal, operation="reject", user=user, version=version, now=now, reason=reason
    )
    back = step.report
    back.sent_back_at, back.sent_back_by, back.sent_back_reason = step.now, user, reason.strip()
    back.save(update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"])
    Promise.objects.filter(report=back, state=PromiseState.OPEN).update(
        state=PromiseState.CANCELLED, decided_at=step.now, decided_by=user
    )
    # The report that stands is the first that counts: this one no more.
    found = finish(step, outcome="", reported_at=None)
    telling.sent_back(found, back)
    return found


@write
def verify(
    *,
    appeal: Appeal,
    user: User,
    how: Evidence,
    flags_note: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """The result holds; its outcome becomes the appeal's."""
    if how not in Evidence.values:
        raise InvalidError("how", _("Choose how it was verified."))
    step = begin(
        appeal=appeal, operation="verify", user=user, version=version, now=now, how=how,
        flags_note=flags_note,
    )  # fmt: skip
    report = step.report
    report.verified_at, report.verified_by, report.verified_how = step.now, user, how
    report.flags_note = flags_note.strip()
    report.save(update_fields=["verified_at", "verified_by", "verified_how", "flags_note"])
    return finish(step, outcome=report.outcome)


@write
def call_back(
    *,
    appeal: Appeal,
    user: User,
    applicant: Applicant,
    result: CallResult,
    satisfaction: int | None = None,
    thanks: bool = False,
    next_try_at: dt.datetime | None = None,
    note: str = "",
    version: int | None = None,
    now: dt.datetime | None = None,
) -> CallBack:
    """Record one attempt to tell one applicant the result."""
    if result not in CallResult.values:
        raise InvalidError("result", _("Choose a result."))
    step = begin(
        appeal=appeal, operation="call_back", user=user, version=version, now=now,
        applicant=applicant, result=result,
    )  # fmt: skip
    if satisfaction is not None and (result != CallResult.TOLD or not 1 <= satisfaction <= 5):
        raise InvalidError("satisfaction", _("Satisfaction is 1 to 5, from who was told."))
    if next_try_at is not None and (result != CallResult.NO_ANSWER or next_try_at <= step.now):
        raise InvalidError("next_try_at", _("A next try lies ahead, after no answer."))
    made = CallBack.objects.create(
        appeal=step.appeal, applicant=applicant, operator=user, called_at=step.now,
        result=result, satisfaction=satisfaction, thanks=thanks, next_try_at=next_try_at,
        note=note.strip(),
    )  # fmt: skip
    finish(step)
    return made


@write
def close(
    *, appeal: Appeal, user: User, version: int | None = None, now: dt.datetime | None = None
) -> Appeal:
    """Taken off control: the result is verified and everybody was told."""
    return finish(begin(appeal=appeal, operation="close", user=user, version=version, now=now))


@write
def reopen(
    *,
    appeal: Appeal,
    user: User | None,
    why: ReopenReason,
    reason: str,
    by_applicant: bool = False,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """Open it again, with a new term from now on; the first deadline stays what it was.

    by_applicant: disputed on the portal, by somebody who knows the code of the appeal.
    """
    step = begin(
        appeal=appeal, operation="reopen", user=user, version=version, now=now, why=why,
        reason=reason, by_applicant=by_applicant,
    )  # fmt: skip
    row = step.appeal
    standing = step.report
    if standing is not None:
        standing.sent_back_at, standing.sent_back_by = step.now, user
        standing.sent_back_reason = reason.strip()
        standing.save(update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"])
    applied = term_for(row.category, row.regime, row.executor, step.today)
    until = end_of(step.now, applied.term, calendar_of(row.executor))
    due = row.due_at
    if due is not None and until > due:
        Extension.objects.create(
            appeal=row, number=row.extensions.count() + 1, given_at=step.now, given_by=user,
            due_before=due, until=until, reason=reason.strip(), by_reopening=True,
        )  # fmt: skip
        due = until
    found = finish(step, outcome="", reported_at=None, due_at=due)
    telling.reopened(found)
    return found


@write
def withdraw(
    *,
    appeal: Appeal,
    user: User,
    reason: str,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Appeal:
    """The applicant takes it back, before a body has accepted it."""
    step = begin(
        appeal=appeal, operation="withdraw", user=user, version=version, now=now, reason=reason
    )
    return finish(step, due_at=end_pause(step, user), paused_at=None)


@write
def claim_kept(
    *, promise: Promise, user: User, note: str, now: dt.datetime | None = None
) -> Promise:
    """The body says that it kept its promise, and how; a coordinator looks and decides."""
    appeal = locked([promise.appeal])[promise.appeal_id]
    row = Promise.objects.select_for_update().get(pk=promise.pk)
    if not may(user, "appeals.promise", row):
        raise NotPermittedError(_("You may not do this with this appeal."))
    if row.state != PromiseState.OPEN:
        raise WrongStateError(_("It was decided already."))
    note = note.replace("\x00", "").strip()
    if not note:
        raise InvalidError("note", _("Say what was done."))
    if len(note) > MAX_REASON:
        raise InvalidError("note", _("The text is too long."))
    row.claimed_at, row.claimed_by, row.claim_note = now or timezone.now(), user, note
    row.save(update_fields=["claimed_at", "claimed_by", "claim_note"])
    telling.promise_claimed(appeal, row)
    return row


@write
def decide_promise(*, promise: Promise, kept: bool, user: User | None, now: dt.datetime) -> Promise:
    """Note that a promise was kept or broken; a decided one stays as it is."""
    # The appeal first: locks are taken in that order everywhere.
    Appeal.objects.select_for_update().get(pk=promise.appeal_id)
    row = Promise.objects.select_for_update().get(pk=promise.pk)
    if row.state == PromiseState.OPEN:
        row.state = PromiseState.KEPT if kept else PromiseState.BROKEN
        row.decided_at, row.decided_by = now, user
        row.save(update_fields=["state", "decided_at", "decided_by"])
    return row
