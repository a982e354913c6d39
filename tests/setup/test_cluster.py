"""The private cluster, really started, killed, broken and recovered."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from scripts.setup.cluster import ROOT_HOME, Cluster
from scripts.setup.console import SetupError
from scripts.setup.postmaster import processes_in, wait_until

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ORDINARY_USER = "citymap-tests"

# A program that starts a cluster and says so, for tests that kill it.
HOLDER = """
import sys, time
from pathlib import Path
from scripts.setup.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]), throwaway=True)
cluster.start()
print("started", cluster.data, flush=True)
time.sleep(600)
"""


@pytest.fixture
def cluster(tmp_path):
    one = Cluster(tmp_path, throwaway=True)
    yield one
    one.destroy()


def ask(cluster: Cluster, statement: str, role: str = "citymap_owner", database="postgres") -> str:
    session = psycopg2.connect(cluster.url(role, database))
    try:
        with session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]
    finally:
        session.close()


def hold(cluster: Cluster) -> subprocess.Popen:
    """Start the cluster in a process of its own."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(cluster.root)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline().startswith("started")
    return holder


def kill(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdout.close()


def test_first_start_makes_roles_extensions_and_settings(cluster):
    assert cluster.start() is True
    cluster.ensure_database("city")
    cluster.ensure_database("city")
    assert ask(cluster, "SELECT current_user", "citymap") == "citymap"
    assert ask(cluster, "SHOW jit") == "off"
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert ask(cluster, "SELECT postgis_lib_version()", database="city").startswith("3.")
    assert ask(
        cluster,
        "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension"
        " WHERE extname <> 'plpgsql'",
        database="city",
    ) == ["btree_gist", "pg_trgm", "postgis", "unaccent"]
    assert ask(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'city'") == "C.UTF-8"


def test_roles_have_no_more_than_they_need(cluster):
    cluster.start()
    owner, runtime = (
        ask(cluster, f"SELECT (rolsuper, rolcreatedb, rolcreaterole, rolinherit)::text"
                     f" FROM pg_roles WHERE rolname = '{role}'")
        for role in ("citymap_owner", "citymap")
    )  # fmt: skip
    assert owner == "(f,t,f,t)"
    assert runtime == "(f,f,f,f)"
    with pytest.raises(psycopg2.OperationalError, match="[Pp]eer authentication failed"):
        ask(cluster, "SELECT 1", "stranger")
    if os.geteuid() == 0:  # root's clusters are run by another user, who alone is superuser
        with pytest.raises(psycopg2.OperationalError, match="[Pp]eer authentication failed"):
            ask(cluster, "SELECT 1", "postgres")


def test_socket_is_private_and_short(cluster):
    cluster.start()
    assert cluster.socket_folder.stat().st_mode & 0o077 == 0
    assert len(str(cluster.socket_folder / ".s.PGSQL.5432")) < 80


def test_long_path_of_the_checkout_is_no_matter(tmp_path):
    deep = tmp_path / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    cluster = Cluster(deep, throwaway=True)
    try:
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1
    finally:
        cluster.destroy()


def test_second_start_keeps_the_data(cluster):
    cluster.start()
    cluster.ensure_database("city")
    cluster.stop()
    assert cluster.start() is False
    assert ask(cluster, "SELECT count(*) FROM pg_database WHERE datname = 'city'") == 1


def test_second_process_is_told_who_runs_it(cluster):
    holder = hold(cluster)
    try:
        with pytest.raises(SetupError, match=f"in use by process {holder.pid}"):
            cluster.start()
    finally:
        kill(holder)


def test_server_dies_with_its_parent_and_starts_again(cluster):
    holder = hold(cluster)
    assert processes_in(cluster.data)
    kill(holder)
    assert cluster.start() is False  # waits for the one on its way out
    assert ask(cluster, "SELECT 1") == 1
    cluster.stop()
    assert not processes_in(cluster.data)


def test_killed_server_recovers(cluster):
    cluster.start()
    cluster.ensure_database("city")
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    cluster.process = None
    cluster.stop()
    assert cluster.start() is False
    assert ask(cluster, "SELECT 1", database="city") == 1


def test_lock_file_of_a_process_id_in_other_hands_is_cleared(cluster):
    cluster.start()
    lock = (cluster.data / "postmaster.pid").read_text()
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    assert wait_until(lambda: not processes_in(cluster.data), 10)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        lines = lock.splitlines(keepends=True)
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n" + "".join(lines[1:]))
        cluster.process = None
        cluster.stop()
        assert cluster.start() is False
        assert ask(cluster, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("after_s", [0.05, 0.4, 1.0])
def test_killed_first_run_leaves_nothing_that_blocks(cluster, after_s):
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(cluster.root)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert wait_until(lambda: list(cluster.home.glob("data*")), 20)
    time.sleep(after_s)
    kill(first)
    cluster.start()
    assert ask(cluster, "SELECT postgis_lib_version()", database="template1")


def test_folder_that_is_no_cluster_is_put_aside_not_deleted(cluster):
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").unlink()
    assert cluster.start() is True
    assert ask(cluster, "SELECT 1") == 1
    assert len(list(cluster.home.glob("data.broken-*"))) == 1


def test_server_that_cannot_start_says_why(cluster):
    cluster.start()
    cluster.stop()
    shutil.rmtree(cluster.data / "global")
    with pytest.raises(SetupError, match="did not start"):
        cluster.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: what root's own clusters look like")
def test_data_of_root_lies_where_its_user_can_go(tmp_path):
    checkout = tmp_path / "private"
    checkout.mkdir(mode=0o700)
    cluster = Cluster(checkout, throwaway=True)
    try:
        cluster.start()
        assert cluster.link.is_symlink()
        assert cluster.link.resolve().parent == ROOT_HOME
        assert cluster.data.stat().st_uid == pwd.getpwnam(cluster.account).pw_uid != 0
        (server_uid,) = {Path(f"/proc/{cluster.process.pid}").stat().st_uid}
        assert server_uid != 0
    finally:
        cluster.destroy()


@pytest.fixture(scope="module")
def ordinary_user():
    """A user without rights, made for the module."""
    if os.geteuid() != 0:
        pytest.skip("needs root to make an ordinary user")
    home = Path("/var/tmp") / ORDINARY_USER
    subprocess.run(
        ["useradd", "--create-home", "--home-dir", str(home), ORDINARY_USER],
        check=True,
        capture_output=True,
    )
    yield home
    subprocess.run(["userdel", "--remove", ORDINARY_USER], check=False, capture_output=True)


def test_ordinary_user_has_a_cluster_of_their_own(ordinary_user):
    """The same code, run by an ordinary user with a copy of the scripts they can read."""
    for folder in ("scripts/setup", "citymap"):
        (ordinary_user / folder).mkdir(parents=True)
    for path in (REPOSITORY / "scripts" / "setup").glob("*.py"):
        shutil.copy(path, ordinary_user / "scripts" / "setup")
    for name in ("__init__.py", "process.py"):
        shutil.copy(REPOSITORY / "citymap" / name, ordinary_user / "citymap")
    checkout = ordinary_user / "checkout"
    script = f"""
from pathlib import Path
from scripts.setup.cluster import Cluster
from scripts.setup.programs import run
cluster = Cluster(Path({str(checkout)!r}), throwaway=True)
print(cluster.start())
cluster.ensure_database("city")
psql = ["psql", "-XAtc", "SELECT current_user || ' ' || postgis_lib_version()"]
print(run([*psql, cluster.url("citymap", "city")]).strip())
print(cluster.link.is_symlink(), cluster.data.owner())
cluster.stop()
print(cluster.start())
cluster.destroy()
"""
    done = subprocess.run(
        [shutil.which("runuser"), "-u", ORDINARY_USER, "--", "/usr/bin/python3", "-c",
         f"import os; os.makedirs({str(checkout)!r})\n{script}"],
        cwd=ordinary_user,
        env={"PATH": "/usr/bin:/bin", "HOME": str(ordinary_user), "PYTHONPATH": str(ordinary_user)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "True"
    assert lines[1].startswith("citymap 3.")
    assert lines[2] == f"False {ORDINARY_USER}"
    assert lines[3] == "False"
