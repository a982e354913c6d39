"""What the runtime role may do: granted by the owner after every migrate."""

from django.conf import settings
from django.db import connections
from psycopg2 import sql

from citymap.history.hardening import closed_tables


def grant_to_runtime_role(sender, using: str = "default", **kwargs) -> None:
    """Let the runtime role read and write rows, and nothing more.

    Does nothing unless the session's own user owns the tables (tests act as the runtime role
    and re-emit post_migrate at every flush) and the runtime role exists. Tables of the history
    are left alone: citymap/history/hardening.py says what may be done to them.
    """
    connection = connections[using]
    role = settings.CITYMAP_RUNTIME_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT tableowner = current_user FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename = 'django_migrations')"
            " AND current_user <> %s AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
            [role, role],
        )
        if not cursor.fetchone()[0]:
            return
        name = sql.Identifier(role)
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> ALL(%s)"
            " AND pg_has_role(current_user, c.relowner, 'USAGE')",
            [list(closed_tables())],
        )
        tables = sql.SQL(", ").join(sql.Identifier(table) for (table,) in cursor.fetchall())
        cursor.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role}").format(
                tables=tables, role=name
            )
        )
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
