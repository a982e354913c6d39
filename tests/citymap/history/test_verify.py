"""Whatever a superuser does to the stored history is found; the first bad record is named."""

import hashlib
import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from citymap.history.models import ChainRecord, Leaf, Node, Root, Unsealed
from citymap.history.proofs import prove
from citymap.history.roots import PublishedRoot
from citymap.history.sealing import seal
from citymap.history.verify import verify
from tests.support.databases import ROOT

pytestmark = pytest.mark.django_db
SCRIPT = ROOT / "scripts" / "verify_history.py"


class History:
    """A small sealed history, and what somebody keeps of it outside."""

    def __init__(self, ledger) -> None:
        self.model = ledger
        self.outside: list[PublishedRoot] = []
        for amount in range(4):
            for number in "abc":
                row, _created = ledger.objects.get_or_create(number=number)
                row.amount = amount + 1
                row.save()
            self.outside.append(PublishedRoot.of(seal()))
        self.records = list(ChainRecord.objects.order_by("pk"))

    def sql(self, statement: str, *parameters) -> None:
        """As a superuser or the owner would, in psql."""
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)


@pytest.fixture
def history(ledger):
    return History(ledger)


def rehashed(payload: str) -> bytes:
    return hashlib.sha256(b"\x00" + payload.encode()).digest()


# --- attacks: each returns the first bad record --------------------------------------------
def edit(h: History) -> int:
    """A payload is changed."""
    bad = h.records[5]
    h.sql("UPDATE history_chainrecord SET payload = replace(payload, '\"amount\": 1',"
          " '\"amount\": 9') WHERE id = %s", bad.pk)  # fmt: skip
    return bad.pk


def edit_and_hash(h: History) -> int:
    """... and its hash with it."""
    bad = h.records[5]
    payload = bad.payload.replace("{", "{ ", 1)
    h.sql("UPDATE history_chainrecord SET payload = %s, hash = %s WHERE id = %s",
          payload, rehashed(payload), bad.pk)  # fmt: skip
    return bad.pk


def edit_columns(h: History) -> int:
    bad = h.records[3]
    h.sql("UPDATE history_chainrecord SET stream = 'other' WHERE id = %s", bad.pk)
    return bad.pk


def delete(h: History) -> int:
    """A record is removed."""
    bad = h.records[4]
    h.sql("DELETE FROM history_chainrecord WHERE id = %s", bad.pk)
    return bad.pk


def delete_with_its_place(h: History) -> int:
    """... and its place in the log: what moved up is named."""
    bad = h.records[4]
    h.sql("DELETE FROM history_chainrecord WHERE id = %s", bad.pk)
    h.sql("DELETE FROM history_leaf WHERE record = %s", bad.pk)
    return h.records[5].pk


def insert(h: History) -> int:
    """A record is put in by hand."""
    h.sql("INSERT INTO history_chainrecord (stream, model, key, number, event, made_at, payload,"
          " hash) VALUES ('ledger', 'x.y', '1', 1, 1, now(), '{}', '\\x00')")  # fmt: skip
    return ChainRecord.objects.latest("pk").pk


def insert_and_queue(h: History) -> int:
    """... queued, sealed: its event row never was."""
    payload = json.dumps({
        "v": 1, "stream": "ledger", "model": h.model._meta.label_lower, "key": "999",
        "number": 1, "previous": None, "event": 999, "label": "insert", "data": {},
    })  # fmt: skip
    h.sql("INSERT INTO history_chainrecord (stream, model, key, number, event, made_at, payload,"
          " hash) VALUES ('ledger', %s, '999', 1, 999, now(), %s, %s)",
          h.model._meta.label_lower, payload, rehashed(payload))  # fmt: skip
    bad = ChainRecord.objects.latest("pk").pk
    h.sql("INSERT INTO history_unsealed (record) VALUES (%s)", bad)
    seal()
    return bad


def reorder(h: History) -> int:
    """Two records of the log change places."""
    one, two = h.records[3].pk, h.records[4].pk
    h.sql("UPDATE history_leaf SET record = -1 WHERE record = %s", one)
    h.sql("UPDATE history_leaf SET record = %s WHERE record = %s", one, two)
    h.sql("UPDATE history_leaf SET record = %s WHERE record = -1", two)
    # The first root that covers them names the first record since the root before.
    sizes = [0, *(root.size for root in h.outside)]
    place = next(n for n, record in enumerate(h.records) if record.pk == one)
    return h.records[max(size for size in sizes if size <= place)].pk


def edit_event(h: History) -> int:
    bad = h.records[6]
    h.sql(f"UPDATE {h.model.pgh_event_model._meta.db_table} SET amount = 77 WHERE pgh_id = %s",
          bad.event)  # fmt: skip
    return bad.pk


def edit_event_context(h: History) -> int:
    bad = h.records[6]
    h.sql(f"UPDATE {h.model.pgh_event_model._meta.db_table} SET pgh_context ="
          " '{\"user\": 1}' WHERE pgh_id = %s", bad.event)  # fmt: skip
    return bad.pk


def delete_event(h: History) -> int:
    bad = h.records[6]
    h.sql(f"DELETE FROM {h.model.pgh_event_model._meta.db_table} WHERE pgh_id = %s", bad.event)
    return bad.pk


def untriggered(h: History, statement: str, *parameters) -> None:
    table = h.model._meta.db_table
    h.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    h.sql(statement.format(table), *parameters)
    h.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def change_a_row(h: History) -> int:
    """Triggers off, a row changed, triggers on."""
    bad = h.records[-1]
    untriggered(h, "UPDATE {} SET paid = true WHERE id = %s", bad.key)
    return bad.pk


def remove_a_row(h: History) -> int:
    bad = h.records[-2]
    untriggered(h, "DELETE FROM {} WHERE id = %s", bad.key)
    return bad.pk


ATTACKS = [edit, edit_and_hash, edit_columns, delete, delete_with_its_place, insert,
           insert_and_queue, reorder, edit_event, edit_event_context, delete_event,
           change_a_row, remove_a_row]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_found_without_any_root_from_outside(history, attack):
    bad = attack(history)
    verdict = verify()
    assert not verdict.holds
    assert verdict.first_bad.record == bad, verdict.faults


def test_all_is_well_when_nothing_was_touched(history):
    history.model.objects.create(number="not sealed yet")
    verdict = verify(outside=history.outside)
    assert verdict.holds, verdict.faults
    assert (verdict.roots, verdict.outside_roots) == (4, 4)
    assert verdict.records == verdict.sealed + 1
    assert verdict.newest.number == 4


def forged_event(h: History) -> None:
    table = h.model.pgh_event_model._meta.db_table
    columns = "number, state, amount, due_at, paid, pgh_created_at, pgh_label, pgh_obj_id"
    h.sql(f"INSERT INTO {table} (id, pgh_context, {columns}) SELECT id, '{{}}', {columns}"
          f" FROM {table} LIMIT 1")  # fmt: skip


def row_put_in(h: History) -> None:
    untriggered(h, "INSERT INTO {0} (number, state, amount, text, due_at, paid)"
                   " SELECT 'x', state, amount, text, due_at, paid FROM {0} LIMIT 1")  # fmt: skip


def row_put_in_below_all(h: History) -> None:
    columns = "state, amount, text, due_at, paid"
    untriggered(h, f"INSERT INTO {{0}} (id, number, {columns})"
                   f" SELECT -7, 'x', {columns} FROM {{0}} LIMIT 1")  # fmt: skip


def root_edited(h: History) -> None:
    h.sql("UPDATE history_root SET hash = '\\x00' WHERE number = 2")


def root_removed(h: History) -> None:
    h.sql("DELETE FROM history_root WHERE number = 2")


def frontier_edited(h: History) -> None:
    h.sql("UPDATE history_root SET frontier[1] = '\\x00' WHERE number = 4")


def queue_emptied(h: History) -> None:
    h.model.objects.create(number="new")
    h.sql("DELETE FROM history_unsealed")


def queue_of_nothing(h: History) -> None:
    h.sql("INSERT INTO history_unsealed (record) VALUES (987654)")


def subtree_added(h: History) -> None:
    h.sql("INSERT INTO history_node (level, index, hash) VALUES (8, 0, '\\x00')")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (forged_event, "an event row without a record"),
        (row_put_in, "a row was put in without an event"),
        (row_put_in_below_all, "a row was put in without an event: -7"),
        (root_edited, "root 2 does not hold"),
        (root_removed, "root 2 is missing"),
        (frontier_edited, "subtrees are not those"),
        (queue_emptied, "neither in the log nor waiting"),
        (queue_of_nothing, "a record to be sealed is missing"),
        (subtree_added, "stored subtree 8/0 has no leaves"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_other_tables_are_watched_too(history, attack, said):
    attack(history)
    assert any(said in fault.what for fault in verify().faults)


def cut_the_tail(h: History) -> None:
    """Everything after the second root goes, without a trace inside."""
    keep = h.outside[1].size
    kept = [record.pk for record in h.records[:keep]]
    events = h.model.pgh_event_model._meta.db_table
    h.sql("DELETE FROM history_root WHERE number > 2")
    h.sql("DELETE FROM history_leaf WHERE position >= %s", keep)
    h.sql("DELETE FROM history_chainrecord WHERE id <> ALL(%s)", kept)
    h.sql(f"DELETE FROM {events} WHERE pgh_id <> ALL(%s)", [r.event for r in h.records[:keep]])
    rows_as_events(h)


def rows_as_events(h: History) -> None:
    """The live rows are made to fit, with triggers off."""
    events = h.model.pgh_event_model._meta.db_table
    untriggered(h, "UPDATE {} t SET amount = e.amount FROM (SELECT DISTINCT ON (pgh_obj_id) *"
                   f" FROM {events} ORDER BY pgh_obj_id, pgh_id DESC) e"
                   " WHERE e.pgh_obj_id = t.id")  # fmt: skip


def chain_again(h: History, place: int) -> None:
    """A record is changed and all that hangs on it computed anew: hashes, chain, log, roots."""
    hashes: dict[str, str] = {}
    for number, record in enumerate(h.records):
        said = json.loads(record.payload)
        said["previous"] = hashes.get(record.key)
        if number == place:
            said["data"]["amount"] = 1000
        payload = record.payload if number < place else json.dumps(said)
        digest = rehashed(payload)
        previous = said["previous"]
        h.sql("UPDATE history_chainrecord SET payload = %s, hash = %s, previous = %s"
              " WHERE id = %s", payload, digest, previous and bytes.fromhex(previous),
              record.pk)  # fmt: skip
        hashes[record.key] = digest.hex()
    h.sql(f"UPDATE {h.model.pgh_event_model._meta.db_table} SET amount = 1000 WHERE pgh_id = %s",
          h.records[place].event)  # fmt: skip
    rows_as_events(h)
    for table in ("leaf", "node", "root", "unsealed"):
        h.sql(f"DELETE FROM history_{table}")
    done = 0
    for root in h.outside:
        Unsealed.objects.bulk_create(
            Unsealed(record=record.pk) for record in h.records[done : root.size]
        )
        seal()
        done = root.size


def test_a_cut_tail_is_seen_from_outside_only(history):
    cut_the_tail(history)
    assert verify().holds
    verdict = verify(outside=history.outside)
    assert not verdict.holds
    said = [fault.what for fault in verdict.faults]
    assert "root 3, kept outside, is not in the database" in said
    assert any(what.startswith("the log is cut: root 3") for what in said)


@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_chain_made_anew_is_seen_from_outside_and_the_place_named(history, place):
    chain_again(history, place)
    assert verify().holds
    verdict = verify(outside=history.outside)
    sizes = [0, *(root.size for root in history.outside)]
    start = max(size for size in sizes if size <= place)
    assert verdict.first_bad.record == history.records[start].pk
    assert "kept outside, does not hold" in verdict.first_bad.what


def test_after_the_last_outside_root_it_is_not_seen(history):
    """The window that docs/history.md states."""
    history.model.objects.create(number="late")
    seal()
    history.records = list(ChainRecord.objects.order_by("pk"))
    kept = history.outside[:]
    history.outside.append(PublishedRoot.of(Root.objects.last()))
    chain_again(history, len(history.records) - 1)
    assert verify(outside=kept).holds
    assert not verify(outside=history.outside).holds


# --- commands -----------------------------------------------------------------------------
@pytest.fixture
def kept(history, tmp_path):
    path = tmp_path / "roots.jsonl"
    path.write_text("".join(f"{json.dumps(root.as_json())}\n" for root in history.outside))
    return path


def test_command_says_it_holds(history, kept):
    out = StringIO()
    call_command("verify_history", "--json", roots=kept, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["holds"], said["roots"], said["outside_roots"]) == (True, 4, 4)
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert "The history holds" in out.getvalue()
    assert "no root from outside" in out.getvalue()


def test_command_names_the_first_bad_record_and_ends_with_1(history):
    bad = edit(history)
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", stdout=out)
    assert f"first bad record: record {bad}: the payload is not what was hashed" in out.getvalue()
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--json", stdout=out)
    assert json.loads(out.getvalue())["first_bad"]["record"] == bad


@pytest.mark.parametrize("text", ["{", "[]\n", None])
def test_command_refuses_a_file_of_no_roots(history, tmp_path, text):
    path = tmp_path / "no.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("verify_history", roots=path)
    assert refused.value.returncode == 2


# --- offline ------------------------------------------------------------------------------
def offline(*arguments) -> tuple[int, str]:
    """The script under a bare Python: no site packages, no Django, no project on the path."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def exported(tmp_path):
    def export(name: str = "history.jsonl.gz"):
        path = tmp_path / name
        call_command("export_history", path, stdout=StringIO())
        return path

    return export


def test_export_holds_offline(history, kept, exported):
    history.model.objects.create(number="not sealed yet")
    status, said = offline(exported(), "--roots", kept)
    assert status == 0, said
    assert "1 of them not under a root yet; 4 roots; 4 roots kept outside agree" in said
    assert offline(exported("history.jsonl"))[0] == 0


@pytest.mark.parametrize("attack", [edit, edit_and_hash, delete_with_its_place, reorder])
def test_attacks_are_found_offline(history, kept, exported, attack):
    attack(history)
    path = exported()
    status, said = offline(path, "--roots", kept)
    assert (status, said[:14]) == (1, "DOES NOT HOLD ")


def test_cut_and_chained_anew_offline(history, kept, exported):
    chain_again(history, 4)
    assert offline(exported())[0] == 0
    status, said = offline(exported(), "--roots", kept)
    assert status == 1
    start = max((root.size for root in history.outside if root.size <= 4), default=0)
    assert f"first suspect: record {history.records[start].pk} " in said


def test_a_cut_tail_offline(history, kept, exported):
    cut_the_tail(history)
    assert offline(exported())[0] == 0
    assert "the log is cut" in offline(exported(), "--roots", kept)[1]


def test_two_roots_of_one_number_deny_each_other(history, kept, exported):
    """Whoever keeps both the root of then and the root of now needs no other evidence."""
    root = history.outside[1].as_json() | {"root": "00" * 32}
    with kept.open("a") as file:
        file.write(json.dumps(root) + "\n")
    status, said = offline(exported(), "--roots", kept)
    assert (status, said) == (1, "DOES NOT HOLD: two different roots of number 2 were published\n")


def test_a_cut_export_is_not_taken_for_whole(history, exported):
    path = exported("history.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert offline(path)[0] == 1


@pytest.mark.parametrize("text", ["", "{}", "x", "[1]", '{"citymap_proof": 1}', "\x00"])
def test_what_is_no_export(tmp_path, text):
    path = tmp_path / "no.jsonl"
    path.write_text(text)
    assert offline(path)[0] == 2
    assert offline(tmp_path / "absent")[0] == 2


def test_proof_for_one_record(history, kept, tmp_path):
    record = history.records[7]
    out = StringIO()
    call_command("prove_history", record.pk, stdout=out)
    path = tmp_path / "proof.json"
    path.write_text(out.getvalue())
    status, said = offline(path, "--roots", kept)
    assert status == 0
    assert "The root is among those kept outside" in said
    for change in (
        {"payload": record.payload + " "}, {"position": 6}, {"leaf": "00" * 32}, {"path": []},
    ):  # fmt: skip
        path.write_text(json.dumps(prove(record=record) | change))
        assert offline(path)[0] == 1, change


def test_public_proof_with_the_text_from_elsewhere(history, tmp_path):
    record = history.records[0]
    path, text = tmp_path / "proof.json", tmp_path / "record.json"
    path.write_text(json.dumps(prove(record=record, with_payload=False), indent=1))
    text.write_text(record.payload)
    assert offline(path)[0] == 0
    assert offline(path, "--payload", text)[0] == 0
    text.write_text(record.payload + "\n")
    assert offline(path, "--payload", text)[0] == 1


def test_no_proof_for_what_is_not_there(history):
    with pytest.raises(CommandError, match="no record 999999"):
        call_command("prove_history", 999999)
    history.model.objects.create(number="new")
    with pytest.raises(CommandError, match="not under a root yet"):
        call_command("prove_history", ChainRecord.objects.latest("pk").pk)
    assert not Node.objects.exists()
    assert Leaf.objects.exists()
