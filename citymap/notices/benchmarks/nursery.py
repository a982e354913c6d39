"""Starts workers quickly: loads everything once, then forks one at each line that it reads.

    python -m citymap.notices.benchmarks.nursery

Each worker is the one of `manage.py worker`, started again when it ends, in a process group of
its own, so that the whole group can be killed. Its process id is printed.
"""

import os
import sys
import threading
import time
from contextlib import suppress

import django

from citymap.process import die_with_parent


def grow() -> None:
    """Fork a worker at each line of standard input, until it ends."""
    from citymap.jobs.worker import WorkerEndedError, work  # noqa: PLC0415 (after the set-up)

    parent = os.getpid()
    for _line in sys.stdin:
        while True:
            try:
                ended, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not ended:
                break
        child = os.fork()
        # By both, whoever comes first: whoever reads the number may kill the group at once.
        os.setpgid(child, child)
        if child:
            print(child, flush=True)
            continue
        die_with_parent(parent)
        while True:
            # Where the one before has only just been killed, the database still holds its lock.
            with suppress(WorkerEndedError):
                work(threading.Event())
            time.sleep(0.05)


if __name__ == "__main__":
    django.setup()
    grow()
