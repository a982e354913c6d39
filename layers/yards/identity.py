"""Yards keep their identity over re-derivation by the largest shared set of houses. Pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

HASH_DIGITS = 10


def match(
    *,
    before: Mapping[str, Collection[str]],
    after: Sequence[Collection[str]],
    apartments: Mapping[str, int],
) -> list[str | None]:
    """Which earlier yard each derived one continues; None where it is new.

    before: yard id -> its houses. after: the houses of each derived yard. The pair that shares
    most houses goes first, among equals the one with more apartments in the shared houses, then
    the lower yard id, then the lower first house. No yard is continued twice.
    """
    yard_of = {house: yard for yard, houses in before.items() for house in houses}
    shared: dict[tuple[str, int], list[str]] = {}
    for position, houses in enumerate(after):
        for house in houses:
            if house in yard_of:
                shared.setdefault((yard_of[house], position), []).append(house)

    def rank(pair: tuple[str, int]) -> tuple:
        yard, position = pair
        common = shared[pair]
        weight = sum(apartments.get(house, 0) for house in common)
        return (-len(common), -weight, yard, min(after[position]))

    result: list[str | None] = [None] * len(after)
    continued: set[str] = set()
    for yard, position in sorted(shared, key=rank):
        if yard not in continued and result[position] is None:
            result[position] = yard
            continued.add(yard)
    return result


def fresh_id(houses: Collection[str], *, taken: Collection[str]) -> str:
    """A stable id for a new yard from its founding houses: `y` and a short hash.

    The same houses give the same id on any machine, so a yard that comes back is the one that
    was. An id in `taken` gets the first free number behind it.
    """
    digest = hashlib.sha256("\n".join(sorted(houses)).encode()).hexdigest()[:HASH_DIGITS]
    name, number = f"y{digest}", 2
    while name in taken:
        name, number = f"y{digest}-{number}", number + 1
    return name
