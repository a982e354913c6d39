"""What a benchmark works with: databases of its own, servers, and a load on them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.db import connection, connections
from psycopg2 import sql

HOST = "127.0.0.1"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20

# wrk asks for the paths in turn and prints one JSON line at the end; latencies are in us.
LUA = """
local paths = {%s}
local turn = 0
request = function()
  turn = turn %% #paths + 1
  return wrk.format("GET", paths[turn])
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "seconds": %%f, "failed": %%d, "p50_us": %%f, "p95_us": %%f}\\n',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50), latency:percentile(95)))
end
"""


class BenchError(Exception):
    """A benchmark cannot be run; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a load on a server showed."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class Bench:
    """Given to every benchmark. `folder` is var/bench; `say` reports progress."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say

    # --- databases ------------------------------------------------------------------------

    def environ(self, database: str = "") -> dict[str, str]:
        """Environment of a program that works on `database` (or on the one we work on)."""
        database = database or connection.settings_dict["NAME"]
        env = {key: value for key, value in os.environ.items() if key != "CITYMAP_DB_ROLE"}
        for key in ("DATABASE_URL", "CITYMAP_OWNER_URL"):
            if url := os.environ.get(key):
                address, question, options = url.partition("?")
                env[key] = f"{address.rpartition('/')[0]}/{database}{question}{options}"
        return env | {"CITYMAP_VAR": str(self.folder / database)}

    def fresh_database(self, database: str) -> dict[str, str]:
        """Drop and make `database`, migrated and empty; the environment to work on it."""
        shutil.rmtree(self.folder / database, ignore_errors=True)
        (self.folder / database).mkdir(parents=True)
        with _maintenance() as cursor:
            name = sql.Identifier(database)
            _drop(cursor, name)
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
        env = self.environ(database)
        self.program("manage.py", "migrate", "--verbosity=0", env=env)
        return env

    def kept_database(
        self, database: str, fill: Callable[[Mapping[str, str]], None], *, key: str
    ) -> dict[str, str]:
        """A database filled by `fill(environ)`, kept between runs as long as `key` is the same."""
        with _maintenance() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [database],
            )
            if (row := cursor.fetchone()) and row[0] == key:
                return self.environ(database)
        env = self.fresh_database(database)
        fill(env)
        with _maintenance() as cursor:
            cursor.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(database), sql.Literal(key)
                )
            )
        return env

    # --- programs -------------------------------------------------------------------------

    def program(self, *arguments: str, env: Mapping[str, str]) -> tuple[float, str]:
        """Run a Python program of the project; (seconds, output). BenchError when it fails."""
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=dict(env),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return time.perf_counter() - started, done.stdout

    @contextmanager
    def server(self, env: Mapping[str, str], *, application: str = "") -> Iterator[str]:
        """A granian as `manage.py serve` starts it, or for another WSGI application; its URL."""
        port = _free_port()
        command = ["manage.py", "serve", f"--port={port}"]
        if application:
            command += [f"--application={application}"]
        log = self.folder / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env=dict(env) | {"CITYMAP_STATIC_ROOT": str(settings.STATIC_ROOT)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        url = f"http://{HOST}:{port}"
        try:
            _wait_until_answers(f"{url}/healthz", process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def load(
        self,
        url: str,
        paths: Sequence[str],
        *,
        clients: int,
        seconds: float = 5.0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Load:
        """Ask `url` for `paths` in turn by that many clients at once (wrk, one thread).

        BenchError when an answer is not 2xx or 3xx. Asks each path once beforehand.
        """
        if shutil.which("wrk") is None:
            raise BenchError("wrk is not installed: make bench installs it")
        for path in dict.fromkeys(paths):
            request = urllib.request.Request(url + path, headers=dict(headers))
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
        script = self.folder / "paths.lua"
        script.write_text(LUA % ", ".join(json.dumps(path) for path in paths), encoding="utf-8")
        done = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s",
             *(f"-H{name}: {value}" for name, value in headers.items()), "-s", str(script), url],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        _, found, line = done.stdout.partition("RESULT ")
        if done.returncode or not found:
            raise BenchError(f"wrk on {url}: {done.stdout}{done.stderr}")
        figures = json.loads(line)
        if figures["failed"]:
            raise BenchError(f"{figures['failed']} requests to {url} failed")
        return Load(
            requests=figures["requests"],
            seconds=figures["seconds"],
            p50_ms=figures["p50_us"] / 1000,
            p95_ms=figures["p95_us"] / 1000,
        )


def _drop(cursor, name: sql.Identifier) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(name)
    try:
        cursor.execute(drop + sql.SQL(" WITH (FORCE)"))
    except psycopg2.errors.InsufficientPrivilege:
        # The server vacuums there by itself. FORCE may not end that session, a drop without
        # it does: it waits some seconds for it.
        cursor.execute(drop)


@contextmanager
def _maintenance() -> Iterator:
    """A cursor outside any transaction, as the role that this process connects with."""
    session = psycopg2.connect(**connection.get_connection_params() | {"dbname": "postgres"})
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise BenchError(f"{urlsplit(url).netloc} does not answer:\n{said}")


@contextmanager
def working_on(database: str) -> Iterator[None]:
    """The default connection works on `database`."""
    connection.close()
    configuration = connections.settings["default"]
    before = configuration["NAME"]
    configuration["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        configuration["NAME"] = before
