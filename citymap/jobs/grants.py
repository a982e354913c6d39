"""The runtime role adds to the log of runs and reads it; what is old goes by a function."""

from django.conf import settings
from django.db import connections
from psycopg2 import sql

from citymap.jobs.models import JobOutcome


def protect_log(sender, using: str = "default", **kwargs) -> None:
    """Take UPDATE and DELETE on the log of runs from the runtime role, after each grant.

    Does nothing unless the session's own user owns the table (tests act as the runtime role) and
    the runtime role exists.
    """
    role, table = settings.CITYMAP_RUNTIME_ROLE, JobOutcome._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename = %s AND tableowner = current_user)"
            " AND current_user <> %s AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
            [table, role, role],
        )
        if cursor.fetchone()[0]:
            revoke = "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {table} FROM {role}"
            names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
            cursor.execute(sql.SQL(revoke).format(**names))
