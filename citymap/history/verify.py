"""Checks the whole history of legal weight, in one pass, in little memory.

Every hash is computed here, in Python, from the stored payloads: the database is only read.
What is checked: payloads against hashes and columns; the chain of each object; the order of the
log; stored subtrees; every root, and every root kept outside; event rows against payloads, and
live rows against their last events.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from string import Template
from typing import Any

from django.db import connection, transaction

from citymap.history.merkle import Frontier, leaf_hash
from citymap.history.models import Node, Root, Unsealed
from citymap.history.roots import PublishedRoot
from citymap.history.tracking import Tracking, trackings
from citymap.history.triggers import data_expression, literal, quoted
from citymap.sqlfiles import load_sql

MAX_LISTED = 20
_CHUNK = 2000
_MEMBERS = ("stream", "model", "key", "number", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that does not hold. `record` is None where no record is to blame.

    exact: `record` itself is bad; else it is the first of several that may be.
    """

    what: str
    exact: bool = True
    record: int | None = None
    position: int | None = None
    model: str = ""
    key: str = ""
    number: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            name: getattr(self, name)
            for name in ("record", "position", "model", "key", "number", "what")
            if getattr(self, name) not in (None, "")
        }


@dataclass(slots=True)
class Verdict:
    """What verification found."""

    records: int = 0
    sealed: int = 0
    roots: int = 0
    outside_roots: int = 0
    seconds: float = 0.0
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    newest: PublishedRoot | None = None

    @property
    def holds(self) -> bool:
        return not self.count

    @property
    def first_bad(self) -> Fault | None:
        """The fault at the lowest bad record; without one, at the first suspect."""
        named = [fault for fault in self.faults if fault.record is not None]
        if named:
            return min(named, key=lambda fault: (not fault.exact, fault.record))
        return self.faults[0] if self.faults else None

    def blame(self, what: str, **where: Any) -> None:
        self.count += 1
        if len(self.faults) < 5 * MAX_LISTED:
            self.faults.append(Fault(what=what, **where))

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "records": self.records,
            "sealed": self.sealed,
            "roots": self.roots,
            "outside_roots": self.outside_roots,
            "seconds": round(self.seconds, 1),
            "newest_root": self.newest.as_json() if self.newest else None,
            "first_bad": self.first_bad.as_json() if self.first_bad else None,
            "faults": self.count,
            "listed": [fault.as_json() for fault in self.faults[:MAX_LISTED]],
        }


def verify(
    *, outside: Iterable[PublishedRoot] = (), tell: Callable[[int], None] = lambda checked: None
) -> Verdict:
    """Check everything, against `outside` roots too. One snapshot; takes no lock.

    `tell` hears now and then how many records have been checked.
    """
    started = time.perf_counter()
    verdict = Verdict()
    outside = list(outside)
    with snapshot():
        roots = list(Root.objects.select_related("signature").order_by("number"))
        _check_roots(verdict, roots, outside)
        walk = _Walk(verdict, roots, outside)
        for row in rows_of("verify_log.sql"):
            walk.leaf(*row)
            if verdict.sealed % _CHUNK == 0:
                tell(verdict.sealed)
        walk.finish()
        queued = set(Unsealed.objects.values_list("pk", flat=True))
        for row in rows_of("verify_unsealed.sql"):
            walk.unsealed(*row, queued=queued)
        for tracking in trackings():
            if tracking.chain:
                _check_tables(verdict, tracking)
    verdict.seconds = time.perf_counter() - started
    return verdict


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for all that is read inside."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # Times in payloads were written in UTC.
            cursor.execute("SET LOCAL timezone = 'utc'")
            cursor.execute("SET LOCAL jit = off")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        yield


def rows_of(name: str) -> Iterator[tuple]:
    """Rows of a named query, streamed from a cursor on the server."""
    with connection.connection.cursor(name="citymap_history_verify") as cursor:
        cursor.itersize = _CHUNK
        cursor.execute(load_sql(__file__, name))
        yield from cursor


def _check_roots(verdict: Verdict, roots: list[Root], outside: list[PublishedRoot]) -> None:
    """Numbers without gaps, sizes that never shrink, and the same as outside."""
    size, ours = 0, {}
    for expected, root in enumerate(roots, start=1):
        public = ours[root.number] = PublishedRoot.of(root)
        if root.number != expected:
            verdict.blame(f"root {expected} is missing")
            break
        if root.size < size:
            verdict.blame(f"root {root.number} is smaller than the one before")
        if public.signature and not public.signature_holds():
            verdict.blame(f"the signature of root {root.number} does not hold")
        size = root.size
    for kept in outside:
        if kept.signature and not kept.signature_holds():
            verdict.blame(f"the signature of outside root {kept.number} does not hold")
        if kept.number not in ours:
            verdict.blame(f"root {kept.number}, kept outside, is not in the database")
    verdict.roots, verdict.outside_roots = len(roots), len(outside)
    verdict.newest = ours.get(len(roots))


class _Walk:
    """Goes through the log leaf by leaf, growing the tree and each object's chain."""

    def __init__(self, verdict: Verdict, roots: list[Root], outside: list[PublishedRoot]) -> None:
        self.verdict = verdict
        self.nodes = {(node.level, node.index): bytes(node.hash) for node in Node.objects.all()}
        self.tree = Frontier(kept=self._full)
        self.last: dict[str, tuple[int, bytes, int]] = {}
        # Roots to be met, by size: (kept outside?, what to call it, hash).
        self.due: dict[int, list[tuple[bool, str, bytes]]] = {}
        for root in roots:
            item = (False, f"root {root.number}", bytes(root.hash))
            self.due.setdefault(root.size, []).append(item)
        for kept in outside:
            item = (True, f"root {kept.number}, kept outside,", bytes.fromhex(kept.root))
            self.due.setdefault(kept.size, []).append(item)
        self.frontier = [bytes(item) for item in roots[-1].frontier] if roots else []
        # First leaf and record after the last root that held: of ours, and of those outside.
        self.since: dict[bool, tuple[int, int] | None] = {False: None, True: None}
        self._meet()

    def leaf(
        self,
        position: int,
        record: int,
        found: int | None,
        payload: str,
        value: memoryview,
        previous: memoryview | None,
        *members: Any,
    ) -> None:
        """The next row of the log."""
        verdict = self.verdict
        verdict.sealed += 1
        for outside, since in self.since.items():
            self.since[outside] = since or (position, record)
        if position != self.tree.size:
            verdict.blame(
                f"place {self.tree.size} of the log is missing", record=record, position=position
            )
        if found is None:
            verdict.blame("the record is missing", record=record, position=position)
            self.tree.append(b"")
        else:
            verdict.records += 1
            self.tree.append(self._record(position, record, payload, value, previous, members))
        self._meet()

    def unsealed(
        self,
        queued_id: int | None,
        found: int | None,
        payload: str,
        value: memoryview,
        previous: memoryview | None,
        *members: Any,
        queued: set[int],
    ) -> None:
        """A record that no root covers yet."""
        if found is None:
            self.verdict.blame("a record to be sealed is missing", record=queued_id)
            return
        self.verdict.records += 1
        self._record(None, found, payload, value, previous, members)
        if found not in queued:
            self.verdict.blame("the record is neither in the log nor waiting for it", record=found)

    def finish(self) -> None:
        """After the last leaf: what the roots and the stored subtrees say beyond it."""
        size = self.tree.size
        for due in sorted(self.due):
            if due > size:
                for _outside, name, _hash in self.due[due]:
                    self.verdict.blame(
                        f"the log is cut: {name} covers {due} records, the log has {size}",
                        position=size,
                    )
        if self.frontier and self.frontier != self.tree.hashes:
            self.verdict.blame("the newest root's subtrees are not those of the log")
        for level, index in self.nodes:
            self.verdict.blame(f"stored subtree {level}/{index} has no leaves")

    def _record(
        self,
        position: int | None,
        record: int,
        payload: str,
        value: memoryview,
        previous: memoryview | None,
        members: tuple,
    ) -> bytes:
        """Check one record by itself and against the one before of its object; its leaf hash."""
        computed = leaf_hash(payload.encode())
        stream, model, key, number, event = members
        where = {"record": record, "position": position, "model": model, "key": key,
                 "number": number}  # fmt: skip
        if computed != bytes(value):
            self.verdict.blame("the payload is not what was hashed", **where)
        before = bytes(previous) if previous is not None else None
        said = _parsed(payload)
        if (
            said is None
            or tuple(said.get(name) for name in _MEMBERS) != members
            or said.get("previous") != (before.hex() if before else None)
        ):
            self.verdict.blame("the columns are not what the payload says", **where)
        name = f"{model} {key}"
        last_number, last_hash, last_record = self.last.get(name, (0, None, None))
        if number != last_number + 1 or (last_record is None and before is not None):
            self.verdict.blame("the record does not follow the one before of its object", **where)
        elif before != last_hash:
            where |= {"record": last_record, "position": None, "number": last_number}
            self.verdict.blame("the next record of the object follows another one", **where)
        self.last[name] = (number, bytes(value), record)
        return computed

    def _full(self, level: int, index: int, value: bytes) -> None:
        if self.nodes.pop((level, index), None) != value:
            self.verdict.blame(f"stored subtree {level}/{index} is not that of the log")

    def _meet(self) -> None:
        """Compare with the roots of this size."""
        due = self.due.get(self.tree.size)
        if due is None:
            return
        root = self.tree.root()
        held = {outside for outside, _name, wanted in due if wanted == root}
        for outside, name, wanted in due:
            if root != wanted:
                held.discard(outside)
                start, record = self.since[outside] or (0, None)
                self.verdict.blame(
                    f"{name} does not hold: something in places {start} to"
                    f" {self.tree.size - 1} of the log was changed",
                    exact=False,
                    record=record,
                    position=start,
                )
        for outside in held:
            self.since[outside] = None


def _parsed(payload: str) -> dict | None:
    try:
        said = json.loads(payload)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _check_tables(verdict: Verdict, tracking: Tracking) -> None:
    """Event rows against records, and live rows against their last events."""
    meta = tracking.model._meta
    columns = [quoted(meta.get_field(name).column) for name in tracking.fields]
    names = {
        "events": quoted(tracking.event_model._meta.db_table),
        "table": quoted(meta.db_table),
        "key": quoted(meta.pk.column),
        "model": literal(tracking.label),
        "data": data_expression(tracking.event_model, "e"),
        "live": ", ".join(f"t.{column}" for column in columns),
        "recorded": ", ".join(f"last.{column}" for column in columns),
    }
    with connection.cursor() as cursor:
        for name in ("verify_events.sql", "verify_rows.sql"):
            cursor.execute(Template(load_sql(__file__, name)).substitute(names))
            for record, event, what in cursor.fetchall():
                which = f" (event {event})" if event is not None else ""
                verdict.blame(f"{what}{which}", record=record, model=tracking.label)
