"""A port to listen on, on this machine only."""

import socket
import time

from scripts.setup.console import SetupError, say

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
TRIES = 50
PATIENCE_S = 5.0


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(wanted: str | None) -> int:
    """The port asked for, or 8000, or the next free one when nobody asked.

    SetupError when the one asked for is no port or is taken; a server that is just ending
    gets a few seconds to leave it.
    """
    if not wanted:
        for port in range(DEFAULT_PORT, DEFAULT_PORT + TRIES):
            if is_free(port):
                if port != DEFAULT_PORT:
                    say(f"  port {DEFAULT_PORT} is taken: using {port}")
                return port
        raise SetupError(f"ports {DEFAULT_PORT} to {port} are all taken: make run PORT=...")
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise SetupError(f"PORT={wanted} is no port number")
    deadline = time.monotonic() + PATIENCE_S
    while not is_free(int(wanted)):
        if time.monotonic() > deadline:
            raise SetupError(
                f"port {wanted} is taken by another program."
                " Stop that, or choose another: make run PORT=8001"
            )
        time.sleep(0.2)
    return int(wanted)
