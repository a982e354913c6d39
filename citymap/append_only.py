"""Tables to which the runtime role adds rows and which it reads, and nothing more."""

from django.conf import settings
from django.db import connections
from django.db.models import Model
from psycopg2 import sql


def take_changes_from_runtime_role(model: type[Model], using: str = "default") -> None:
    """Take UPDATE and DELETE on a model's table from the runtime role, after each grant.

    Does nothing unless the session's own user owns the table (tests act as the runtime role) and
    the runtime role exists.
    """
    role, table = settings.CITYMAP_RUNTIME_ROLE, model._meta.db_table
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
