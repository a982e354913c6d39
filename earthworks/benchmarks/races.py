"""Sweeps that run together, sweeps that race an extension: shared by tests and benchmark."""

import datetime as dt
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection
from django.utils import timezone

from citymap.notices import outbox
from citymap.notices.choices import State
from citymap.notices.models import Notice
from earthworks.choices import Addressee, ClaimState
from earthworks.models import Claim, Order
from earthworks.services import claims, works
from earthworks.workflow import LIVE_CLAIM


def together(*tasks: Callable[[], object]) -> list[Exception]:
    """Run tasks in threads that begin at the same moment; what they raised."""
    gate, raised = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], object]) -> None:
        try:
            gate.wait(30)
            task()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def faults(orders: Sequence[Order], now: dt.datetime) -> list[str]:
    """What is wrong with the claims of overdue `orders`: lost, double, numbers with gaps."""
    found = []
    for order in orders:
        counts = Counter(
            Claim.objects.filter(order=order, deadline__version=order.deadline_version)
            .values_list("addressee", flat=True)
        )  # fmt: skip
        if counts != {Addressee.HOLDER: 1, Addressee.POLICE: 1}:
            found.append(f"{order}: {dict(counts)}")
    for addressee in Addressee:
        numbers = sorted(Claim.objects.filter(addressee=addressee).values_list("serial", flat=True))
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"{addressee}: numbers {numbers}")
    letters = Counter(
        Notice.objects.filter(stage=claims.LETTER).values_list("source_id", flat=True)
    )
    for claim in Claim.objects.filter(made_at__lte=now):
        if letters[str(claim.pk)] != 1:
            found.append(f"{claim}: {letters[str(claim.pk)]} letters")
    return found


def send_one() -> None:
    """What the worker does with one letter: lease, send, settle."""
    now = timezone.now()
    taken = outbox.claim("email", now=now, lease_s=60)
    if taken is not None:
        values = outbox.taken(
            taken, now=now, delivered=False, accompanying=False, reference="250 ok"
        )
        outbox.settle(taken, outbox.Entry(outcome="sent"), values, now=now)


def race_extension(order: Order, *, user, until: dt.date, now: dt.datetime, chance: random.Random):
    """Extend an overdue order while a sweep makes its claims and a worker sends them.

    Returns what is wrong afterwards; the order of commits is left to chance.
    """
    pauses = [chance.uniform(0, 0.03) for _ in range(2)]
    wait = threading.Event()

    def extend() -> None:
        wait.wait(pauses[0])
        works.extend(order=order, new_until=until, reason="race", user=user, now=now)

    def sweep() -> None:
        wait.wait(pauses[1])
        claims.make_claims(now=now)
        claims.send_claims(now=now)
        send_one()

    raised = together(extend, sweep)
    return [repr(error) for error in raised] + silent_or_live(order)


def silent_or_live(order: Order) -> list[str]:
    """Claims for a deadline left behind: none is live, and none that left ended in silence."""
    order.refresh_from_db()
    found = []
    for claim in Claim.objects.filter(order=order).exclude(
        deadline__version=order.deadline_version
    ):
        letters = Notice.objects.filter(source_id=str(claim.pk), stage=claims.LETTER)
        left = letters.filter(state__in=[State.SENT, State.SENDING, State.DELIVERED]).exists()
        told = Notice.objects.filter(source_id=str(claim.pk), kind=claims.WITHDRAWAL).exists()
        if claim.state in LIVE_CLAIM:
            found.append(f"{claim} is live")
        if left and not (claim.state == ClaimState.WITHDRAWN and told):
            found.append(f"{claim} left and ended in silence: {claim.state}")
        if letters.filter(state=State.QUEUED).exists():
            found.append(f"{claim} ended, and its letter still goes")
    return found
