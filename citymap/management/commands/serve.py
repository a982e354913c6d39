import ipaddress
import os
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

LOG_CONFIG = Path(__file__).resolve().parent.parent.parent / "granian-logging.json"
GRANIAN_OPTIONS = (
    "--interface=wsgi",
    "--no-ws",
    "--log-level=warning",
    f"--log-config={LOG_CONFIG}",
    "--respawn-failed-workers",
    # A thread that idles keeps its database connection for as long (CITYMAP_CONN_MAX_AGE).
    "--blocking-threads-idle-timeout=600",
    "--workers-kill-timeout=15",
)


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address) is this machine and nothing else."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except socket.gaierror as error:
        raise CommandError(f"--host {host}: {error}") from error
    return all(ipaddress.ip_address(address).is_loopback for address in found)


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError when something listens there (the server itself would share it)."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.",
                returncode=2,
            ) from error


class Command(BaseCommand):
    help = "Serves Citymap by granian, after every system check. The demo stays on loopback."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port (%(default)s)")
        parser.add_argument(
            "--application",
            default="citymap.wsgi:application",
            help="WSGI application, for benchmarks (%(default)s)",
        )

    def handle(self, *args, host: str, port: int, application: str, **options) -> None:
        if settings.CITYMAP_DEMO and not is_loopback(host):
            raise CommandError(
                f"CITYMAP_DEMO=1 refuses to listen on {host}: the demo's passwords are known to"
                " everybody. Use 127.0.0.1, or unset CITYMAP_DEMO for a real installation.",
                returncode=2,
            )
        self.check(tags=[Tags.security])
        try:
            self.check(tags=[Tags.database], databases=["default"])
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {error}") from error
        refuse_taken_port(host, port)
        connections.close_all()
        os.environ["CITYMAP_SERVE_PID"] = str(os.getpid())
        os.execv(
            sys.executable,
            [
                sys.executable,
                "-m",
                "granian",
                *GRANIAN_OPTIONS,
                f"--host={host}",
                f"--port={port}",
                f"--workers={settings.CITYMAP_WEB_WORKERS}",
                f"--blocking-threads={settings.CITYMAP_WEB_THREADS}",
                application,
            ],
        )
