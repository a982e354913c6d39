"""A real nginx with the configuration of `deploy/nginx`, on loopback, in a folder of its own."""

import os
import shutil
import string
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.databases import ROOT
from tests.support.server import free_port

CONFIGURATION = ROOT / "deploy" / "nginx" / "citymap.conf"
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


def find_nginx() -> str | None:
    """The nginx program, also where it lies outside an ordinary user's path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def site(values: Mapping[str, str]) -> str:
    """The project's configuration with its `${...}` filled in; nginx's own `$...` are kept."""
    return string.Template(CONFIGURATION.read_text(encoding="utf-8")).safe_substitute(values)


@contextmanager
def running_nginx(
    *, var: Path, static_root: Path, upstream: str, workers: int = 1, extra: str = ""
) -> Iterator[str]:
    """Serve `var` and `static_root`; yields the address `http://127.0.0.1:PORT`.

    extra: further `server` blocks, for comparisons.
    """
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
        configuration = folder / "nginx.conf"
        configuration.write_text(
            SANDBOX.format(
                folder=folder,
                workers=workers,
                # Started by root it would read as nobody, who may not enter the test's folders.
                user="user root;" if os.geteuid() == 0 else "",
                site=site(values) + extra,
            ),
            encoding="utf-8",
        )
        log = folder / "error.log"
        process = subprocess.Popen(
            [find_nginx(), "-p", str(folder), "-c", str(configuration), "-e", str(log)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/static/", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 10
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
    raise AssertionError(f"nginx does not answer at {url}:\n{said}")
