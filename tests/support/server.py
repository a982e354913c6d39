"""The real server over a copy of the demo city, for browser tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.citymap.notices import smtpd
from tests.citymap.notices.smtpd import Mailbox
from tests.support.databases import ROOT, City, run_program

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


@dataclass(frozen=True, kw_only=True)
class LiveServer:
    """A running server: its address, its city, where it writes what it has to say, its mail."""

    url: str
    city: City
    log: Path
    mailbox: Mailbox

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_program(*arguments: str, env: dict[str, str], log: Path) -> subprocess.Popen:
    """Start a program of the project in a process group of its own; output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop_program(process: subprocess.Popen) -> None:
    """End a program politely, then its whole group."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    """Return when `url` answers 200; AssertionError with the log when it does not in time."""
    deadline = time.monotonic() + START_TIMEOUT_S
    reason = ""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            reason = f"{error.code} {error.read().decode(errors='replace')[:500]}"
            error.close()
        except OSError as error:
            reason = str(error)
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-4000:]
    raise AssertionError(f"{url} does not answer: {reason}\n{said}")


@pytest.fixture(scope="session")
def live_server_process(city_templates, tmp_path_factory):
    """Server and worker as the runtime role, with hashed static files and a mail server."""
    folder = tmp_path_factory.mktemp("live-server")
    log = folder / "server.log"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    mailbox, mail_port = Mailbox(), free_port()
    mail = smtpd.start(mailbox, port=mail_port)
    with city_templates.copy("demo") as city:
        env = city.environ | {
            "CITYMAP_STATIC_ROOT": str(folder / "static"),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }
        run_program("manage.py", "collectstatic", "--no-input", "--verbosity=0", env=env)
        started = [start_program("manage.py", "worker", env=env, log=log)]
        try:
            started.append(start_program("manage.py", "serve", f"--port={port}", env=env, log=log))
            wait_until_answers(f"{url}/readyz", started[-1], log)
            yield LiveServer(url=url, city=city, log=log, mailbox=mailbox)
        finally:
            for process in reversed(started):
                stop_program(process)
            mail.stop()
