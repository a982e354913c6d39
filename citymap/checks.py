"""System checks: what must be true of settings and database before Citymap serves."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Error, Tags, register
from django.db import connections

from citymap.demo import DEMO_LOGINS, DEMO_PASSWORD

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
# The worker has two connections; the rest is for psql, imports and a second worker's question.
SPARE_CONNECTIONS = 11


@register(Tags.database)
def city_srid_matches_database(app_configs, databases=None, **kwargs) -> list[Error]:
    """The city CRS is fixed at the first migrate; a later change of the setting is refused."""
    errors = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT srid FROM geometry_columns"
                " WHERE f_table_schema = 'public' AND f_geometry_column = 'geom'"
                " AND f_table_name LIKE %s",
                ["layers\\_%"],
            )
            found = {row[0] for row in cursor.fetchall()}
        if found and found != {settings.CITYMAP_SRID}:
            errors.append(
                Error(
                    f"CITYMAP_SRID is {settings.CITYMAP_SRID}, the database holds {sorted(found)}.",
                    hint="Set CITYMAP_SRID to the value used at the first migrate.",
                    id="citymap.E001",
                )
            )
    return errors


@register(Tags.security)
def no_demo_secret_outside_the_demo(app_configs, **kwargs) -> list[Error]:
    """Without CITYMAP_DEMO=1 the built-in secret key is refused."""
    if settings.CITYMAP_DEMO or settings.SECRET_KEY != settings.DEMO_SECRET_KEY:
        return []
    return [
        Error(
            "CITYMAP_SECRET_KEY is not set: the demo secret is refused outside the demo.",
            hint="Set CITYMAP_SECRET_KEY to a long random value, or CITYMAP_DEMO=1 for a demo.",
            id="citymap.E002",
        )
    ]


@register(Tags.security)
def no_demo_personal_key_outside_the_demo(app_configs, **kwargs) -> list[Error]:
    """Without CITYMAP_DEMO=1 personal data is not sealed with a key that everybody has."""
    if settings.CITYMAP_DEMO or settings.DEMO_PERSONAL_KEY not in settings.CITYMAP_PERSONAL_KEYS:
        return []
    return [
        Error(
            "CITYMAP_PERSONAL_KEYS is not set: the demo key is refused outside the demo.",
            hint="Set it to a new key (docs/personal-data.md), or CITYMAP_DEMO=1 for a demo.",
            id="citymap.E006",
        )
    ]


@register(Tags.security)
def demo_stays_on_loopback(app_configs, **kwargs) -> list[Error]:
    """The demo has known passwords, so it never answers for an outside host name."""
    if not settings.CITYMAP_DEMO:
        return []
    outside = sorted(set(settings.ALLOWED_HOSTS) - LOOPBACK_HOSTS)
    if not outside:
        return []
    return [
        Error(
            f"CITYMAP_DEMO=1 refuses hosts beyond loopback: {', '.join(outside)}.",
            hint="Unset CITYMAP_DEMO for a real installation, or CITYMAP_ALLOWED_HOSTS.",
            id="citymap.E003",
        )
    ]


@register(Tags.database)
def no_demo_logins_outside_the_demo(app_configs, databases=None, **kwargs) -> list[Error]:
    """Without CITYMAP_DEMO=1 nobody may sign in with the demo's known password."""
    if settings.CITYMAP_DEMO:
        return []
    users = get_user_model()
    for alias in databases or []:
        if users._meta.db_table not in connections[alias].introspection.table_names():
            continue
        for user in users.objects.using(alias).filter(username__in=DEMO_LOGINS, is_active=True):
            if user.check_password(DEMO_PASSWORD):
                return [
                    Error(
                        f"The demo login {user.username!r} is refused outside the demo.",
                        hint="Change its password or delete it, or set CITYMAP_DEMO=1 for a demo.",
                        id="citymap.E004",
                    )
                ]
    return []


@register(Tags.database)
def connections_suffice(app_configs, databases=None, **kwargs) -> list[Error]:
    """Every web thread keeps a connection: the server must have that many, and some to spare."""
    wanted = settings.CITYMAP_WEB_WORKERS * settings.CITYMAP_WEB_THREADS + SPARE_CONNECTIONS
    errors = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('max_connections')::int")
            (available,) = cursor.fetchone()
        if wanted > available:
            errors.append(
                Error(
                    f"{settings.CITYMAP_WEB_WORKERS} web workers x {settings.CITYMAP_WEB_THREADS}"
                    f" threads + {SPARE_CONNECTIONS} need {wanted} connections;"
                    f" max_connections is {available}.",
                    hint="Lower CITYMAP_WEB_WORKERS or CITYMAP_WEB_THREADS, or raise it.",
                    id="citymap.E005",
                )
            )
    return errors
