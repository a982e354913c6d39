"""What the runtime role may do: granted by the owner after every migrate."""

from django.conf import settings
from django.db import connections
from psycopg2 import sql


def grant_to_runtime_role(sender, using: str = "default", **kwargs) -> None:
    """Let the runtime role read and write rows, and nothing more.

    Does nothing unless the session's own user owns the tables (tests act as the runtime role
    and re-emit post_migrate at every flush) and the runtime role exists.
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
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
