"""The tree of RFC 6962, against its definition written down once more, plainly."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.history.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
)
from scripts import verify_history as offline

LEAVES = [leaf_hash(bytes([n])) for n in range(70)]
sizes = st.integers(1, len(LEAVES))


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, by recursion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    left, right = tree_hash(leaves[:middle]), tree_hash(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def range_hash(start: int, end: int) -> bytes:
    return tree_hash(LEAVES[start:end])


def test_known_values():
    """From the test vectors of Certificate Transparency."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    leaves = [leaf_hash(b""), leaf_hash(b"\x00"), leaf_hash(b"\x10")]
    assert root_of(leaves).hex() == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    )


@given(sizes)
def test_the_growing_tree_is_the_defined_one(size):
    assert root_of(LEAVES[:size]) == tree_hash(LEAVES[:size])
    ours = offline.Tree()
    for leaf in LEAVES[:size]:
        ours.append(leaf)
    assert ours.root() == tree_hash(LEAVES[:size])


@given(sizes, st.integers(0, len(LEAVES) - 1))
def test_growing_goes_on_from_a_frontier(size, at):
    at = min(at, size)
    before = Frontier()
    for leaf in LEAVES[:at]:
        before.append(leaf)
    after = Frontier(at, before.hashes)
    for leaf in LEAVES[at:size]:
        after.append(leaf)
    assert after.root() == tree_hash(LEAVES[:size])


def test_a_frontier_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 full subtrees"):
        Frontier(3, LEAVES[:1])


@given(sizes, st.data())
def test_inclusion(size, data):
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_path(position, size, range_hash)
    root = tree_hash(LEAVES[:size])
    for check in (root_from_path, offline.root_from_path):
        assert check(LEAVES[position], position, size, path) == root
        if size > 1:
            other = check(LEAVES[(position + 1) % size], position, size, path)
            assert other != root
            with pytest.raises(ValueError, match="too short"):
                check(LEAVES[position], position, size, path[:-1])
            with pytest.raises(ValueError, match="too long"):
                check(LEAVES[position], position, size, [*path, path[0]])


def test_no_such_leaf():
    for check in (root_from_path, offline.root_from_path):
        with pytest.raises(ValueError, match="no "):
            check(LEAVES[0], 4, 4, [])
    with pytest.raises(ValueError, match="no leaf 4"):
        inclusion_path(4, 4, range_hash)


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Verification of RFC 9162, 2.1.4.2."""
    if old == new:
        return not path and old_root == new_root
    path = list(path)
    if old & (old - 1) == 0:
        path = [old_root, *path]
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = path[0]
    for item in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = node_hash(item, first), node_hash(item, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = node_hash(second, item)
        index, last = index >> 1, last >> 1
    return first == old_root and second == new_root and last == 0


@given(sizes, st.data())
def test_consistency(new, data):
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, range_hash)
    old_root, new_root = tree_hash(LEAVES[:old]), tree_hash(LEAVES[:new])
    assert consistent(old, new, old_root, new_root, path)
    if old < new:
        changed = [leaf_hash(b"other"), *LEAVES[1:new]]
        assert not consistent(old, new, old_root, tree_hash(changed), path)


def test_no_consistency_backwards():
    with pytest.raises(ValueError, match="no proof"):
        consistency_path(5, 4, range_hash)
