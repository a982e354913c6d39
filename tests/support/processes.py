"""Looking at processes by /proc: a bare machine has no ps(1)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process as /proc shows it; zombies are not alive."""

    id: int
    parent: int
    group: int
    alive: bool


def processes() -> list[Process]:
    """Every process of the machine."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, parent, group = stat.rpartition(")")[2].split()[:3]
            found.append(Process(int(entry.name), int(parent), int(group), state != "Z"))
    return found


def is_alive(process_id: int) -> bool:
    return any(one.id == process_id and one.alive for one in processes())


def group_of(group: int) -> set[int]:
    """The living processes of a process group."""
    return {one.id for one in processes() if one.group == group and one.alive}


def family_of(process_id: int) -> set[int]:
    """Every living descendant of a process."""
    everybody = processes()
    family, found = {process_id}, {process_id}
    while found:
        found = {one.id for one in everybody if one.parent in family and one.alive} - family
        family |= found
    return family - {process_id}


def command_of(process_id: int) -> list[str]:
    """The command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_text(encoding="utf-8").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
