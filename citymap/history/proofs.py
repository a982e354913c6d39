"""Inclusion proofs: that one record stands in the log under a published root.

Read from stored subtrees and at most a few hundred leaves, whatever the size of the log.
"""

from typing import Any

from citymap.history.merkle import (
    KEPT_LEVEL,
    consistency_path,
    inclusion_path,
    node_hash,
    root_from_path,
    root_of,
    split_point,
)
from citymap.history.models import ChainRecord, Leaf, Node, Root
from citymap.history.roots import PublishedRoot


class NotSealedError(LookupError):
    """The record is not under a root yet (wait a minute), or does not exist."""


class ProofError(RuntimeError):
    """The stored log does not lead to the stored root: verify the history."""


def prove(*, record: ChainRecord, with_payload: bool = True) -> dict[str, Any]:
    """A proof for `scripts/verify_history.py`, under the newest root.

    Without the payload it shows that *a* record of that hash is in the log, and tells nothing
    of what the record says: that form is public.
    """
    leaf = Leaf.objects.filter(record=record.pk).first()
    root = Root.objects.select_related("signature").order_by("-number").first()
    if leaf is None or root is None or root.size <= leaf.position:
        raise NotSealedError(f"record {record.pk} is not under a root yet")
    path = inclusion_path(leaf.position, root.size, range_hash)
    if root_from_path(bytes(record.hash), leaf.position, root.size, path) != bytes(root.hash):
        raise ProofError(f"the log does not lead from record {record.pk} to root {root.number}")
    proof = {
        "citymap_proof": 1,
        "record": record.pk,
        "leaf": bytes(record.hash).hex(),
        "position": leaf.position,
        "path": [item.hex() for item in path],
        "root": PublishedRoot.of(root).as_json(),
    }
    return proof | ({"payload": record.payload} if with_payload else {})


def consistency(*, old: Root, new: Root) -> list[str]:
    """Hashes that show the log under `new` to begin with the log under `old` (RFC 6962)."""
    if old.size == 0:
        return []
    return [item.hex() for item in consistency_path(old.size, new.size, range_hash)]


def range_hash(start: int, end: int) -> bytes:
    """Tree hash of the leaves from `start` to `end`, exclusive; `start` as in RFC 6962 splits."""
    size = end - start
    level = size.bit_length() - 1
    if size == 1 << level and level >= KEPT_LEVEL:
        node = Node.objects.filter(level=level, index=start >> level).first()
        if node is None:
            raise ProofError(f"subtree {level}/{start >> level} is missing")
        return bytes(node.hash)
    if size <= 1 << KEPT_LEVEL:
        return root_of(_leaf_hashes(start, end))
    middle = start + split_point(size)
    return node_hash(range_hash(start, middle), range_hash(middle, end))


def _leaf_hashes(start: int, end: int) -> list[bytes]:
    places = Leaf.objects.filter(position__gte=start, position__lt=end)
    records = dict(places.values_list("record", "position"))
    found = {
        records[record]: bytes(value)
        for record, value in ChainRecord.objects.filter(pk__in=records).values_list("pk", "hash")
    }
    if len(found) != end - start:
        raise ProofError(f"places {start} to {end - 1} of the log are not whole")
    return [found[place] for place in range(start, end)]
