#!/usr/bin/env python3
"""Check an export of Citymap's history, or a proof for one record, with Python alone.

    verify_history.py EXPORT [--roots FILE]     an export of `manage.py export_history`
    verify_history.py PROOF.json [--roots FILE] a proof of `manage.py prove_history`
    verify_history.py PROOF.json --payload FILE a public proof, with the record from elsewhere

FILE is a copy of `roots.jsonl`, or any roots that were published and kept: one JSON object a
line. Needs nothing but Python 3.8 or later: no network, no database, no other file of Citymap,
so it can be read and run by whoever doubts it. Exit 0: all holds; 1: something does not, the
first bad record is named; 2: not a file that can be read.

The rules (RFC 6962): a record is hashed as SHA-256(0x00, payload); two neighbours of the tree
as SHA-256(0x01, left, right); a root is the hash of the whole tree at one size. Each record
names the hash of the record before it of the same object.
"""

import argparse
import gzip
import hashlib
import json
import sys


def leaf_hash(payload):
    return hashlib.sha256(b"\x00" + payload.encode("utf-8")).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The right edge of a growing Merkle tree."""

    def __init__(self):
        self.size = 0
        self.edge = []

    def append(self, leaf):
        size = self.size
        while size & 1:
            leaf = node_hash(self.edge.pop(), leaf)
            size >>= 1
        self.edge.append(leaf)
        self.size += 1

    def root(self):
        if not self.edge:
            return hashlib.sha256().digest()
        found = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            found = node_hash(left, found)
        return found


def root_from_path(leaf, position, size, path):
    """The root that an inclusion path leads to; ValueError when it cannot be one."""
    if not 0 <= position < size:
        raise ValueError("no such place in the log")
    found, index, last = leaf, position, size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index & 1 or index == last:
            found = node_hash(sibling, found)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        index >>= 1
        last >>= 1
    if last:
        raise ValueError("the path is too short")
    return found


class ContradictionError(Exception):
    """What was published at one time denies what was published at another."""


class Faults:
    """What does not hold; the first is shown whole, the others are counted."""

    def __init__(self):
        self.first = ""
        self.count = 0

    def add(self, what):
        self.first = self.first or what
        self.count += 1


class Export:
    """Checks an export line by line."""

    def __init__(self, outside):
        self.faults = Faults()
        self.tree = Tree()
        self.objects = {}
        self.records = self.unsealed = self.roots = self.matched = 0
        self.outside = outside
        self.by_size = {}
        for root in outside.values():
            self.by_size.setdefault(root["size"], []).append(root)
        # First record after the last root that held: of the export's own, and of those outside.
        self.since = self.since_outside = None
        self.ended = False

    def line(self, said):
        if "payload" in said:
            self.record(said)
        elif "root" in said:
            self.root(said["root"])
        elif "end" in said:
            self.ended = True
            if said["end"] != self.tree.size:
                self.faults.add("the export is not whole")

    def record(self, said):
        name = "record {}".format(said.get("record"))
        payload = said["payload"]
        digest = leaf_hash(payload)
        if "position" in said:
            name += " (place {})".format(said["position"])
            self.since = self.since or name
            self.since_outside = self.since_outside or name
            if said["position"] != self.tree.size:
                self.faults.add(f"{name}: place {self.tree.size} of the log is missing")
            self.tree.append(digest)
        else:
            self.unsealed += 1
        self.records += 1
        try:
            inside = json.loads(payload)
            key = "{} {}".format(inside["model"], inside["key"])
            number, previous = inside["number"], inside["previous"]
        except (ValueError, KeyError, TypeError):
            self.faults.add(f"{name}: its payload cannot be read")
        else:
            before = self.objects.get(key, (0, None))
            if (number, previous) != (before[0] + 1, before[1]):
                self.faults.add(f"{name}: does not follow the one before of {key}")
            self.objects[key] = (number, digest.hex())
        if "position" in said:
            self.meet_outside()

    def root(self, root):
        self.roots += 1
        if root["size"] != self.tree.size:
            self.faults.add("root {} stands at the wrong place".format(root["number"]))
        elif root["root"] != self.tree.root().hex():
            self.faults.add(
                "root {} does not hold; first suspect: {}".format(root["number"], self.since)
            )
        else:
            self.since = None
        kept = self.outside.get(root["number"])
        if kept and (kept["root"], kept["size"]) != (root["root"], root["size"]):
            self.faults.add("root {} is not the one that was published".format(root["number"]))

    def meet_outside(self):
        for root in self.by_size.pop(self.tree.size, []):
            self.matched += 1
            if root["root"] != self.tree.root().hex():
                self.faults.add(
                    "root {}, kept outside, does not hold; first suspect: {}".format(
                        root["number"], self.since_outside
                    )
                )
            else:
                self.since_outside = None

    def finish(self):
        if not self.ended:
            self.faults.add("the export has no end: it is cut")
        for size, roots in sorted(self.by_size.items()):
            for root in roots:
                if size == 0:
                    self.matched += 1
                else:
                    self.faults.add(
                        f"the log is cut: root {root['number']}, kept outside, covers {size}"
                        f" records, the log has {self.tree.size}"
                    )


def check_export(lines, outside):
    """Exit status and what to say."""
    export = Export(outside)
    for line in lines:
        if line.strip():
            export.line(json.loads(line))
    export.finish()
    if export.faults.count:
        return 1, f"DOES NOT HOLD ({export.faults.count} faults). First: {export.faults.first}"
    said = (
        f"HOLDS: {export.records} records, {export.unsealed} of them not under a root yet;"
        f" {export.roots} roots"
    )
    if outside:
        return 0, f"{said}; {export.matched} roots kept outside agree"
    return 0, said + ". No root from outside was given: a history made anew would look the same"


def check_proof(proof, outside, payload):
    """Exit status and what to say."""
    root = proof["root"]
    payload = proof.get("payload") if payload is None else payload
    leaf = bytes.fromhex(proof["leaf"])
    if payload is not None and leaf_hash(payload) != leaf:
        return 1, "DOES NOT HOLD: the record is not the one that was hashed"
    try:
        path = [bytes.fromhex(item) for item in proof["path"]]
        found = root_from_path(leaf, proof["position"], root["size"], path)
    except ValueError as error:
        return 1, f"DOES NOT HOLD: {error}"
    if found.hex() != root["root"]:
        return 1, "DOES NOT HOLD: record {} does not lead to the root".format(proof["record"])
    said = (
        f"record {proof['record']} stands at place {proof['position']} under root"
        f" {root['number']} of {root['made_at']}: {root['root']}"
    )
    if payload is None:
        said += " (its text was not given: only its hash is checked)"
    kept = outside.get(root["number"])
    if kept and (kept["root"], kept["size"]) != (root["root"], root["size"]):
        return 1, "DOES NOT HOLD: root {} is not the one that was published".format(root["number"])
    if kept:
        return 0, f"HOLDS: {said}. The root is among those kept outside"
    return 0, f"HOLDS: {said}. Compare the root with one that was published"


def read_roots(path):
    """Roots by number, one JSON object a line; ContradictionError when two of one number differ."""
    found = {}
    if not path:
        return found
    with open(path, encoding="utf-8") as file:
        for root in map(json.loads, filter(str.strip, file)):
            before = found.setdefault(root["number"], root)
            if (before["size"], before["root"]) != (root["size"], root["root"]):
                raise ContradictionError(
                    "two different roots of number {} were published".format(root["number"])
                )
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", help="an export (.jsonl, .jsonl.gz) or a proof (.json)")
    parser.add_argument("--roots", help="roots that were kept outside, one JSON object a line")
    parser.add_argument("--payload", help="for a proof: file with the record's text")
    arguments = parser.parse_args()
    opened = gzip.open if arguments.file.endswith(".gz") else open
    try:
        outside = read_roots(arguments.roots)
        payload = None
        if arguments.payload:
            with open(arguments.payload, encoding="utf-8", newline="") as file:
                payload = file.read()
        with opened(arguments.file, "rt", encoding="utf-8", newline="\n") as file:
            first = file.readline()
            head = json.loads(first if first.rstrip().endswith("}") else first + file.read())
            if head.get("citymap_proof") == 1:
                status, said = check_proof(head, outside, payload)
            elif head.get("citymap_history") == 1:
                status, said = check_export(file, outside)
            else:
                status, said = 2, "neither an export nor a proof of Citymap"
    except ContradictionError as error:
        status, said = 1, f"DOES NOT HOLD: {error}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        status, said = 2, f"cannot be read: {type(error).__name__}: {error}"
    print(said)
    return status


if __name__ == "__main__":
    sys.exit(main())
