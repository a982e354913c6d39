"""The server as a process: what it refuses, what it serves, how it ends."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.support.databases import ROOT
from tests.support.processes import group_of, wait_for
from tests.support.server import free_port, start_program, stop_program, wait_until_answers


@pytest.fixture
def environ(empty_city_copy, tmp_path):
    (tmp_path / "static").mkdir()
    return empty_city_copy.environ | {"CITYMAP_STATIC_ROOT": str(tmp_path / "static")}


def refused(*arguments: str, env: dict[str, str]) -> str:
    """What the server says when it does not start."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_demo_refuses_to_listen_beyond_loopback(environ, host):
    said = refused(f"--host={host}", env=environ)
    assert f"CITYMAP_DEMO=1 refuses to listen on {host}" in said


def test_demo_secret_is_refused_outside_the_demo(environ):
    said = refused(env=environ | {"CITYMAP_DEMO": "0"})
    assert "the demo secret is refused outside the demo" in said


def test_taken_port_is_said_in_words(environ):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(f"--port={port}", env=environ)
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in said


def test_missing_database_is_said_in_words(environ):
    absent = environ["DATABASE_URL"].replace("test_", "absent_")
    said = refused(env=environ | {"DATABASE_URL": absent})
    assert "the database does not answer" in said


def test_other_servers_are_guarded_by_the_application_itself(environ):
    """The WSGI application refuses an unsafe installation whoever loads it."""
    done = subprocess.run(
        [sys.executable, "-c", "import citymap.wsgi"],
        cwd=ROOT,
        env=environ | {"CITYMAP_DEMO": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "citymap.E002" in done.stderr


ASK = """
from citymap.wsgi import application
def start(status, headers):
    print(status)
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "SERVER_NAME": "localhost",
           "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http",
           "wsgi.input": __import__("io").BytesIO()}
for peer in ("127.0.0.1", "::1", "192.0.2.7", "nonsense"):
    list(application(environ | {"REMOTE_ADDR": peer}, start))
"""


def test_demo_answers_its_own_machine_only(environ):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    statuses = [line[:3] for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert statuses == ["200", "200", "403", "403"]


def test_serves_logs_in_json_and_leaves_nobody_behind(environ, tmp_path):
    log = tmp_path / "server.log"
    port = free_port()
    process = start_program("manage.py", "serve", f"--port={port}", env=environ, log=log)
    try:
        wait_until_answers(f"http://127.0.0.1:{port}/healthz", process, log)
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz?q=private", timeout=5)
        with answer.value as error:
            assert error.code == 503  # no worker runs
            assert error.headers["X-Request-Id"]
        assert len(group_of(process.pid)) >= 3
        # Even by kill -9 of the main process.
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert wait_for(lambda: not group_of(process.pid), 10)
    finally:
        if process.poll() is None:
            stop_program(process)
    said = log.read_text()
    assert '"path": "/readyz"' in said
    assert "private" not in said  # query strings are what people typed


def test_ends_politely(environ, tmp_path):
    log = tmp_path / "server.log"
    port = free_port()
    process = start_program("manage.py", "serve", f"--port={port}", env=environ, log=log)
    wait_until_answers(f"http://127.0.0.1:{port}/healthz", process, log)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(20) == 0
    assert group_of(process.pid) == set()
