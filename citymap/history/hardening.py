"""What keeps the runtime role from touching history, made by the owner after every migrate.

`pgtrigger`'s own functions can be switched off by a session setting and run with the caller's
rights; `manage.py pgtrigger install` and a migration of a trigger bring that state back. The
hook here mends it, and `problems` says what is not as it should be (`/readyz`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from pgtrigger import registry
from psycopg2 import sql

from citymap.history.tracking import trackings
from citymap.history.triggers import ChangeTrigger
from citymap.sqlfiles import load_sql

# Rights of the runtime role on tables of the history; SELECT alone where none is named.
RIGHTS = {
    "history_salt": ("SELECT", "DELETE"),
    "history_rootsignature": ("SELECT", "INSERT"),
    "history_publication": ("SELECT", "INSERT"),
    "history_look": ("SELECT", "INSERT"),
    "history_protocol": ("SELECT", "INSERT"),
    "history_protocolnote": ("SELECT", "INSERT"),
}
# Rights that can be given on single columns.
COLUMN_RIGHTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
# Rights on a tracked table by which its triggers are gone round, or read by a stranger's.
PAST_TRIGGERS = ("TRUNCATE", "TRIGGER")
# Settings that would speak for every session of the runtime role before it says anything.
FIXED_SETTINGS = ("pghistory.", "pgtrigger.", "role", "search_path", "session_replication_role")
ALL_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
SETTINGS = {"search_path": "pg_catalog, public, pg_temp", "TimeZone": "utc"}
# Plans of the triggers are kept: one made for a single row must not loop over a whole import.
TRIGGER_SETTINGS = {**SETTINGS, "enable_nestloop": "off", "jit": "off"}
# function -> (arguments, SECURITY DEFINER, may the runtime role call it)
FUNCTIONS = {
    "_pgtrigger_should_ignore": ("name", False, True),
    "history_context": ("", False, True),
    "history_key_changed": ("", False, True),
    "history_number_protocol": ("", True, False),
    "history_seal": ("integer, interval", True, True),
}
NUMBERING = "history_protocol_number"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One function as it must be."""

    name: str
    arguments: str
    body: str
    definer: bool
    callable: bool
    settings: tuple[str, ...]


def closed_tables() -> dict[str, tuple[str, ...]]:
    """Every table that the runtime role may not write freely -> what it may do."""
    own = [model._meta.db_table for model in apps.get_app_config("history").get_models()]
    events = [item.event_model._meta.db_table for item in trackings()]
    kept = [model._meta.db_table for model in apps.get_app_config("pghistory").get_models()
            if model._meta.managed and not model._meta.proxy]  # fmt: skip
    return {table: RIGHTS.get(table, ("SELECT",)) for table in sorted({*own, *events, *kept})}


def tracked_tables() -> list[str]:
    """Tables whose changes are recorded."""
    return sorted({item.model._meta.db_table for item in trackings()})


def history_triggers() -> list[tuple[str, str, str]]:
    """`(table, trigger, body of its function)` of every history trigger."""
    return sorted(
        (model._meta.db_table, trigger.get_pgid(model), _body(str(trigger.compile(model).sql)))
        for model, trigger in registry.registered()
        if isinstance(trigger, ChangeTrigger)
    )


def _body(install_sql: str) -> str:
    """The text between the dollars of the last function in a script, blanks made one."""
    return _squeezed(install_sql.split("$$")[-2])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@lru_cache(maxsize=1)
def wanted_functions() -> tuple[Wanted, ...]:
    """Every function of the history as it must be in the database."""
    script = load_sql(__file__, "functions.sql")
    found = []
    for name, (arguments, definer, may_call) in FUNCTIONS.items():
        text = script.split(f"FUNCTION public.{name}(")[1].split("$$")[1]
        body = _squeezed(text)
        found.append(Wanted(name, arguments, body, definer, may_call, _listed(SETTINGS)))
    for _table, name, body in history_triggers():
        found.append(Wanted(name, "", body, True, False, _listed(TRIGGER_SETTINGS)))
    return tuple(found)


def _listed(values: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(f"{name}={value}" for name, value in values.items()))


def owner_is_serving(connection: BaseDatabaseWrapper) -> bool:
    """Whether this session's role is the owner of the history, or may become it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, tableowner, 'MEMBER') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename = 'history_chainrecord'"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


# --- what is wrong ------------------------------------------------------------------------
def problems(connection: BaseDatabaseWrapper) -> list[str]:
    """What is not as it should be, one line each; empty when history is protected."""
    role = settings.CITYMAP_RUNTIME_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolreplication FROM pg_roles WHERE rolname = %s",
            [role],
        )
        row = cursor.fetchone()
        if row is None:
            return []
        found = ["the runtime role is more than a plain role"] if row[0] else []
        found += _role_problems(cursor, role)
        found += _table_problems(cursor, role)
        found += _function_problems(cursor, role)
        found += _trigger_problems(cursor)
    return found


def _role_problems(cursor: CursorWrapper, role: str) -> Iterator[str]:
    cursor.execute(
        "SELECT has_schema_privilege(%(role)s, 'public', 'CREATE'),"
        " has_parameter_privilege(%(role)s, 'session_replication_role', 'SET'),"
        " pg_has_role(%(role)s, tableowner, 'MEMBER')"
        " FROM pg_tables WHERE schemaname = 'public' AND tablename = 'history_chainrecord'",
        {"role": role},
    )
    may_create, may_replicate, is_owner = cursor.fetchone()
    if may_create:
        yield "the runtime role may create objects in schema public"
    if may_replicate:
        yield "the runtime role may set session_replication_role"
    if is_owner:
        yield "the runtime role is a member of the owner role"
    cursor.execute(
        "SELECT DISTINCT split_part(line, '=', 1) FROM pg_db_role_setting s"
        " CROSS JOIN unnest(s.setconfig) line"
        " WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = %s))"
        " AND s.setdatabase IN (0, (SELECT oid FROM pg_database"
        " WHERE datname = current_database())) ORDER BY 1",
        [role],
    )
    for (name,) in cursor.fetchall():
        if name.startswith(FIXED_SETTINGS):
            yield f"sessions of the runtime role begin with a setting of {name}"


def _table_problems(cursor: CursorWrapper, role: str) -> Iterator[str]:
    tables = closed_tables()
    for table, rights in _rights(cursor, role, tables, ALL_RIGHTS):
        if set(rights) != set(tables[table]):
            yield f"rights of the runtime role on {table}: {', '.join(rights or ['none'])}"
    for table, rights in _rights(cursor, role, tracked_tables(), PAST_TRIGGERS):
        if rights:
            yield f"rights of the runtime role on {table}: {', '.join(rights)}"


def _rights(
    cursor: CursorWrapper, role: str, tables: Iterable[str], asked: tuple[str, ...]
) -> list[tuple[str, list[str]]]:
    """Which of the rights `asked` for the role has on each table, or on a column of it."""
    cursor.execute(
        "SELECT t, coalesce(array_agg(p ORDER BY p) FILTER (WHERE CASE"
        " WHEN p = ANY(%s) THEN has_any_column_privilege(%s, name, p)"
        " ELSE has_table_privilege(%s, name, p) END), '{}')"
        " FROM unnest(%s::text[]) t CROSS JOIN unnest(%s::text[]) p"
        " CROSS JOIN LATERAL (SELECT to_regclass('public.' || quote_ident(t))) n (name)"
        " GROUP BY t ORDER BY t",
        [list(COLUMN_RIGHTS), role, role, list(tables), list(asked)],
    )
    return cursor.fetchall()


def _function_problems(cursor: CursorWrapper, role: str) -> Iterator[str]:
    wanted = wanted_functions()
    cursor.execute(
        "SELECT p.proname, p.prosrc, p.prosecdef, coalesce(p.proconfig, '{}'),"
        " has_function_privilege(%(role)s, p.oid, 'EXECUTE'),"
        " p.proowner = (SELECT relowner FROM pg_class WHERE oid = 'history_chainrecord'::regclass)"
        " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND p.proname = ANY(%(names)s)",
        {"role": role, "names": [item.name for item in wanted]},
    )
    there = {row[0]: row[1:] for row in cursor.fetchall()}
    for item in wanted:
        if item.name not in there:
            yield f"function {item.name} is missing"
            continue
        body, definer, configuration, may_call, owned = there[item.name]
        if _squeezed(body) != item.body:
            yield f"function {item.name} is not ours"
        elif not owned:
            yield f"function {item.name} has another owner than the history"
        elif definer != item.definer or sorted(_plain(configuration)) != list(item.settings):
            yield f"function {item.name} runs with the caller's rights or settings"
        elif may_call != item.callable:
            yield f"function {item.name} may be called by the wrong role"


def _plain(configuration: list[str]) -> list[str]:
    return [item.replace('"', "") for item in configuration]


def _trigger_problems(cursor: CursorWrapper) -> Iterator[str]:
    expected = [(table, trigger, trigger) for table, trigger, _body in history_triggers()]
    expected.append(("history_protocol", NUMBERING, "history_number_protocol"))
    cursor.execute(
        "SELECT c.relname, t.tgname, p.proname, t.tgenabled,"
        " t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0 FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    )
    there = {(table, name): state for table, name, *state in cursor}
    for table, name, function in expected:
        found = there.get((table, name))
        if found is None:
            yield f"trigger {name} on {table} is missing"
        elif found[0] != function:
            yield f"trigger {name} on {table} calls another function"
        elif found[1] not in ("O", "A"):
            yield f"trigger {name} on {table} is disabled"
        elif not found[2]:
            yield f"trigger {name} on {table} has a condition"


# --- mending ------------------------------------------------------------------------------
def protect(sender: object = None, using: str = "default", **kwargs: object) -> None:
    """After migrate, as the owner: functions, triggers and rights as they must be.

    Does nothing as any other role (tests re-emit the signal at every flush), and nothing when
    all is as it should be.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename = 'history_chainrecord'"
        )
        row = cursor.fetchone()
    if not (row and row[0]):
        return
    role = settings.CITYMAP_RUNTIME_ROLE
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user <> %s AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
            [role, role],
        )
        (has_runtime,) = cursor.fetchone()
        if has_runtime and not problems(connection):
            return
        _install_triggers(cursor, using)
        install_functions(cursor)
        _secure_functions(cursor, role if has_runtime else None)
        _enable_triggers(cursor)
        if has_runtime:
            _restrict_tables(cursor, role)
            _keep_triggers(cursor, role)


def _install_triggers(cursor: CursorWrapper, using: str) -> None:
    """Install history triggers that are missing or whose function is another's."""
    tables = set(connections[using].introspection.table_names(cursor))
    cursor.execute(
        "SELECT c.relname, t.tgname, p.prosrc FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE c.relnamespace = 'public'::regnamespace AND p.proname = t.tgname"
        " AND t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0"
    )
    there = {(table, name): _squeezed(body) for table, name, body in cursor.fetchall()}
    for model, trigger in registry.registered():
        if not isinstance(trigger, ChangeTrigger):
            continue
        table, name = model._meta.db_table, trigger.get_pgid(model)
        if not {table, trigger.event_model._meta.db_table} <= tables:
            continue  # a partial migrate; the whole one comes here again
        if there.get((table, name)) != _body(str(trigger.compile(model).sql)):
            trigger.install(model, database=using)


def install_functions(cursor: CursorWrapper) -> None:
    """The history's own functions, and the trigger that numbers protocols."""
    cursor.execute(load_sql(__file__, "functions.sql"))
    cursor.execute(
        sql.SQL(
            "CREATE OR REPLACE TRIGGER {} BEFORE INSERT ON history_protocol"
            " FOR EACH ROW EXECUTE FUNCTION history_number_protocol({})"
        ).format(sql.Identifier(NUMBERING), sql.Literal(settings.TIME_ZONE))
    )


def _secure_functions(cursor: CursorWrapper, role: str | None) -> None:
    cursor.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND proname = ANY(%s)",
        [[item.name for item in wanted_functions()]],
    )
    there = {name for (name,) in cursor.fetchall()}
    for item in wanted_functions():
        if item.name not in there:
            continue
        function = sql.SQL("public.{}({})").format(
            sql.Identifier(item.name), sql.SQL(item.arguments)
        )
        safety = sql.SQL("SECURITY DEFINER" if item.definer else "SECURITY INVOKER")
        values = TRIGGER_SETTINGS if item.settings == _listed(TRIGGER_SETTINGS) else SETTINGS
        cursor.execute(sql.SQL("ALTER FUNCTION {} {}").format(function, safety))
        for name, value in values.items():
            cursor.execute(
                sql.SQL("ALTER FUNCTION {} SET {} TO {}").format(
                    function, sql.SQL(name), sql.SQL(value)
                )
            )
        cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(function))
        if role and item.callable:
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(role))
            )
        elif role:
            cursor.execute(
                sql.SQL("REVOKE ALL ON FUNCTION {} FROM {}").format(function, sql.Identifier(role))
            )


def _enable_triggers(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgenabled NOT IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace"
    )
    off = set(cursor.fetchall())
    ours = {(table, name) for table, name, _body in history_triggers()}
    for table, name in sorted(off & {*ours, ("history_protocol", NUMBERING)}):
        cursor.execute(
            sql.SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )


def _restrict_tables(cursor: CursorWrapper, role: str) -> None:
    there = set(connections[cursor.db.alias].introspection.table_names(cursor))
    for table, rights in closed_tables().items():
        if table not in there:
            continue  # a partial migrate; the whole one comes here again
        names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
        cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}, PUBLIC").format(**names))
        cursor.execute(
            sql.SQL("GRANT {rights} ON {table} TO {role}").format(
                rights=sql.SQL(", ").join(map(sql.SQL, rights)), **names
            )
        )


def _keep_triggers(cursor: CursorWrapper, role: str) -> None:
    """No way round the triggers of tracked tables."""
    there = set(connections[cursor.db.alias].introspection.table_names(cursor))
    for table in tracked_tables():
        if table in there:
            cursor.execute(
                sql.SQL("REVOKE TRUNCATE, TRIGGER ON {} FROM {}, PUBLIC").format(
                    sql.Identifier(table), sql.Identifier(role)
                )
            )
