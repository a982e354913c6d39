"""What becomes known of a message after it left: delivery reports and bounces.

Reports come late, twice, in any order. Delivered is final; a bounce counts only while the message
is out and nothing else is known; a delay is only noted.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import transaction

from citymap.notices import outbox
from citymap.notices.choices import Outcome, State
from citymap.notices.models import Callback, Notice
from citymap.notices.outbox import Entry
from citymap.notices.rules import scrubbed

REPORTED = frozenset({Outcome.DELIVERED, Outcome.BOUNCED, Outcome.DELAYED})
# A message of which one of these is known may still turn out to have arrived.
MAY_HAVE_ARRIVED = frozenset(
    {State.SENT, State.SENDING, State.QUEUED, State.BOUNCED, State.DEAD, State.DELIVERED}
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a server says became of a message. reference: our id of it, or the server's own."""

    reference: str
    outcome: Outcome
    answer: str = ""


@transaction.atomic
def accept(*, channel: str, report: Report, raw: bytes, now: dt.datetime) -> bool:
    """Act upon a report once; False when the message is not ours or the report is known.

    raw: the bytes that make the report the same when it comes again.
    """
    notice = Notice.objects.reported(channel, report.reference).order_by("pk").first()
    if notice is None:
        return False
    digest = hashlib.sha256(b"%d:%s" % (notice.pk, raw)).hexdigest()
    # The unique constraint makes the second of two at once wait for the first.
    _row, new = Callback.objects.get_or_create(channel=channel, digest=digest)
    if new:
        _apply(notice.pk, channel, report, now)
    return new


def _apply(notice_id: int, channel: str, report: Report, now: dt.datetime) -> None:
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    entry = Entry(outcome=report.outcome, answer=scrubbed(report.answer, notice.address))
    outbox.log(notice, entry, at=now, channel=channel)
    free = {"next_attempt_at": None, "lease": None, "lease_until": None}
    if report.outcome == Outcome.DELIVERED and notice.state in MAY_HAVE_ARRIVED:
        times = {"sent_at": notice.sent_at or now, "delivered_at": notice.delivered_at or now}
        Notice.objects.filter(pk=notice.pk).update(**free, **times, state=State.DELIVERED)
    elif report.outcome == Outcome.BOUNCED and _is_out(notice, channel):
        values = outbox.turned_away(notice, now=now, hopeless=State.BOUNCED)
        Notice.objects.filter(pk=notice.pk).update(**free | values)


def _is_out(notice: Notice, channel: str) -> bool:
    return notice.state == State.SENT and notice.channel == channel
