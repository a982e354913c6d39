"""What the person at the terminal reads: one line per step, with the time it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do next."""


def say(text: str = "") -> None:
    print(text, flush=True)


class Step:
    """A step in progress; `note` replaces what its line says."""

    def __init__(self) -> None:
        self.note = "done"


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Print `title`, then what became of it and how long it took."""
    this, started = Step(), time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"  {title} ...", end="\r", flush=True)
    try:
        yield this
    except BaseException:
        this.note = "failed"
        raise
    finally:
        seconds = time.monotonic() - started
        say(f"  {title:<22} {this.note:<44} {seconds:7.1f} s")
