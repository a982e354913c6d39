import gc
import ipaddress
import os
import socket
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from citymap.process import die_with_parent

APPLICATION = "citymap.wsgi.application"
# A thread that idles keeps its database connection for as long (CITYMAP_CONN_MAX_AGE).
THREAD_IDLE_S = 600
KILL_AFTER_S = 15
LOG_CONFIG = {
    "formatters": {"structured": {"()": "citymap.logs.structured_formatter"}},
    "handlers": {
        name: {"class": "logging.StreamHandler", "formatter": "structured"}
        for name in ("console", "access")
    },
}


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


def in_worker(application: Callable, parent: int) -> Callable:
    """What each worker process does first: it never outlives its server."""
    die_with_parent(parent)
    return application


class Command(BaseCommand):
    help = "Serves Citymap by granian, after every system check. The demo stays on loopback."
    # The application itself makes those that matter, whoever serves it.
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port (%(default)s)")
        parser.add_argument(
            "--application",
            default=APPLICATION,
            help="dotted name of a WSGI application, for benchmarks (%(default)s)",
        )

    def handle(self, *args, host: str, port: int, application: str, **options) -> None:
        if settings.CITYMAP_DEMO and not is_loopback(host):
            raise CommandError(
                f"CITYMAP_DEMO=1 refuses to listen on {host}: the demo's passwords are known to"
                " everybody. Use 127.0.0.1, or unset CITYMAP_DEMO for a real installation.",
                returncode=2,
            )
        refuse_taken_port(host, port)
        try:
            loaded = import_string(application)
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {error}") from error
        self.serve(loaded, application, host, port)

    def serve(self, loaded: Callable, name: str, host: str, port: int) -> None:
        """Fork the workers off this process, where everything is loaded already."""
        connections.close_all()
        gc.collect()
        gc.freeze()  # what is shared with the workers is not looked through again
        server = Granian(
            name,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.CITYMAP_WEB_WORKERS,
            blocking_threads=settings.CITYMAP_WEB_THREADS,
            blocking_threads_idle_timeout=THREAD_IDLE_S,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_AFTER_S,
            log_level=LogLevels.warning,
            log_dictconfig=LOG_CONFIG,
        )
        server.serve(target_loader=partial(in_worker, loaded, os.getpid()), wrap_loader=False)
