"""Databases that hold a whole city: built once per run, copied for whoever commits.

A *template* is built by the very programs that users run. It is locked while it is built, so
that parallel test processes wait for each other, and marked with the run that built it, so
that a half-built one is never used. Tests get copies (`CREATE DATABASE ... TEMPLATE`, one to
two seconds for the real city).
"""

import os
import secrets
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.test import override_settings
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent.parent
REAL_EXTRACT = "petropavl.osm.pbf"
BUILD_TIMEOUT_S = 900


@dataclass(frozen=True, kw_only=True)
class City:
    """A database with a city in it.

    name: `real`, `demo` or `empty`; var: the city's own CITYMAP_VAR (base map tiles);
    output: what the program that filled it printed.
    """

    name: str
    database: str
    var: Path
    output: str = ""

    @property
    def environ(self) -> dict[str, str]:
        """Environment of a subprocess that works on this city."""
        return database_environ(self.database) | {"CITYMAP_VAR": str(self.var)}


def with_database(url: str, name: str) -> str:
    """A database URL with another database name."""
    address, question, options = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{question}{options}"


def database_environ(name: str) -> dict[str, str]:
    """Environment of a subprocess that works on the database `name`, in the demo."""
    env = {key: value for key, value in os.environ.items() if key != "CITYMAP_DB_ROLE"}
    for key in ("DATABASE_URL", "CITYMAP_OWNER_URL"):
        if url := os.environ.get(key):
            env[key] = with_database(url, name)
    return env | {"CITYMAP_DEMO": "1", "PYTHONPATH": str(ROOT), "CITYMAP_LOG_FORMAT": "json"}


def base_name() -> str:
    """Common beginning of the names of all databases of this test installation."""
    url = os.environ.get("CITYMAP_OWNER_URL") or os.environ.get("DATABASE_URL", "")
    return f"test_{urlsplit(url).path.lstrip('/') or 'citymap'}"


@contextmanager
def admin_cursor() -> Iterator:
    """A cursor outside any transaction in the server's maintenance database, as the owner."""
    session = psycopg2.connect(**connection.get_connection_params() | {"dbname": "postgres"})
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


def create_database(name: str, *, template: str = "template1") -> None:
    """A new database; an old one of that name is dropped."""
    drop_database(name)
    with admin_cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop_database(name: str) -> None:
    """Drop it and end the sessions in it."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with admin_cursor() as cursor:
        try:
            cursor.execute(drop + sql.SQL(" WITH (FORCE)"))
        except psycopg2.errors.InsufficientPrivilege:
            # The server vacuums there by itself: FORCE may not end that session, a drop
            # without it does.
            end_sessions(name)
            cursor.execute(drop)


def end_sessions(name: str) -> list[str]:
    """End the sessions in a database, but this process's own; what each of them did last.

    Found first and ended then: in one condition the server asks for the name last, and ends
    the sessions of every database.
    """
    with admin_cursor() as cursor:
        cursor.execute(
            "WITH found AS MATERIALIZED ("
            "  SELECT pid, query FROM pg_stat_activity"
            "  WHERE datname = %s AND pg_has_role(usesysid, 'USAGE')"
            ") SELECT query FROM found WHERE pg_terminate_backend(pid, 5000)",
            [name],
        )
        return [query for (query,) in cursor.fetchall()]


@contextmanager
def use_database(name: str, *, var: Path | None = None) -> Iterator[None]:
    """Point the default connection (and CITYMAP_VAR) at another database of the same server."""
    connection.close()
    configuration = connections.settings["default"]
    old = configuration["NAME"]
    configuration["NAME"] = name
    try:
        ContentType.objects.clear_cache()  # their keys differ from database to database
        with override_settings(**({"CITYMAP_VAR": var} if var else {})):
            yield
    finally:
        connection.close()
        configuration["NAME"] = old
        ContentType.objects.clear_cache()


def run_program(*arguments: str, env: dict[str, str]) -> str:
    """Run a program of the project; its output, or AssertionError with it."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(arguments)} failed:\n{done.stdout}"
    return done.stdout


def real_extract() -> Path:
    """The real extract; skips the test where it is absent."""
    path = Path(settings.CITYMAP_REAL_DATA) / REAL_EXTRACT
    if not path.exists():
        pytest.skip(f"CITYMAP_REAL_DATA has no {REAL_EXTRACT}: {path}")
    return path


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """pytest-django's test database; what still stands in it at the end is ended and named.

    A thread that ended without closing its connection, or a program that a test left running,
    would otherwise fail the drop of the database, in whichever test happens to be the last.
    """
    name = connection.settings_dict["NAME"]
    yield
    # Where no test asked for the test database, as in a run of browser tests alone, there is
    # none, and the name is that of the installation itself.
    if not name.startswith("test_"):
        return
    with django_db_blocker.unblock():
        connections.close_all()
        if left := end_sessions(name):
            warnings.warn(f"sessions left in the test database: {left}", stacklevel=1)


class CityTemplates:
    """Builds each kind of city at most once per run, whatever the number of processes."""

    def __init__(self, run: str, folder: Path, *, keep: bool) -> None:
        self.run = "kept" if keep else run
        self.folder = folder
        self.keep = keep

    def template(self, name: str) -> City:
        """The template of the city `name`, built when this run has not built it yet."""
        database = f"{base_name()}_{name}"
        var = self.folder / name
        city = City(name=name, database=database, var=var)
        log = var / "build.log"
        with admin_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [database])
            if not self._is_built(cursor, database):
                shutil.rmtree(var, ignore_errors=True)
                var.mkdir(parents=True)
                create_database(database)
                output = getattr(self, f"_build_{name}")(city)
                log.write_text(output, encoding="utf-8")
                cursor.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                        sql.Identifier(database), sql.Literal(self.run)
                    )
                )
        return City(name=name, database=database, var=var, output=log.read_text(encoding="utf-8"))

    def _is_built(self, cursor, database: str) -> bool:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [database],
        )
        row = cursor.fetchone()
        return bool(row) and row[0] == self.run

    def _build_empty(self, city: City) -> str:
        return run_program("manage.py", "migrate", "--verbosity=0", env=city.environ)

    def _build_real(self, city: City) -> str:
        extract = real_extract()
        self._build_empty(city)
        return run_program("scripts/import_osm.py", str(extract), env=city.environ)

    def _build_demo(self, city: City) -> str:
        self._build_empty(city)
        return run_program("manage.py", "loaddemo", env=city.environ)

    @contextmanager
    def copy(self, name: str) -> Iterator[City]:
        """A copy of a city (database and var folder) that lives as long as the block."""
        template = self.template(name)
        database = f"{template.database}_{secrets.token_hex(4)}"
        var = self.folder / database
        create_database(database, template=template.database)
        shutil.copytree(template.var, var, symlinks=True)
        try:
            yield City(name=name, database=database, var=var, output=template.output)
        finally:
            drop_database(database)
            shutil.rmtree(var, ignore_errors=True)

    def drop(self) -> None:
        """Drop what this run built, unless it is kept for the next."""
        if not self.keep:
            for name in ("empty", "real", "demo"):
                drop_database(f"{base_name()}_{name}")


@pytest.fixture(scope="session")
def city_templates(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """Builder of the city databases. Tests use `real_city`, `demo_city` and the copies."""
    keep = request.config.getoption("reuse_db")
    worker = getattr(request.config, "workerinput", None)
    run = worker["testrunuid"] if worker else secrets.token_hex(8)
    if keep:
        folder = ROOT / "var" / "test-cities"
    else:
        folder = tmp_path_factory.getbasetemp()
        folder = (folder.parent if worker else folder) / "cities"
    templates = CityTemplates(run, folder, keep=keep)
    with django_db_blocker.unblock():
        yield templates
        # With parallel processes the last one cannot be told: the next run drops.
        if not worker:
            templates.drop()


@pytest.fixture(scope="session")
def real_city_database(city_templates):
    """The process's own copy of the database with the real city."""
    real_extract()
    with city_templates.copy("real") as city:
        yield city


@pytest.fixture(scope="session")
def demo_city_database(city_templates):
    """The process's own copy of the database with the demo city."""
    with city_templates.copy("demo") as city:
        yield city


def _switched(city: City, django_db_blocker) -> Iterator[City]:
    with django_db_blocker.unblock(), use_database(city.database, var=city.var):
        yield city


@pytest.fixture(scope="module")
def real_city(real_city_database, django_db_blocker):
    """The tests of this module see the real city; each rolls back."""
    yield from _switched(real_city_database, django_db_blocker)


@pytest.fixture(scope="module")
def demo_city(demo_city_database, django_db_blocker):
    """The tests of this module see the demo city; each rolls back."""
    yield from _switched(demo_city_database, django_db_blocker)


@pytest.fixture
def real_city_copy(city_templates, django_db_blocker):
    """A copy of the real city for one test that commits."""
    real_extract()
    with city_templates.copy("real") as city:
        yield from _switched(city, django_db_blocker)


@pytest.fixture
def demo_city_copy(city_templates, django_db_blocker):
    """A copy of the demo city for one test that commits."""
    with city_templates.copy("demo") as city:
        yield from _switched(city, django_db_blocker)


@pytest.fixture
def empty_city_copy(city_templates, django_db_blocker):
    """A migrated, empty database for one test that commits."""
    with city_templates.copy("empty") as city:
        yield from _switched(city, django_db_blocker)


@pytest.fixture(autouse=True)
def _city_only_for_those_who_ask(request):
    """Refuse what would spoil a shared city, and tests that meet one without asking for it."""
    asked = {"real_city", "demo_city"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if asked and (commits or (marker and marker.kwargs.get("transaction"))):
        pytest.fail("a test over a shared city must not commit: use real_city_copy")
    touches_database = marker or "db" in request.fixturenames
    if touches_database and not asked and _shared_city_is_in_use():
        pytest.fail("a test of this module switched to a city: put this one into another module")


def _shared_city_is_in_use() -> bool:
    name = connections.settings["default"]["NAME"]
    return name.startswith((f"{base_name()}_real", f"{base_name()}_demo"))


@pytest.fixture
def runtime_role(db):
    """From here on the test's session is the runtime role."""
    role = sql.Identifier(settings.CITYMAP_RUNTIME_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET ROLE {}").format(role))
    yield settings.CITYMAP_RUNTIME_ROLE
    if not connection.in_atomic_block:  # else the rollback to come resets the role as well
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
