"""The Merkle tree of RFC 6962, section 2.1: pure functions over SHA-256 hashes.

A leaf is hashed with a zero byte before it, an inner node with a one byte, so that neither can
pass for the other. A *frontier* is the list of full subtrees of a tree, largest first: all that
is needed to append to it. `scripts/verify_history.py` has its own copy, on purpose: a court
runs that file alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
# Subtrees of 2**KEPT_LEVEL leaves and more are stored (`history_node`).
KEPT_LEVEL = 8
EMPTY_ROOT = hashlib.sha256().digest()

# (start, end) of a full or ragged range of leaves -> its hash
RangeHash = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: appends one leaf in O(1) amortised."""

    def __init__(
        self,
        size: int = 0,
        hashes: Iterable[bytes] = (),
        *,
        kept: Callable[[int, int, bytes], None] | None = None,
    ) -> None:
        """kept: told (level, index, hash) of each subtree that is stored, as it becomes full."""
        self.size = size
        self.kept = kept
        self.hashes = [bytes(item) for item in hashes]
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} full subtrees")

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        size, hashes, level = self.size, self.hashes, 0
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
            level += 1
            if self.kept is not None and level >= KEPT_LEVEL:
                self.kept(level, size, leaf)
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The tree's hash."""
        if not self.hashes:
            return EMPTY_ROOT
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree hash over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def split_point(size: int) -> int:
    """The largest power of two smaller than `size` (which is 2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(position: int, size: int, hash_of: RangeHash) -> list[bytes]:
    """The hashes that lead from a leaf to the root of a tree of `size`, nearest first."""
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if position < middle:
            path.append(hash_of(middle, end))
            end = middle
        else:
            path.append(hash_of(start, middle))
            start = middle
    path.reverse()
    return path


def root_from_path(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion path leads to; ValueError when it cannot be one."""
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
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


def consistency_path(old: int, new: int, hash_of: RangeHash) -> list[bytes]:
    """The hashes that show a tree of `new` leaves to begin with the tree of `old` leaves."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new}")

    def below(size: int, start: int, end: int, whole: bool) -> list[bytes]:
        if size == end - start:
            return [] if whole else [hash_of(start, end)]
        middle = split_point(end - start)
        if size <= middle:
            return [*below(size, start, start + middle, whole), hash_of(start + middle, end)]
        return [
            *below(size - middle, start + middle, end, False),
            hash_of(start, start + middle),
        ]

    return below(old, 0, new, True)
