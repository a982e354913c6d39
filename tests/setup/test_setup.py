"""Steps, stamps, ports and what is said when something is missing."""

import os
import re
import socket
import sys

import pytest

from scripts.setup import ports, project, system
from scripts.setup.console import SetupError, step
from scripts.setup.pins import pins
from scripts.setup.ports import choose_port
from scripts.setup.postgres import find_postgres, server_settings
from scripts.setup.programs import run
from scripts.setup.project import Checkout, ensure_messages, ensure_python, pinned
from scripts.setup.stamps import Stamp, content_key
from tests.support.databases import ROOT
from tests.support.server import free_port


def test_step_says_what_became_of_it_and_how_long_it_took(capsys):
    with step("static files") as this:
        this.note = "collected"
    with pytest.raises(ValueError, match="broken"), step("migrations"):
        raise ValueError("broken")
    done, failed = capsys.readouterr().out.splitlines()
    assert done.split() == ["static", "files", "collected", "0.0", "s"]
    assert failed.split()[:2] == ["migrations", "failed"]


def test_key_depends_on_names_and_contents(tmp_path):
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("x")
    other.write_text("x")
    keys = {content_key(files=[one]), content_key(files=[other]), content_key("p", files=[one])}
    assert len(keys) == 3
    before = content_key(files=[one])
    one.write_text("y")
    assert content_key(files=[one]) != before


def test_stamp_holds_only_its_key(tmp_path):
    stamp = Stamp(tmp_path, "node")
    assert not stamp.holds("k")
    stamp.set("k")
    assert stamp.holds("k")
    assert not stamp.holds("other")
    stamp.forget()
    assert not stamp.holds("k")


def test_failing_program_shows_what_it_said():
    with pytest.raises(SetupError, match=r"status 3\nwhy not"):
        run([sys.executable, "-c", "print('why not'); raise SystemExit(3)"])


def test_asked_for_port_is_used_or_refused(monkeypatch):
    monkeypatch.setattr(ports, "PATIENCE_S", 0.3)
    port = free_port()
    assert choose_port(str(port)) == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(SetupError, match=f"port {port} is taken .* PORT="):
            choose_port(str(port))


def test_next_free_port_is_taken_when_nobody_asked(monkeypatch, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setattr(ports, "DEFAULT_PORT", port)
        assert choose_port(None) > port
    assert f"port {port} is taken: using" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1", "80.5"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(SetupError, match="is no port number"):
        choose_port(text)


@pytest.fixture
def bare_machine(monkeypatch):
    """Nothing of what we need is there, and we may install nothing."""
    needs = {name: (lambda: False, packages) for name, (_, packages) in system.NEEDS.items()}
    monkeypatch.setattr(system, "NEEDS", needs)
    monkeypatch.setattr(system, "root_prefix", lambda: None)


def test_without_root_the_exact_apt_line_is_printed(bare_machine):
    with pytest.raises(SetupError) as refusal:
        system.ensure_system(("venv", "postgres", "node"))
    said = str(refusal.value)
    assert (
        "apt-get install -y --no-install-recommends"
        " python3-venv postgresql-15 postgresql-15-postgis-3 nodejs npm"
    ) in said
    # Before that, Debian is kept from starting a server of its own.
    assert said.index("create_main_cluster = false") < said.index("apt-get install")


def test_no_cluster_policy_where_postgres_is_there(bare_machine):
    with pytest.raises(SetupError) as refusal:
        system.ensure_system(("gettext",))
    assert "create_main_cluster" not in str(refusal.value)


def test_what_is_there_is_found():
    assert system.has_command("sh")
    assert not system.has_command("sh", "no-such-command-of-ours")
    assert find_postgres() is not None
    assert find_postgres(14) is None


def test_settings_of_a_throwaway_cluster_are_quick_and_of_ours_safe(tmp_path):
    ours = server_settings(tmp_path, throwaway=False)
    assert "jit = off" in ours
    assert "listen_addresses = ''" in ours
    assert "fsync" not in ours
    assert "fsync = off" in server_settings(tmp_path, throwaway=True)


def test_pins_of_development_are_left_out_of_a_server(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("# a comment\ndjango==5.2.1\npytest==9.0  # dev\n\n")
    assert pinned(path, dev=False) == ["django==5.2.1"]
    assert pinned(path, dev=True) == ["django==5.2.1", "pytest==9.0"]


def test_constraints_hold_everything_that_is_needed():
    """What `make pins` would write is what is there, versions of this environment apart."""
    written = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert re.sub(r"==\S+", "", pins(ROOT / "pyproject.toml")) == re.sub(r"==\S+", "", written)


@pytest.fixture
def small_checkout(tmp_path):
    """A project without packages, so that `.venv` is quick to make."""
    (tmp_path / "constraints.txt").write_text("")
    return Checkout(tmp_path)


@pytest.fixture
def installed(monkeypatch):
    """Calls of pip, which would go to the network; everything around it is the real thing."""
    calls = []
    monkeypatch.setattr(project, "_pip_install", lambda *arguments: calls.append(arguments))
    return calls


def test_python_environment_is_made_once_and_again_when_it_is_broken(
    small_checkout, capsys, installed
):

    def note() -> str:
        ensure_python(small_checkout, dev=False)
        return capsys.readouterr().out

    assert ".venv made" in note()
    assert "unchanged" in note()
    (small_checkout.root / "constraints.txt").write_text("x==1\n")
    assert "brought up to date" in note()
    (small_checkout.venv / "bin" / "pip").unlink()
    small_checkout.python.unlink()
    assert ".venv made" in note()
    assert len(installed) == 3


def test_killed_installation_is_done_again(small_checkout, monkeypatch, installed):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    ensure_python(small_checkout, dev=False)
    (small_checkout.root / "constraints.txt").write_text("x==1\n")
    with monkeypatch.context() as patch:
        patch.setattr(project, "_pip_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ensure_python(small_checkout, dev=False)
    (small_checkout.root / "constraints.txt").write_text("")
    ensure_python(small_checkout, dev=False)
    assert len(installed) == 2


def test_translations_are_compiled_once(small_checkout, capsys):
    folder = small_checkout.root / "app" / "locale" / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Yard"\nmsgstr "Двор"\n'
    )
    ensure_messages(small_checkout)
    assert (folder / "django.mo").stat().st_size
    ensure_messages(small_checkout)
    (folder / "django.mo").unlink()
    ensure_messages(small_checkout)
    notes = [line.split()[1:-2] for line in capsys.readouterr().out.splitlines()]
    assert notes == [["1", "compiled"], ["unchanged"], ["1", "compiled"]]


def test_faulty_translation_stops_with_its_place(small_checkout):
    folder = small_checkout.root / "app" / "locale" / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "Yard\nmsgstr "Двор"\n')
    with pytest.raises(SetupError, match=r"django\.po:2: end-of-line within string"):
        ensure_messages(small_checkout)


def test_root_prefix_is_empty_for_root():
    if os.geteuid() == 0:
        assert system.root_prefix() == []
    else:
        assert system.root_prefix() in (None, ["sudo", "-n"])
