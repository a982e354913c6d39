"""The commands behind `make run`, `make test`, `make bench`, `make lint` and their helpers."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from citymap.demo import DEMO_LOGINS, DEMO_PASSWORD
from scripts.setup import project
from scripts.setup.cluster import Cluster
from scripts.setup.console import say, step
from scripts.setup.ports import HOST, choose_port
from scripts.setup.programs import run as run_program
from scripts.setup.programs import run_in_foreground
from scripts.setup.project import Checkout
from scripts.setup.supervisor import Child, Supervisor, what_readyz_says
from scripts.setup.system import ensure_system

DATABASE = "citymap"
TRUE = {"1", "true", "yes", "y", "on", "ok"}  # as django-environ reads it
OUR_SETTINGS = ("CITYMAP_", "DATABASE_URL", "EMAIL_URL", "DJANGO_")
# Named whatever else is cleared: where the real extract lies.
KEPT_FOR_TESTS = ("CITYMAP_REAL_DATA",)
PEERS = ("tipg==1.3.1", "uvicorn==0.54.0")

DROP_TEST_DATABASES_SQL = r"""
SELECT format('DROP DATABASE %I WITH (FORCE)', datname)
FROM pg_database WHERE datname LIKE 'test\_%' \gexec
"""


def _environ_of_this_checkout() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.getcwd(), "PYTHONUNBUFFERED": "1"}


def _clean_environ() -> dict[str, str]:
    """The environment without settings of ours: tests and benchmarks choose their own."""
    return {
        key: value
        for key, value in _environ_of_this_checkout().items()
        if key in KEPT_FOR_TESTS or not key.startswith(OUR_SETTINGS)
    } | {"CITYMAP_DEMO": "1"}


def _start_cluster(cluster: Cluster) -> None:
    with step("PostgreSQL") as this:
        made = cluster.start()
        cluster.ensure_database(DATABASE)
        this.note = f"{'made' if made else 'started'} at var/{cluster.name}"


def _ensure_project(checkout: Checkout, *, needs: tuple[str, ...], dev: bool) -> None:
    ensure_system(("venv", *needs))
    project.ensure_python(checkout, dev=dev)
    project.ensure_node(checkout)
    project.ensure_map_library(checkout)
    project.ensure_messages(checkout)


def _write_settings_file(checkout: Checkout, settings: dict[str, str]) -> None:
    """So that manage.py and the scripts find the cluster without an environment."""
    path = checkout.var / "citymap.env"
    path.touch(mode=0o600)
    lines = ["# Written by make run; read by citymap/settings.py when DATABASE_URL is not set.\n"]
    lines += [f"{name}={value}\n" for name, value in settings.items()]
    path.write_text("".join(lines), encoding="utf-8")


def run(checkout: Checkout, rest: list[str]) -> int:
    """Set up, start everything, and serve until Ctrl-C."""
    started = time.monotonic()
    say("Citymap\n")
    env = {"CITYMAP_DEMO": "1"} | _environ_of_this_checkout()
    cluster = None if env.get("DATABASE_URL") else Cluster(checkout.root)
    try:
        if cluster:
            cluster.claim()
        port = choose_port(os.environ.get("PORT"))
        database = "postgres" if cluster else "geo"
        _ensure_project(checkout, needs=("node", "gettext", database), dev=False)
        if cluster:
            _start_cluster(cluster)
            settings = cluster.environ(DATABASE) | {"CITYMAP_DEMO": env["CITYMAP_DEMO"]}
            env |= settings
            _write_settings_file(checkout, settings)
        project.ensure_static(checkout, env)
        _prepare_database(checkout, env)
        return serve(checkout, cluster, env, port, started)
    finally:
        if cluster:
            cluster.stop()


def _prepare_database(checkout: Checkout, env: dict[str, str]) -> None:
    demo = ["--demo"] if _wants_demo(env) else []
    run_program([checkout.python, "manage.py", "prepare", *demo], env=env, quiet=False)


def _wants_demo(env: dict[str, str]) -> bool:
    """Whether an empty database is to be filled: unless DEMO=0, or it is no demo at all."""
    return env.get("DEMO") != "0" and env["CITYMAP_DEMO"].lower() in TRUE


def serve(
    checkout: Checkout, cluster: Cluster | None, env: dict[str, str], port: int, started: float
) -> int:
    """Run web and worker until Ctrl-C; `started` is when the person began to wait."""
    logs = checkout.var / "log"
    url = f"http://{HOST}:{port}"
    # Links in letters lead here, unless they are to lead elsewhere.
    env = {"CITYMAP_URL": url} | env

    def child(name: str, *arguments: str) -> Child:
        command = [str(checkout.python), "manage.py", *arguments]
        return Child(name, command, env, checkout.root, logs / f"{name}.log")

    supervisor = Supervisor(
        [child("web", "serve", f"--host={HOST}", f"--port={port}"), child("worker", "worker")]
    )
    try:
        with step("web and worker") as this:
            supervisor.start(lambda: what_readyz_says(url))
            this.note = "ready"
        _welcome(url, env, logs, time.monotonic() - started)
        supervisor.watch(lambda: _database_problem(cluster))
    except KeyboardInterrupt:
        say("\nstopping ...")
    finally:
        supervisor.end()
    say("stopped")
    return 0


def _database_problem(cluster: Cluster | None) -> str:
    if cluster is None or cluster.process.poll() is None:
        return ""
    return f"PostgreSQL ended by itself; its log is {cluster.log}"


def _welcome(url: str, env: dict[str, str], logs: Path, seconds: float) -> None:
    say(f"\n  ready after {seconds:.1f} s\n\n  {url}/\n")
    if _wants_demo(env):
        say(f"  sign in at {url}/accounts/login/ as one of")
        half = len(DEMO_LOGINS) // 2
        for names in (DEMO_LOGINS[:half], DEMO_LOGINS[half:]):
            say(f"    {', '.join(names)}")
        say(f"  with the password {DEMO_PASSWORD}\n")
    else:
        say("  an administrator: ./manage.py createsuperuser\n")
    say(f"  logs: {logs}\n  Ctrl-C stops everything")


def test(checkout: Checkout, rest: list[str]) -> int:
    """Run every test on a cluster of its own."""
    _ensure_project(
        checkout, needs=("node", "gettext", "postgres", "chromium", "pdftotext"), dev=True
    )
    cluster = Cluster(checkout.root, "postgres-test", throwaway=True)
    try:
        _start_cluster(cluster)
        cluster.psql(DROP_TEST_DATABASES_SQL)
        env = _clean_environ() | cluster.environ(DATABASE)
        say()
        arguments = rest or _all_cores()
        return run_in_foreground([checkout.python, "-m", "pytest", *arguments], env=env)
    finally:
        cluster.stop()


def _all_cores() -> list[str]:
    """All the tests: a process per core, each module's tests in one of them."""
    cores = len(os.sched_getaffinity(0))
    return [f"--numprocesses={cores}", "--dist=loadfile"] if cores > 1 else []


def bench(checkout: Checkout, rest: list[str]) -> int:
    """Run the benchmarks on a cluster of their own and write var/bench/latest.json."""
    needs = ("node", "gettext", "postgres", "nginx", "osm2pgsql", "wrk")
    _ensure_project(checkout, needs=needs, dev=True)
    peers = project.ensure_side_venv(checkout, ".bench-venv", list(PEERS))
    cluster = Cluster(checkout.root, "postgres-bench", throwaway=True)
    try:
        _start_cluster(cluster)
        env = _clean_environ() | cluster.environ(DATABASE)
        env["CITYMAP_BENCH_PEERS"] = str(peers.parent.parent)
        project.ensure_static(checkout, env)
        run_program([checkout.python, "manage.py", "migrate", "--verbosity=0"], env=env)
        say()
        return run_in_foreground([checkout.python, "manage.py", "bench", *rest], env=env)
    finally:
        cluster.stop()


def lint(checkout: Checkout, rest: list[str]) -> int:
    """Check style, import rules, templates and translations."""
    ensure_system(("venv", "gettext", "geo"))
    project.ensure_python(checkout, dev=True)
    env = _clean_environ() | {"DATABASE_URL": "postgresql:///none"}
    checks = (
        ("ruff", "check", "--quiet"),
        ("ruff", "format", "--check", "--quiet"),
        ("lint-imports", "--no-logo"),
        ("python", "-m", "scripts.lint"),
    )
    failed = []
    for program, *arguments in checks:
        name = " ".join((program, *arguments))
        if run_in_foreground([checkout.venv / "bin" / program, *arguments], env=env):
            failed.append(name)
    say(f"lint: {'; '.join(failed)} failed" if failed else "lint: all is well")
    return 1 if failed else 0


def setup(checkout: Checkout, rest: list[str]) -> int:
    """Install what is missing, start nothing."""
    _ensure_project(checkout, needs=("node", "gettext", "postgres"), dev=False)
    return 0


def screenshots(checkout: Checkout, rest: list[str]) -> int:
    """Make the pictures of docs/img from a running Citymap."""
    _ensure_project(checkout, needs=("node", "gettext", "geo", "chromium"), dev=True)
    command = [checkout.python, "scripts/screenshots.py", *rest]
    return run_in_foreground(command, env=_environ_of_this_checkout())


def database(checkout: Checkout, rest: list[str]) -> int:
    """Start the database alone, until Ctrl-C."""
    ensure_system(("venv", "postgres"))
    cluster = Cluster(checkout.root)
    try:
        _start_cluster(cluster)
        settings = cluster.environ(DATABASE) | {"CITYMAP_DEMO": "1"}
        _write_settings_file(checkout, settings)
        for name, value in settings.items():
            say(f'  export {name}="{value}"')
        cluster.process.wait()
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        cluster.stop()


def pins(checkout: Checkout, rest: list[str]) -> int:
    """Write constraints.txt from what .venv has."""
    project.write_pins(checkout)
    return 0


def clean(checkout: Checkout, rest: list[str]) -> int:
    """Remove the clusters with all their data, and what set-up made."""
    for name in ("postgres", "postgres-test", "postgres-bench"):
        with step(f"var/{name}") as this:
            cluster = Cluster(checkout.root, name)
            cluster.destroy()
            this.note = "removed"
    return 0


COMMANDS: dict[str, Callable[[Checkout, list[str]], int]] = {
    "run": run,
    "test": test,
    "bench": bench,
    "lint": lint,
    "setup": setup,
    "database": database,
    "screenshots": screenshots,
    "pins": pins,
    "clean": clean,
}
