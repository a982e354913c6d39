"""What a superuser may do to the stored history: attacks that its verification must find."""

import hashlib
import json

from django.db import connection

from citymap.history.models import ChainRecord, Unsealed
from citymap.history.roots import PublishedRoot
from citymap.history.sealing import seal


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


def rehashed(payload: str) -> bytes:
    return hashlib.sha256(b"\x00" + payload.encode()).digest()


# --- each returns the first bad record -----------------------------------------------------
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


def skip_a_number(h: History) -> int:
    """A record that waits for its seal is numbered as though another stood before it."""
    row = h.model.objects.first()
    row.amount = 77
    row.save()
    bad = ChainRecord.objects.latest("pk")
    said = json.loads(bad.payload) | {"number": bad.number + 1}
    payload = json.dumps(said)
    h.sql("UPDATE history_chainrecord SET number = %s, payload = %s, hash = %s WHERE id = %s",
          said["number"], payload, rehashed(payload), bad.pk)  # fmt: skip
    return bad.pk


ATTACKS = [edit, edit_and_hash, edit_columns, delete, delete_with_its_place, insert,
           insert_and_queue, reorder, edit_event, edit_event_context, delete_event,
           change_a_row, remove_a_row, skip_a_number]  # fmt: skip


# --- each is told of in words ----------------------------------------------------------------
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


# --- what is seen from outside only ---------------------------------------------------------
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
