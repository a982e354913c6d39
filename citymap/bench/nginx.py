"""A real nginx with the configuration of `deploy/nginx`, on loopback, in a folder of its own.

Benchmarks measure it, tests ask it.
"""

import os
import shutil
import socket
import string
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

START_TIMEOUT_S = 10
SANDBOX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes {workers};
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


class NginxError(RuntimeError):
    """nginx is not there or does not start."""


def find_nginx() -> str | None:
    """The nginx program, also where it lies outside an ordinary user's path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def site(values: Mapping[str, str]) -> str:
    """The project's configuration with its `${...}` filled in; nginx's own `$...` are kept."""
    text = (settings.BASE_DIR / "deploy" / "nginx" / "citymap.conf").read_text(encoding="utf-8")
    return string.Template(text).safe_substitute(values)


def free_port() -> int:
    """A port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_nginx(
    *, var: Path, static_root: Path, upstream: str, workers: int = 1, extra: str = ""
) -> Iterator[str]:
    """Serve `var` and `static_root`; yields the address `http://127.0.0.1:PORT`.

    extra: further `server` blocks, for comparisons. Raises NginxError.
    """
    program = find_nginx()
    if program is None:
        raise NginxError("nginx is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="citymap-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        values = {
            "CITYMAP_LISTEN": f"127.0.0.1:{port}",
            "CITYMAP_SERVER_NAME": "localhost 127.0.0.1",
            "CITYMAP_UPSTREAM": upstream,
            "CITYMAP_VAR": str(var),
            "CITYMAP_STATIC_ROOT": str(static_root),
        }
        text = SANDBOX.format(
            folder=folder,
            workers=workers,
            # Started by root it would read as nobody, who may not enter root's folders.
            user="user root;" if os.geteuid() == 0 else "",
            site=site(values) + extra,
        )
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        log = folder / "error.log"
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(log)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/static/", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_S)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    raise NginxError(f"nginx does not answer at {url}:\n{said}")
