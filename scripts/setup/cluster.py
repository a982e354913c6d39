"""A private PostgreSQL cluster of this checkout, at `var/postgres`.

Reached by a socket in a private folder only, by peer authentication. PostgreSQL refuses to run
as root, and its user can often not enter root's checkout: for root the data lies in
`/var/lib/citymap/<hash>` and belongs to an ordinary system user; `var/postgres` is a link.

The server is a child of this process and dies with it. A cluster is made under another name
and renamed when it is whole, so a killed first run leaves nothing that blocks the second.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from scripts.setup.console import SetupError
from scripts.setup.postgres import postgres_for, server_settings
from scripts.setup.postmaster import (
    BUSY_TIMEOUT_S,
    POLL_S,
    end_leftover_server,
    end_server,
    is_ready,
)
from scripts.setup.programs import dies_with_us, primary_group, run

OWNER_ROLE = "citymap_owner"
RUNTIME_ROLE = "citymap"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist", "unaccent")
ROOT_HOME = Path("/var/lib/citymap")

START_TIMEOUT_S = 300  # recovery after a crash may take minutes
# What a start says while the server before it is still on its way out.
BUSY = re.compile(r"lock file .* already exists|pre-existing shared memory|is another postmaster")

ROLES_SQL = f"""
CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB;
CREATE ROLE {RUNTIME_ROLE} LOGIN NOINHERIT;
GRANT {RUNTIME_ROLE} TO {OWNER_ROLE};
""" + "".join(f"CREATE EXTENSION {name};\n" for name in EXTENSIONS)


class Cluster:
    """One cluster of a checkout. `name` is its place below `var`: postgres, postgres-test.

    throwaway: its data may be lost in a power cut (tests, benchmarks): no fsync.
    """

    def __init__(self, root: Path, name: str = "postgres", *, throwaway: bool = False) -> None:
        self.root = root.resolve()
        self.name = name
        self.throwaway = throwaway
        self.link = self.root / "var" / name
        self.log = self.root / "var" / "log" / f"{name}.log"
        self.caller = pwd.getpwuid(os.geteuid()).pw_name
        self.as_root = os.geteuid() == 0
        self.process: subprocess.Popen | None = None
        self._lock = None

    # --- where things are -----------------------------------------------------------------

    @property
    def key(self) -> str:
        """A hash that tells this checkout from every other, one at the same path included."""
        token = self.root / "var" / "installation"
        if not token.exists():
            token.parent.mkdir(parents=True, exist_ok=True)
            token.write_text(secrets.token_hex(8), encoding="ascii")
        identity = f"{self.root}\0{token.read_text(encoding='ascii')}\0{self.name}"
        return hashlib.sha256(identity.encode()).hexdigest()[:12]

    @property
    def home(self) -> Path:
        return ROOT_HOME / self.key if self.as_root else self.link

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        """Short whatever the checkout's path: a socket's path has 107 bytes at most."""
        if self.as_root:
            return self.home / "socket"
        return Path("/tmp") / f"citymap-{os.geteuid()}-{self.key}"

    @property
    def account(self) -> str:
        """The operating-system user that runs the server."""
        return _system_account() if self.as_root else self.caller

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.socket_folder}"

    def environ(self, database: str) -> dict[str, str]:
        """The settings with which Citymap uses a database of this cluster."""
        return {
            "DATABASE_URL": self.url(RUNTIME_ROLE, database),
            "CITYMAP_OWNER_URL": self.url(OWNER_ROLE, database),
        }

    # --- life -----------------------------------------------------------------------------

    def claim(self) -> None:
        """One process of the checkout at a time; the kernel frees the claim when it dies."""
        if self._lock is not None:
            return
        path = self.root / "var" / f"{self.name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            other = self._lock.read().strip() or "unknown"
            self._release_lock()
            raise SetupError(
                f"var/{self.name} is in use by process {other}: this checkout runs already"
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def start(self) -> bool:
        """Start the server, making the cluster first where there is none; True if it was made.

        Raises SetupError when another process of this checkout runs it already.
        """
        self.claim()
        try:
            self._make_folders()
            made = not (self.data / "PG_VERSION").exists()
            if made:
                self._make()
            self._configure(self.data)
            end_leftover_server(self.data)
            self.process = self._launch(self.data)
        except BaseException:
            self._release_lock()
            raise
        return made

    def stop(self) -> None:
        """End the server: fast, then at once, then by force."""
        if self.process is not None:
            end_server(self.process)
            self.process = None
        self._release_lock()

    def ensure_database(self, database: str) -> None:
        """Make a database that belongs to the owner role, unless it is there."""
        names = {"name": database, "owner": OWNER_ROLE}
        if not self.psql("SELECT 1 FROM pg_database WHERE datname = :'name'", **names).strip():
            self.psql('CREATE DATABASE :"name" OWNER :"owner"', **names)

    def psql(self, statements: str, *, database: str = "postgres", **variables: str) -> str:
        """Run SQL (with psql's `:'variables'`) as the superuser; the answer as plain text."""
        program = postgres_for(self.data).bin / "psql"
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        for name, value in variables.items():
            options += ["-v", f"{name}={value}"]
        return run(
            [program, *options, "-h", self.socket_folder, "-U", "postgres", "-d", database],
            cwd="/",
            user=self.account if self.as_root else None,
            text_in=statements,
        )

    def destroy(self) -> None:
        """End the server and remove the cluster with all its data.

        Raises SetupError when another process of this checkout runs it.
        """
        self.claim()
        if self.process is not None:
            end_server(self.process)
            self.process = None
        if self.data.exists():
            end_leftover_server(self.data)
        for folder in (self.home, self.socket_folder):
            shutil.rmtree(folder, ignore_errors=True)
        if self.link.is_symlink():
            self.link.unlink()
        self._release_lock()

    # --- the pieces -----------------------------------------------------------------------

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _make_folders(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.as_root:
            if self.link.is_dir() and not self.link.is_symlink():
                raise SetupError(
                    f"{self.link} was made by an ordinary user; run as that user, or remove it"
                )
            ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            for folder in (self.home, self.socket_folder):
                folder.mkdir(mode=0o700, exist_ok=True)
                shutil.chown(folder, self.account, primary_group(self.account))
            if self.link.is_symlink():
                self.link.unlink()
            self.link.symlink_to(self.home)
            return
        if self.link.is_symlink():
            raise SetupError(f"{self.link} was made by root; run as root, or remove it")
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _private_folder(self.socket_folder)

    def _make(self) -> None:
        """Make the cluster aside: files, roles, extensions; then give it its name."""
        for unfinished in self.home.glob("data.making-*"):
            end_leftover_server(unfinished)
            shutil.rmtree(unfinished, ignore_errors=True)
        if self.data.exists():  # without PG_VERSION: not ours to use, nor to delete
            self.data.rename(self.data.with_name(f"data.broken-{int(time.time())}"))
        # A name of its own: an initdb that was killed may still be tidying up after itself.
        making = self.home / f"data.making-{secrets.token_hex(4)}"
        run(
            [
                postgres_for(self.data).bin / "initdb",
                f"--pgdata={making}",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth-local=peer",
                "--auth-host=reject",
                *(["--no-sync"] if self.throwaway else ["--data-checksums"]),
            ],
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            user=self.account if self.as_root else None,
        )
        self._configure(making)
        server = self._launch(making)
        try:
            self.psql(ROLES_SQL, database="template1")
        finally:
            end_server(server)
        making.rename(self.data)

    def _configure(self, data: Path) -> None:
        """Write our settings; on every start, so that old clusters follow the code."""
        self._write(
            data / "citymap.conf", server_settings(self.socket_folder, throwaway=self.throwaway)
        )
        main = data / "postgresql.conf"
        include = "include 'citymap.conf'\n"
        if not main.read_text(encoding="utf-8").endswith(include):
            with main.open("a", encoding="utf-8") as file:
                file.write(include)
        self._write(data / "pg_hba.conf", "local all all peer map=citymap\n")
        allowed = {(self.account, "postgres"), (self.caller, OWNER_ROLE)}
        allowed.add((self.caller, RUNTIME_ROLE))
        lines = [f'citymap "{who}" {role}\n' for who, role in sorted(allowed)]
        self._write(data / "pg_ident.conf", "".join(lines))

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        if self.as_root:
            shutil.chown(path, self.account, primary_group(self.account))

    def _launch(self, data: Path) -> subprocess.Popen:
        """Start the server and wait until it takes connections.

        Tries again for a while when a server before it is still on its way out.
        """
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            offset = self.log.stat().st_size if self.log.exists() else 0
            server = self._spawn(data)
            if self._wait_until_ready(server, data):
                return server
            with self.log.open(encoding="utf-8", errors="replace") as file:
                file.seek(offset)
                said = file.read()
            if not BUSY.search(said) or time.monotonic() > deadline:
                raise SetupError(f"PostgreSQL did not start ({self.log}):\n{said[-3000:]}")
            end_leftover_server(data)
            time.sleep(0.5)

    def _spawn(self, data: Path) -> subprocess.Popen:
        identity = {}
        if self.as_root:
            group = primary_group(self.account)
            identity = {"user": self.account, "group": group, "extra_groups": []}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [postgres_for(data).bin / "postgres", "-D", data],
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                # SIGINT is PostgreSQL's fast shutdown. Set after the change of user, which
                # would clear it: subprocess runs this function last.
                preexec_fn=dies_with_us(signal.SIGINT),
                **identity,
            )

    def _wait_until_ready(self, server: subprocess.Popen, data: Path) -> bool:
        """True when the server takes connections, False when it ended instead."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while server.poll() is None:
            if is_ready(data, server.pid):
                return True
            if time.monotonic() > deadline:
                end_server(server)
                raise SetupError(f"PostgreSQL did not get ready in {START_TIMEOUT_S} s")
            time.sleep(POLL_S)
        return False


def _system_account() -> str:
    """The user that runs servers for root: Debian's postgres, else one of our own."""
    for name in ("postgres", "citymap"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "citymap"])
    return "citymap"


def _private_folder(path: Path) -> None:
    """Make a folder in a place where others may write; refuse one that is not ours alone."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o077:
        raise SetupError(f"{path} exists and is not a private folder of ours: remove it")
