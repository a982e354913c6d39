"""Chance by place: numbers drawn from a hash of a key, never from a running stream.

What happens at a spot depends on the seed and on the spot alone, so a change of the plan in
one quarter leaves the houses, names and ids of all others as they were.
"""

import hashlib

import numpy as np

Keys = np.ndarray  # uint64, shape (n,)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def word(*parts: object) -> np.uint64:
    """A 64-bit key of some words and numbers; the same on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return np.uint64(
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    )


def mix(keys: Keys) -> Keys:
    """The splitmix64 finaliser (Steele, Lea, Flood 2014), vectorised: uint64 -> uint64."""
    with np.errstate(over="ignore"):
        z = keys + _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        return z ^ (z >> np.uint64(31))


def combine(keys: Keys, other: Keys | np.uint64 | int) -> Keys:
    """A new key out of two."""
    return mix(np.asarray(keys, dtype=np.uint64) ^ mix(np.asarray(other, dtype=np.uint64)))


def spots(seed: int, what: str, x: np.ndarray, y: np.ndarray, cell_m: float = 1.0) -> Keys:
    """Keys of places: equal for coordinates (metres) in the same cell of `cell_m`."""
    east = np.round(np.asarray(x, dtype=float) / cell_m).astype(np.int64).astype(np.uint64)
    north = np.round(np.asarray(y, dtype=float) / cell_m).astype(np.int64).astype(np.uint64)
    return combine(combine(combine(east, north ^ _MIX_1), word(what)), np.uint64(seed))


def uniform(keys: Keys, salt: str) -> np.ndarray:
    """Numbers in [0, 1), one per key; different `salt`, independent numbers."""
    return (combine(keys, word(salt)) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def between(keys: Keys, salt: str, low: float, high: float) -> np.ndarray:
    """Numbers in [low, high), one per key."""
    return low + (high - low) * uniform(keys, salt)


def pick(keys: Keys, salt: str, shares: dict[str, float]) -> np.ndarray:
    """One name per key, drawn by the shares (they need not sum to 1)."""
    names = np.array(list(shares), dtype=object)
    edges = np.cumsum(list(shares.values()))
    place = np.searchsorted(edges, uniform(keys, salt) * edges[-1], side="right")
    return names[np.minimum(place, len(names) - 1)]
