"""One PostgreSQL server process: is it ready, is it left over, how does it end."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

BUSY_TIMEOUT_S = 10
STOP_TIMEOUT_S = 20
POLL_S = 0.05


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="ascii").splitlines()
    except OSError:
        return []


def is_ready(data: Path, process_id: int) -> bool:
    """Whether the server `process_id` on this data folder takes connections."""
    lines = _lines(data)
    return len(lines) >= 8 and lines[0] == str(process_id) and lines[7].strip() == "ready"


def processes_in(data: Path) -> set[int]:
    """Servers and backends at work in a data folder: their working directory is there."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == str(data):
                    found.add(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def end_server(server: subprocess.Popen) -> None:
    """End a server of ours: fast shutdown; immediate when that takes too long; by force."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_TIMEOUT_S)
            return


def end_leftover_server(data: Path) -> None:
    """End a server that a process before us left, or clear its lock where only that is left.

    A lock file whose process id now belongs to something else stops PostgreSQL for good, so
    it is removed once nothing works in the folder. Orphaned backends end by themselves when
    they miss their server; the lock names their shared memory and stays until they have.
    """
    lines = _lines(data)
    if not lines or not lines[0].isdigit():
        return
    process_id = int(lines[0])
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process_id not in processes_in(data):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)
        wait_until(lambda: process_id not in processes_in(data), BUSY_TIMEOUT_S)
    if wait_until(lambda: not processes_in(data), BUSY_TIMEOUT_S):
        (data / "postmaster.pid").unlink(missing_ok=True)
