"""Web and worker under supervision: started again, stopped together, never orphaned."""

import os
import signal
import sys
import urllib.request

import pytest

from scripts.setup import supervisor as module
from scripts.setup.console import SetupError
from scripts.setup.supervisor import Child, Supervisor
from tests.support.processes import command_of, family_of, is_alive, wait_for
from tests.support.server import free_port, start_program

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('up', grandchild.pid, flush=True)\n"
    "time.sleep(600)\n"
)
SERVE = """
import os, sys, time
from pathlib import Path
from scripts.setup.commands import serve
from scripts.setup.project import Checkout
class Here(Checkout):
    python = Path(sys.executable)
    var = Path(sys.argv[2])
try:
    serve(Here(Path.cwd()), None, dict(os.environ), int(sys.argv[1]), time.monotonic())
except KeyboardInterrupt:
    pass
"""


@pytest.fixture
def child(tmp_path):
    made = []

    def make(code: str, name: str = "child") -> Child:
        command = [sys.executable, "-c", code]
        made.append(Child(name, command, dict(os.environ), tmp_path, tmp_path / f"{name}.log"))
        return made[-1]

    yield make
    for one in made:
        one.kill_group(signal.SIGKILL)
        if one.process:
            one.process.wait()


def test_child_that_ends_at_once_stops_the_start_with_its_last_words(child):
    supervisor = Supervisor([child("raise SystemExit('no such port')")])
    with pytest.raises(SetupError, match="no such port"):
        supervisor.start(lambda: "not yet")


def test_start_takes_only_so_long(child, monkeypatch):
    monkeypatch.setattr(module, "START_TIMEOUT_S", 0.5)
    with pytest.raises(SetupError, match="not ready after .* the worker has never run"):
        Supervisor([child(SLEEPER)]).start(lambda: "the worker has never run")


def test_what_ends_is_started_again_ever_more_slowly(child, monkeypatch, capsys):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.1)
    one = child("print('once', flush=True)")
    one.pause = 0.1
    supervisor = Supervisor([one])
    one.start()
    turns = []

    def watch() -> str:
        turns.append(one.pause)
        if one.log.read_text().count("once") >= 3:
            supervisor.stop.set()
        return ""

    supervisor.watch(watch)
    assert sorted(set(turns)) == [0.1, 0.2, 0.4]
    assert "child ended with status 0; starting it again" in capsys.readouterr().out


def test_lost_database_ends_the_watch(child):
    one = child(SLEEPER)
    one.start()
    with pytest.raises(SetupError, match="PostgreSQL ended"):
        Supervisor([one]).watch(lambda: "PostgreSQL ended by itself")


def test_stubborn_child_is_killed_with_its_whole_group(child, monkeypatch):
    monkeypatch.setattr(module, "GRACE_S", 0.5)
    one = child(STUBBORN)
    one.start()
    assert wait_for(lambda: "up" in one.last_words())
    grandchild = int(one.last_words().split()[1])
    assert is_alive(grandchild)
    Supervisor([one]).end()
    assert not is_alive(one.process.pid)
    assert wait_for(lambda: not is_alive(grandchild))


def test_large_log_is_put_aside(child, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_LOG_BYTES", 10)
    one = child(SLEEPER)
    one.log.write_text("x" * 11)
    one.start()
    assert one.log.with_suffix(".log.1").read_text() == "x" * 11


@pytest.fixture
def running(empty_city_copy, tmp_path):
    """Web and worker as `make run` starts them; (process, url, log)."""
    (tmp_path / "static").mkdir()
    env = empty_city_copy.environ | {"CITYMAP_STATIC_ROOT": str(tmp_path / "static")}
    port, log = free_port(), tmp_path / "run.log"
    process = start_program("-c", SERVE, str(port), str(tmp_path), env=env, log=log)
    assert wait_for(lambda: "Ctrl-C" in log.read_text() or process.poll() is not None, 60)
    assert process.poll() is None, log.read_text()
    yield process, f"http://127.0.0.1:{port}", log
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_everything_runs_and_ctrl_c_stops_it(running):
    process, url, log = running
    with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
        assert answer.status == 200
    said = log.read_text()
    assert f"{url}/\n" in said
    assert "operator" in said
    assert "citymap-demo" in said
    family = family_of(process.pid)
    assert len(family) >= 4  # granian, its two workers, the worker
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert not any(map(is_alive, family))


def test_kill_9_leaves_no_orphans(running):
    process, _, _ = running
    family = family_of(process.pid)
    assert len(family) >= 4
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert wait_for(lambda: not any(map(is_alive, family)), 25)


def test_killed_worker_is_started_again(running):
    process, url, log = running
    worker = next(one for one in family_of(process.pid) if "worker" in command_of(one))
    os.kill(worker, signal.SIGKILL)
    assert wait_for(lambda: "worker ended with status -9" in log.read_text())

    def works_again() -> bool:
        others = family_of(process.pid) - {worker}
        return any("worker" in command_of(one) for one in others)

    assert wait_for(works_again)
