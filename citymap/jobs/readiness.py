"""What must be right before the installation is ready, for `/readyz`.

Each check returns nothing when all is well, else one line that says what is wrong. A room
adds its own by `register_readiness` in its `jobs.py`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from citymap.jobs.clock import NOTICEABLE_STEP_BACK
from citymap.jobs.models import Heartbeat, JobRun, WorkClock
from citymap.jobs.worker import BEAT_EVERY_S, WORKER_NAME
from citymap.registry import Registry

STALE_AFTER = dt.timedelta(seconds=6 * BEAT_EVERY_S)


@dataclass(frozen=True, kw_only=True)
class ReadinessCheck:
    """`problem()` says what is wrong, or nothing; `required`: not ready when something is."""

    name: str
    problem: Callable[[], str]
    required: bool = True
    order: int = 0


checks: Registry[ReadinessCheck] = Registry("readiness check")


def register_readiness(check: ReadinessCheck) -> ReadinessCheck:
    return checks.register(check)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """The answer of `/readyz`."""

    ready: bool
    checks: dict[str, str]
    warnings: list[str]


def readiness() -> Readiness:
    """Run every check; one that cannot reach the database says so instead of raising."""
    said, ready, warnings = {}, True, []
    for check in checks:
        try:
            problem = check.problem()
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            problem = f"the database does not answer: {str(error).strip().splitlines()[0]}"
        said[check.name] = problem or "ok"
        if problem and check.required:
            ready = False
        elif problem:
            warnings.append(problem)
    return Readiness(ready=ready, checks=said, warnings=warnings)


def database_problem() -> str:
    """Whether the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


@lru_cache(maxsize=1)
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def migrations_problem() -> str:
    """Whether the database has every migration that the code has."""
    missing = _migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        return ""
    names = ", ".join(f"{app}.{name}" for app, name in sorted(missing)[:5])
    return f"{len(missing)} migrations are not applied: {names}"


def worker_problem() -> str:
    """Whether the worker's last beat is fresh, by the database's own clock."""
    beat = Heartbeat.objects.filter(name=WORKER_NAME).annotate(silence=Now() - F("beat_at")).first()
    if beat is None:
        return "the worker has never run"
    if beat.silence > STALE_AFTER:
        return f"the worker has been silent for {round(beat.silence.total_seconds())} s"
    return ""


def jobs_problem() -> str:
    """Sweeps that failed when they last ran."""
    failing = JobRun.objects.filter(failures_in_a_row__gt=0).values_list("name", flat=True)
    return f"sweeps are failing: {', '.join(failing)}" if failing else ""


def clock_problem() -> str:
    """Whether the machine's clock stands behind times that sweeps have already seen."""
    mark = WorkClock.objects.first()
    behind = mark.latest_at - timezone.now() if mark else dt.timedelta(0)
    if behind <= NOTICEABLE_STEP_BACK:
        return ""
    return (
        f"the clock is {round(behind.total_seconds())} s behind the time that sweeps have seen;"
        " if it is right now: manage.py sweep --accept-clock"
    )


def history_problem() -> str:
    """Whether the role that serves could undo what protects the history."""
    if not settings.CITYMAP_HAS_OWNER:
        return "history not protected"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, tableowner, 'MEMBER') FROM pg_tables"
            " WHERE schemaname = current_schema() AND tablename = 'django_migrations'"
        )
        row = cursor.fetchone()
    if row and row[0]:
        return "history not protected: the role that serves owns the tables"
    return ""


for number, (name, problem, required) in enumerate(
    [
        ("database", database_problem, True),
        ("migrations", migrations_problem, True),
        ("worker", worker_problem, True),
        ("jobs", jobs_problem, False),
        ("clock", clock_problem, False),
        ("history", history_problem, False),
    ]
):
    register_readiness(ReadinessCheck(name=name, problem=problem, required=required, order=number))
