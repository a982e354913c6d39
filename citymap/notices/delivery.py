"""Delivering what is due: lanes that claim, write, send and settle, one notice at a time each.

Doubles: a lane has at most one message between sending and settlement, so a kill can double at
most one message per lane, and it carries the same Message-ID.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.db.models import Count

from citymap.notices import breaker, outbox
from citymap.notices.channels.base import (
    Channel,
    ChannelTroubleError,
    CutShortError,
    DeferredError,
    DeliveryError,
    Message,
    Receipt,
    RefusedError,
    Session,
    channels,
)
from citymap.notices.choices import Outcome, State
from citymap.notices.models import Attempt, Notice
from citymap.notices.outbox import Clock, Entry
from citymap.notices.registry import kinds
from citymap.notices.rendering import Words, written
from citymap.notices.rules import in_quiet_hours, scrubbed

logger = structlog.get_logger("citymap.notices")

# A notice that met a server in trouble comes back after this; the breaker decides when in truth.
AFTER_TROUBLE = dt.timedelta(seconds=5)
# Channel after channel may be tried in one run.
ROUNDS = 4
LEASE_PER_LIMIT = 2
RATE_WINDOW = dt.timedelta(minutes=1)
TRIED = (
    Outcome.SENT, Outcome.DELIVERED, Outcome.DEFERRED, Outcome.REFUSED, Outcome.TROUBLE,
)  # fmt: skip


def deliver(*, now: dt.datetime, seconds: float | None = None) -> Counter:
    """Deliver what is due at `now`, for at most so many seconds; counts by outcome.

    Safe to run at the same time as itself: each notice is sent by one of them.
    """
    clock = Clock(now)
    until = time.monotonic() + (seconds if seconds is not None else 1e9)
    tally: Counter = Counter()
    tally["taken back"] = outbox.take_back_expired(now=now)
    for _round in range(ROUNDS):
        lanes = _lanes(clock, until)
        if not lanes:
            break
        before = tally.total()
        for counted in _run(lanes):
            tally += counted
        if tally.total() == before:
            break
    return tally


def _lanes(clock: Clock, until: float) -> list["Lane"]:
    """A lane or more for each channel that has something due and can be used."""
    now, lanes = clock.now(), []
    for channel in channels:
        hushed = hushed_kinds(channel, now)
        due = (
            Notice.objects.filter(
                channel=channel.name, state=State.QUEUED, next_attempt_at__lte=now
            )
            .exclude(kind__in=hushed)
            .aggregate(Count("pk"))["pk__count"]
        )
        if due and not channel.problem() and not breaker.waits(channel.name, now):
            lane = Lane(channel, clock, until)
            lanes += [lane] * min(max(channel.at_once, 1), due)
    return lanes


def hushed_kinds(channel: Channel, now: dt.datetime) -> list[str]:
    """Kinds that wait for the end of the quiet hours."""
    if not channel.disturbs or not in_quiet_hours(now, ZoneInfo(settings.TIME_ZONE)):
        return []
    return [kind.name for kind in kinds if kind.quiet_hours]


def _run(lanes: list["Lane"]) -> Iterator[Counter]:
    """Run the lanes: one here, several in threads of their own."""
    if len(lanes) == 1:
        yield lanes[0].run()
        return
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="notices") as threads:
        for done in [threads.submit(lane.run_in_thread) for lane in lanes]:
            yield done.result()


@dataclass(frozen=True)
class Done:
    """What became of one attempt: the line of the log, and what changes."""

    notice: Notice
    entry: Entry
    values: dict[str, Any]


class Lane:
    """Sends the notices of one channel, one after the other. Has no state of its own."""

    def __init__(self, channel: Channel, clock: Clock, until: float) -> None:
        self.channel = channel
        self.clock = clock
        self.until = until

    def run_in_thread(self) -> Counter:
        close_old_connections()
        try:
            return self.run()
        finally:
            connection.close()

    def run(self) -> Counter:
        """Until nothing is due, the time is over, or the server is in trouble for long."""
        tally: Counter = Counter()
        again = True
        while again and self._may_go_on():
            try:
                with self.channel.session() as session:
                    again = self._work(session, tally)
            except ChannelTroubleError as error:
                self._trouble(error)
                again = True
        return tally

    def _may_go_on(self) -> bool:
        in_time = time.monotonic() < self.until
        return in_time and not breaker.waits(self.channel.name, self.clock.now())

    def _work(self, session: Session, tally: Counter) -> bool:
        """Send over one session; True when another session is needed to go on."""
        done: Done | None = None
        healthy = False
        while True:
            with transaction.atomic():
                if done:
                    outbox.settle(done.notice, done.entry, done.values, now=self.clock.now())
                    tally[str(done.entry.outcome)] += 1
                notice = self._claim()
            if notice is None:
                return False
            with self._counted_trouble() as trouble:
                done = self._attempt(session, notice, trouble)
            if trouble:
                outbox.settle(done.notice, done.entry, done.values, now=self.clock.now())
                tally[str(done.entry.outcome)] += 1
                return True
            if not healthy:
                breaker.worked(self.channel.name, now=self.clock.now())
                healthy = True

    @contextmanager
    def _counted_trouble(self) -> Iterator[list[DeliveryError]]:
        """Troubles noted in the list are told to the breaker."""
        trouble: list[DeliveryError] = []
        yield trouble
        for error in trouble:
            self._trouble(error)

    def _trouble(self, error: DeliveryError) -> None:
        breaker.failed(self.channel.name, now=self.clock.now(), said=str(error))
        logger.warning("channel in trouble", channel=self.channel.name, said=scrubbed(str(error)))

    def _claim(self) -> Notice | None:
        """The next notice, within the time and the rate."""
        now = self.clock.now()
        if time.monotonic() >= self.until or not self._within_rate(now):
            return None
        return outbox.claim(
            self.channel.name,
            now=now,
            lease_s=self.channel.limit_s * LEASE_PER_LIMIT,
            not_kinds=hushed_kinds(self.channel, now),
        )

    def _within_rate(self, now: dt.datetime) -> bool:
        if not self.channel.per_minute:
            return True
        lately = Attempt.objects.filter(
            channel=self.channel.name, at__gt=now - RATE_WINDOW, at__lte=now, outcome__in=TRIED
        )
        return lately.count() < self.channel.per_minute

    def _attempt(self, session: Session, notice: Notice, trouble: list[DeliveryError]) -> Done:
        """Write and send one notice. Raises only when the database fails."""
        began = time.monotonic()
        address, words = "", None
        try:
            address = self.channel.address_of(notice)
            if not address:
                return self._without_address(notice)
            words = written(notice)
            message = message_of(notice, address, words)
            if time.monotonic() - began > self.channel.limit_s:
                # Too little of the lease is left to send within it.
                raise DeferredError("writing it took too long")
            receipt = session.send(message)
        except (DatabaseError, InterfaceError):
            raise
        except DeliveryError as error:
            if isinstance(error, ChannelTroubleError | CutShortError):
                trouble.append(error)
            return self._not_taken(notice, error, address, words)
        except Exception as error:
            logger.warning("notice cannot be written", notice=notice.pk, kind=notice.kind,
                           error=type(error).__name__)  # fmt: skip
            return self._failed(notice, error, address)
        return self._taken(notice, receipt, address, words)

    def _taken(self, notice: Notice, receipt: Receipt, address: str, words: Words) -> Done:
        values = outbox.taken(
            notice,
            now=self.clock.now(),
            delivered=receipt.delivered,
            accompanying=self.channel.accompanies,
            reference=receipt.reference,
        )
        outcome = Outcome.DELIVERED if receipt.delivered else Outcome.SENT
        return Done(notice, _entry(outcome, receipt.answer, address, words), values)

    def _not_taken(
        self, notice: Notice, error: DeliveryError, address: str, words: Words | None
    ) -> Done:
        now, said = self.clock.now(), str(error)
        if isinstance(error, RefusedError):
            values = outbox.turned_away(notice, now=now, hopeless=State.BOUNCED)
            return Done(notice, _entry(Outcome.REFUSED, said, address, words), values)
        if isinstance(error, ChannelTroubleError):
            values = outbox.not_tried(now=now, wait=error.wait or AFTER_TROUBLE)
            return Done(notice, _entry(Outcome.TROUBLE, said, address, words), values)
        cut = isinstance(error, CutShortError)
        outcome = Outcome.INTERRUPTED if cut else Outcome.DEFERRED
        values = outbox.put_off(notice, now=now, at_least=error.wait)
        return Done(notice, _entry(outcome, said, address, words), values)

    def _without_address(self, notice: Notice) -> Done:
        """The next channel's turn; after the last, the bell may have told already."""
        told = notice.delivered_at is not None
        hopeless = State.DELIVERED if told else State.DEAD
        values = outbox.turned_away(notice, now=self.clock.now(), hopeless=hopeless)
        return Done(notice, Entry(outcome=Outcome.NO_ADDRESS), values)

    def _failed(self, notice: Notice, error: Exception, address: str) -> Done:
        """Our own mistake: not to be repeated by itself, so it waits among the dead letters."""
        said = f"{type(error).__name__}: {error}"
        entry = Entry(outcome=Outcome.FAILED, answer=scrubbed(said, address))
        return Done(notice, entry, {"state": State.DEAD})


def message_of(notice: Notice, address: str, words: Words) -> Message:
    """The notice as it leaves."""
    return Message(
        message_id=notice.message_id,
        public_id=str(notice.public_id),
        kind=notice.kind,
        address=address,
        language=words.language,
        subject=words.subject,
        text=words.text,
        html=words.html,
        sms=words.sms,
        files=list(notice.notice_files.select_related("attachment")),
    )


def _entry(outcome: Outcome, said: str, address: str, words: Words | None) -> Entry:
    return Entry(
        outcome=outcome,
        answer=scrubbed(said, address),
        language=words.language if words else "",
        words=words.version if words else "",
    )
