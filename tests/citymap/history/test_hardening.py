"""What the runtime role cannot do, tried; and that /readyz says when somebody made it able to."""

import os

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg2 import errors, sql

from citymap.accounts.grants import grant_to_runtime_role
from citymap.history import hardening
from citymap.history.jobs import protection_problem
from citymap.history.models import ChainRecord
from tests.support.databases import with_database

EVENTS = "layers_yardcorrectionevent"
TRACKED = "layers_yardcorrection"
CLOSED = [EVENTS, "accounts_organizationevent", "history_chainrecord", "history_unsealed",
          "history_leaf", "history_node", "history_root"]  # fmt: skip
CLOSED = [table for table in CLOSED if table in hardening.closed_tables()]
COLUMNS = {
    "history_chainrecord": "payload", "history_unsealed": "record", "history_leaf": "record",
    "history_node": "hash", "history_root": "hash",
}  # fmt: skip
ADD_ONLY = ["history_protocol", "history_protocolnote", "history_rootsignature",
            "history_publication"]  # fmt: skip


@pytest.fixture
def intruder(db):
    """A session that really signed in as the runtime role."""
    url = os.environ.get("DATABASE_URL", "")
    if not settings.CITYMAP_HAS_OWNER or not url:
        pytest.skip("needs DATABASE_URL and CITYMAP_OWNER_URL")
    session = psycopg2.connect(with_database(url, connection.settings_dict["NAME"]))
    session.autocommit = True
    with session.cursor() as cursor:
        yield cursor
    session.close()


def function_of(cursor, table: str) -> str:
    cursor.execute(
        "SELECT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = %s::regclass AND t.tgname LIKE 'pgtrigger_history_update%%'",
        [table],
    )
    return cursor.fetchone()[0]


def column_of(table: str) -> str:
    return "pgh_label" if table.endswith("event") else COLUMNS[table]


@pytest.mark.parametrize("table", CLOSED)
def test_history_cannot_be_written_by_hand(intruder, table):
    for statement in (
        f"INSERT INTO {table} DEFAULT VALUES",
        f"UPDATE {table} SET {column_of(table)} = NULL",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"COPY {table} FROM STDIN",
        f"LOCK TABLE {table} IN EXCLUSIVE MODE",
        f"ALTER TABLE {table} ADD COLUMN mine integer",
        f"DROP TABLE {table}",
    ):
        intruder.execute("BEGIN")
        with pytest.raises(errors.InsufficientPrivilege):
            intruder.execute(statement)
        intruder.execute("ROLLBACK")


@pytest.mark.parametrize("table", ADD_ONLY)
def test_protocols_and_publications_are_only_added(intruder, table):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
        with pytest.raises(errors.InsufficientPrivilege):
            intruder.execute(statement)
    with pytest.raises(errors.InsufficientPrivilege):
        intruder.execute("UPDATE history_protocol SET what = ''")


@pytest.mark.parametrize(
    "statement",
    [
        f"ALTER TABLE {TRACKED} DISABLE TRIGGER ALL",
        f"ALTER TABLE {TRACKED} DISABLE TRIGGER USER",
        f"CREATE TRIGGER mine AFTER INSERT ON {TRACKED} EXECUTE FUNCTION history_key_changed()",
        f"CREATE RULE mine AS ON INSERT TO {EVENTS} DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "SET SESSION AUTHORIZATION citymap_owner",
        "SET ROLE citymap_owner",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "ALTER FUNCTION public.history_seal(integer, interval) SECURITY INVOKER",
        "DROP FUNCTION public.history_context() CASCADE",
        "CREATE OR REPLACE FUNCTION public.history_context() RETURNS jsonb LANGUAGE sql"
        " AS 'SELECT NULL::jsonb'",
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)"
        " RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        f"TRUNCATE {TRACKED} CASCADE",
        "TRUNCATE accounts_user CASCADE",
        "CREATE EVENT TRIGGER mine ON sql_drop EXECUTE FUNCTION history_key_changed()",
    ],
)
def test_triggers_and_roles_cannot_be_moved(intruder, statement):
    with pytest.raises((errors.InsufficientPrivilege, errors.InvalidObjectDefinition)):
        intruder.execute(statement)


def test_a_history_function_cannot_be_hung_on_a_table_of_ones_own(intruder):
    """Else its owner's rights would write events that never happened."""
    name = function_of(intruder, TRACKED)
    intruder.execute(f"CREATE TEMP TABLE forged (LIKE {TRACKED})")
    with pytest.raises(errors.InsufficientPrivilege, match="function"):
        intruder.execute(
            f"CREATE TRIGGER t AFTER UPDATE ON forged REFERENCING OLD TABLE AS old_values"
            f" NEW TABLE AS new_values FOR EACH STATEMENT EXECUTE FUNCTION public.{name}()"
        )


def test_the_switch_of_pgtrigger_does_nothing(ledger, runtime_role):
    row = ledger.objects.create(number="1")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM"
            " pg_trigger WHERE tgrelid = %s::regclass), true)",
            [ledger._meta.db_table],
        )
    ledger.objects.filter(pk=row.pk).update(amount=5)
    assert ledger.pgh_event_model.objects.count() == 2
    assert ChainRecord.objects.count() == 2


def test_shadows_of_the_tables_are_not_written_to(ledger, runtime_role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE history_chainrecord (LIKE public.history_chainrecord)")
        cursor.execute("CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS"
                       " 'SELECT NULL::timestamptz'")  # fmt: skip
        cursor.execute("SET LOCAL search_path = pg_temp, public")
    ledger.objects.create(number="1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.history_chainrecord")
        assert cursor.fetchone() == (1,)


def test_the_runtime_role_itself_writes_history_through_its_changes(ledger, runtime_role):
    row = ledger.objects.create(number="1")
    row.delete()
    assert ChainRecord.objects.count() == 2


# --- mending and saying so ----------------------------------------------------------------
@pytest.mark.django_db
def test_protected_after_migrate():
    assert hardening.problems(connection) == []


@pytest.mark.django_db
def test_pgtrigger_install_undoes_it_and_the_hook_mends_it(capsys):
    call_command("pgtrigger", "install")
    found = hardening.problems(connection)
    assert "function _pgtrigger_should_ignore is not ours" in found
    hardening.protect()
    assert hardening.problems(connection) == []


@pytest.mark.django_db
def test_grants_do_not_open_the_history_again():
    grant_to_runtime_role(sender=None)
    assert hardening.problems(connection) == []


BREAKS = {
    "GRANT UPDATE ON history_root TO {role}": "rights of the runtime role on history_root",
    f"GRANT DELETE ON {EVENTS} TO {{role}}": f"rights of the runtime role on {EVENTS}",
    "GRANT INSERT ON history_chainrecord TO PUBLIC": "history_chainrecord",
    f"ALTER TABLE {TRACKED} DISABLE TRIGGER USER": "is disabled",
    "ALTER TABLE history_protocol DISABLE TRIGGER history_protocol_number": "is disabled",
    "DROP TRIGGER history_protocol_number ON history_protocol": "is missing",
    "GRANT EXECUTE ON FUNCTION history_number_protocol() TO PUBLIC": "wrong role",
    "ALTER FUNCTION history_context() RESET search_path": "caller's rights or settings",
    "ALTER FUNCTION history_seal(integer, interval) SECURITY INVOKER": "caller's rights",
    "CREATE OR REPLACE FUNCTION history_key_changed() RETURNS boolean LANGUAGE sql"
    " AS 'SELECT false'": "history_key_changed is not ours",
    "GRANT CREATE ON SCHEMA public TO {role}": "may create objects",
    "GRANT UPDATE (payload) ON history_chainrecord TO {role}": "on history_chainrecord",
    f"GRANT TRUNCATE ON {TRACKED} TO {{role}}": f"on {TRACKED}: TRUNCATE",
    f"GRANT TRIGGER ON {TRACKED} TO PUBLIC": f"on {TRACKED}: TRIGGER",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "said"), BREAKS.items())
def test_readyz_says_what_is_open(statement, said, settings):
    settings.CITYMAP_HAS_OWNER = True
    role = sql.Identifier(settings.CITYMAP_RUNTIME_ROLE)
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql.SQL(statement).format(role=role))
        except psycopg2.Error:
            pytest.skip("the owner of this cluster may not do that")
        if "SCHEMA" in statement and not hardening.problems(connection):
            pytest.skip("the schema is not the owner's")
    assert any(said in problem for problem in hardening.problems(connection))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
        assert protection_problem().startswith("history not protected: ")
        cursor.execute("RESET ROLE")
    if "SCHEMA" not in statement:
        hardening.protect()
        assert hardening.problems(connection) == []


@pytest.mark.django_db
def test_a_body_changed_by_hand_is_seen_and_mended():
    table, trigger, _body = hardening.history_triggers()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RETURN NULL; END'"
            ).format(sql.Identifier(trigger))
        )
    assert f"function {trigger} is not ours" in hardening.problems(connection)
    hardening.protect()
    assert hardening.problems(connection) == []


@pytest.mark.django_db
def test_a_trigger_narrowed_by_its_owner_is_seen(settings):
    """The name, the function and its body stay the same: it is only never called."""
    table, trigger, _body = next(one for one in hardening.history_triggers() if "insert" in one[1])
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE"
                " AS new_values FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION {name}()"
            ).format(name=sql.Identifier(trigger), table=sql.Identifier(table))
        )
    assert f"trigger {trigger} on {table} has a condition" in hardening.problems(connection)
    hardening.protect()
    assert hardening.problems(connection) == []


def test_a_setting_that_speaks_for_every_session_is_seen(intruder):
    """A role may fix settings of its own, for all its sessions to come."""
    here = sql.Identifier(connection.settings_dict["NAME"]).as_string(intruder)
    role = f"ALTER ROLE CURRENT_USER IN DATABASE {here}"
    with pytest.raises(errors.InsufficientPrivilege):  # else everybody would be user 1
        intruder.execute(f"{role} SET pghistory.context_metadata = '{{\"user\": 1}}'")
    intruder.execute(f"{role} SET search_path = pg_temp, public")
    try:
        said = "sessions of the runtime role begin with a setting of search_path"
        assert said in hardening.problems(connection)
    finally:
        intruder.execute(f"{role} RESET search_path")
    assert hardening.problems(connection) == []
