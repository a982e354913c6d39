"""Runs web and worker until told to stop; starts again what ends by itself.

Every child has a process group of its own. On stop each gets SIGTERM and 20 seconds, then its
whole group is killed. Should this process be killed outright, the kernel tells the children.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.setup.console import SetupError, say
from scripts.setup.programs import dies_with_us

GRACE_S = 20
START_TIMEOUT_S = 60
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
# One that has lived this long is started again at once.
STEADY_AFTER_S = 30.0
LARGEST_LOG_BYTES = 20 * 2**20


@dataclass
class Child:
    """A program that is kept running; what it says goes to `log`."""

    name: str
    arguments: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    process: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0.0
    pause: float = FIRST_PAUSE_S
    due: float = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments,
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=dies_with_us(signal.SIGTERM),
            )
        self.started = time.monotonic()

    def kill_group(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def last_words(self, characters: int = 2000) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text[-characters:]


class Supervisor:
    """Keeps children running until `stop` is set."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stop = threading.Event()

    def start(self, is_ready: Callable[[], str]) -> None:
        """Start all and wait until `is_ready()` says nothing is missing.

        SetupError when a child ends before that, or when it takes too long.
        """
        for child in self.children:
            child.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        missing = "nothing was asked yet"
        while missing and not self.stop.is_set():
            for child in self.children:
                if child.process.poll() is not None:
                    raise SetupError(f"{child.name} ended:\n{child.last_words()}")
            if time.monotonic() > deadline:
                raise SetupError(f"not ready after {START_TIMEOUT_S} s: {missing}")
            missing = is_ready()
            self.stop.wait(0.1)

    def watch(self, still_there: Callable[[], str]) -> None:
        """Start again what ends, until `stop`; SetupError when `still_there()` objects."""
        while not self.stop.wait(0.2):
            if problem := still_there():
                raise SetupError(problem)
            for child in self.children:
                self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process.poll() is None:
            return
        if not child.due:
            # What it left running must not stand in the way of the next one.
            child.kill_group(signal.SIGKILL)
            if now - child.started > STEADY_AFTER_S:
                child.pause = FIRST_PAUSE_S
            child.due = now + child.pause
            say(
                f"  {child.name} ended with status {child.process.returncode};"
                f" starting it again in {child.pause:.0f} s (log: {child.log})"
            )
        elif now >= child.due:
            child.due = 0.0
            child.pause = min(child.pause * 2, LONGEST_PAUSE_S)
            child.start()

    def end(self) -> None:
        """Stop every child: SIGTERM, 20 s of grace together, then their groups are killed."""
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + GRACE_S
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                child.kill_group(signal.SIGKILL)
                child.process.wait()


def what_readyz_says(url: str) -> str:
    """Nothing when `/readyz` answers 200, else what is wrong."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode(errors="replace")[:1000] or str(error)
    except OSError as error:
        return str(error)
