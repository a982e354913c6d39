"""Processes that never outlive whoever started them (Linux). Standard library only."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None, *, by: int = signal.SIGTERM) -> None:
    """Ask the kernel to send `by` to this process when its parent dies, even by `kill -9`.

    parent: the parent's process id as known before the fork; when the parent has died in
    the meantime, the signal is raised at once. Holds over exec, not over a change of user.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), by)
