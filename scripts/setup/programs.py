"""Running other programs so that none outlives us."""

import contextlib
import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from citymap.process import die_with_parent
from scripts.setup.console import SetupError

OUTPUT_SHOWN_CHARS = 4000
GRACE_S = 5


def dies_with_us(by: int = signal.SIGTERM):
    """A `preexec_fn`: the kernel sends `by` to the child when this process is gone."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, by=by)


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    quiet: bool = True,
    text_in: str | None = None,
) -> str:
    """Run a program to its end and return what it printed; SetupError with that if it failed.

    user: run as this user (root only). quiet: keep its output for the error message.
    """
    identity = (
        {} if user is None else {"user": user, "group": primary_group(user), "extra_groups": []}
    )
    process = subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL if text_in is None else subprocess.PIPE,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        errors="replace",
        process_group=0,
        preexec_fn=dies_with_us(),
        **identity,
    )
    try:
        said, _ = process.communicate(text_in)
    except BaseException:
        end_group(process)
        raise
    if process.returncode:
        shown = (said or "")[-OUTPUT_SHOWN_CHARS:]
        program = " ".join(str(argument) for argument in arguments[:4])
        raise SetupError(f"{program} ended with status {process.returncode}\n{shown}".rstrip())
    return said or ""


def run_in_foreground(arguments: Sequence[str | Path], *, env: Mapping[str, str]) -> int:
    """Run a program that shares our terminal, Ctrl-C included; its exit status."""
    process = subprocess.Popen(
        [str(argument) for argument in arguments], env=env, preexec_fn=dies_with_us()
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()  # a second hint does no harm: the terminal has told it too


def end_group(process: subprocess.Popen) -> None:
    """End a program and all that it started."""
    for number, seconds in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(seconds)


def primary_group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
