"""The worker killed at random while it delivers: what was sent, what was recorded, what doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q

from citymap.history.models import Protocol, ProtocolKind
from citymap.history.protocols import open_protocol
from citymap.jobs.models import JobRun
from citymap.notices import services
from citymap.notices.choices import Outcome, State
from citymap.notices.models import Attempt, Notice
from citymap.notices.recipients import Recipient

WAIT_S = 120.0
KIND = "protocol_opened"
ADDRESS = "office{number}@city.example"


@dataclass(frozen=True, kw_only=True)
class Account:
    """What became of the notices. doubles: letters beyond the first of each Message-ID."""

    notices: int
    kills: int
    kills_in_flight: int
    sent: int
    recorded_once: int
    lost: int
    doubles: int
    strange_doubles: int


@contextmanager
def mail_server(folder: Path, *, think_s: float) -> Iterator[int]:
    """The server of `server.py`; its port."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "citymap.notices.benchmarks.server", str(folder)]
    process = subprocess.Popen([*command, str(think_s)], cwd=settings.BASE_DIR)
    try:
        _wait(lambda: (folder / "port").exists(), "the mail server does not start")
        yield int((folder / "port").read_text())
    finally:
        process.kill()
        process.wait()


@contextmanager
def nursery(env: Mapping[str, str], log: Path) -> Iterator[Callable[[], int]]:
    """A function that starts a worker and returns its process group; they write to `log`."""
    output = log.open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "citymap.notices.benchmarks.nursery"],
        cwd=settings.BASE_DIR,
        env=dict(env) | {"DJANGO_SETTINGS_MODULE": "citymap.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        text=True,
    )

    def start() -> int:
        process.stdin.write("\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    try:
        yield start
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        output.close()


def owe_many(count: int, *, stage: str = "") -> None:
    """Owe as many notices by e-mail; texts that need nothing else."""
    source = Protocol.objects.first() or open_protocol(
        kind=ProtocolKind.values[0], what="measured", context={}
    )
    for number in range(count):
        services.owe(
            kind=KIND,
            source=source,
            stage=f"{stage}{number}",
            recipient=Recipient.address("email", ADDRESS.format(number=number)),
            why="measured",
        )


def run(
    *, start: Callable[[], int], taken: Path, kills: int, chance: random.Random, pace: float
) -> Account:
    """Kill workers in mid-delivery, then let one finish; what became of all notices.

    start: starts a worker, returns its process group; pace: letters between kills, on average.
    """
    in_flight = 0
    for _kill in range(kills):
        group = _started(start)
        goal = len(received(taken)) + chance.uniform(0, 2 * pace)
        _wait(lambda goal=goal: len(received(taken)) >= goal or not _open(), "nothing arrives")
        time.sleep(chance.uniform(0, 0.02))
        os.killpg(group, signal.SIGKILL)
        in_flight += Notice.objects.filter(state=State.SENDING).exists()
    last = _started(start)
    try:
        _wait(lambda: not _open(), "the last worker does not finish")
    finally:
        os.killpg(last, signal.SIGKILL)
    return account(received(taken), kills=kills, in_flight=in_flight)


def account(letters: list[str], *, kills: int, in_flight: int) -> Account:
    """Compare what the server took with what is recorded."""
    counted = Counter(letters)
    doubled = {message for message, count in counted.items() if count > 1}
    sent_once = Q(log__outcome=Outcome.SENT)
    rows = Notice.objects.annotate(times=Count("log", filter=sent_once))
    interrupted = set(
        Attempt.objects.filter(outcome=Outcome.INTERRUPTED).values_list(
            "notice__message_id", flat=True
        )
    )
    return Account(
        notices=Notice.objects.count(),
        kills=kills,
        kills_in_flight=in_flight,
        sent=rows.filter(state=State.SENT).count(),
        recorded_once=rows.filter(times=1).count(),
        lost=Notice.objects.exclude(message_id__in=counted).count(),
        doubles=counted.total() - len(counted),
        strange_doubles=len(doubled - interrupted),
    )


def received(taken: Path) -> list[str]:
    """Message-IDs that the server took, in order."""
    return taken.read_text().split() if taken.exists() else []


def _open() -> bool:
    return Notice.objects.open().exists()


def _started(start: Callable[[], int]) -> int:
    """A worker that begins at once, whatever its schedule says."""
    JobRun.objects.filter(name="notices").update(next_due_at=None)
    return start()


def _wait(condition: Callable[[], object], complaint: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.002)
