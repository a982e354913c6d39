"""How much residents complain about a yard: people, not messages.

- One person makes one complaint in 90 days, however often and wherever the messages are sent.
- A complaint counts half after twelve months, a quarter after two years, and so on.
- Complaints count by cluster: a yard gets of every cluster that touches it the share of the
  cluster that lies in the yard.
"""

from dataclasses import dataclass

import numpy as np

SAME_PERSON_DAYS = 90
HALF_LIFE_DAYS = 365.25
# Values are whole multiples of this, so that sums do not depend on their order.
UNIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Shares:
    """Of each pair of cluster and yard that touch: the share of the cluster in the yard, 0-1."""

    cluster: np.ndarray
    yard: np.ndarray
    share: np.ndarray


@dataclass(frozen=True, slots=True)
class Complaints:
    """By yard, in the order asked for: value, and day of the oldest complaint (or `never`)."""

    value: np.ndarray
    first_day: np.ndarray


def counted(person: np.ndarray, day: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Which messages are complaints that count: of each person the first, then the first at
    least 90 days after the last that counted.

    person, day (since 1970), order (what tells messages of one day apart, such as their id):
    int64 (n,). Returns bool (n,).
    """
    person, day, order = (np.asarray(part, dtype=np.int64) for part in (person, day, order))
    counts = np.zeros(len(person), dtype=bool)
    left = _by_person(person, day, order)
    while left.size:
        starts = np.r_[True, person[left][1:] != person[left][:-1]]
        first = left[starts]
        counts[first] = True
        group = np.cumsum(starts) - 1
        # The first go in any case, so that each round has fewer.
        left = left[~starts & (day[left] - day[first][group] >= SAME_PERSON_DAYS)]
    return counts


def _by_person(person: np.ndarray, day: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Indices by person, day, order; by one number of 64 bits where all three fit into it."""
    if not len(person):
        return np.zeros(0, dtype=np.int64)
    rough = np.argsort(person)
    ordered = person[rough]
    rank = np.empty(len(person), dtype=np.uint64)
    rank[rough] = np.cumsum(np.r_[False, ordered[1:] != ordered[:-1]])
    bits = [int(part.max()) - int(part.min()) for part in (day, order)]
    bits = [span.bit_length() for span in bits]
    if int(rank.max()).bit_length() + sum(bits) > 64:
        return np.lexsort((order, day, person))
    key = rank << np.uint64(sum(bits))
    key |= (day - day.min()).astype(np.uint64) << np.uint64(bits[1])
    key |= (order - order.min()).astype(np.uint64)
    return np.argsort(key)


def weight_of_age(days: np.ndarray) -> np.ndarray:
    """1 today, a half after twelve months; in whole units of 1/UNIT. Of the future: nothing."""
    days = np.asarray(days, dtype=float)
    halved = np.rint(0.5 ** (np.maximum(days, 0) / HALF_LIFE_DAYS) * UNIT)
    return np.where(days >= 0, halved, 0).astype(np.int64)


def complaints_of_yards(
    yards: np.ndarray,
    *,
    person: np.ndarray,
    day: np.ndarray,
    order: np.ndarray,
    cluster: np.ndarray,
    shares: Shares,
    today: int,
    never: int,
) -> Complaints:
    """The complaints criterion of `yards` (ids, any order).

    person, day, order, cluster: of messages about the yards' improvement; cluster -1 is none.
    shares: how clusters lie in yards. today: day since 1970 as of which complaints are halved.
    """
    use = (cluster >= 0) & (day <= today)
    person, day, order, cluster = person[use], day[use], order[use], cluster[use]
    keep = counted(person, day, order)
    return complaints_heard(
        yards, day=day[keep], cluster=cluster[keep], shares=shares, today=today, never=never
    )


def complaints_heard(
    yards: np.ndarray,
    *,
    day: np.ndarray,
    cluster: np.ndarray,
    shares: Shares,
    today: int,
    never: int,
) -> Complaints:
    """The same of messages that all count, none of them after `today` or in no cluster."""
    clusters, member = np.unique(cluster, return_inverse=True)
    heard = np.zeros(len(clusters), dtype=np.int64)
    np.add.at(heard, member, weight_of_age(today - day))
    oldest = np.full(len(clusters), never, dtype=np.int64)
    np.minimum.at(oldest, member, day)
    return _by_yard(np.asarray(yards, dtype=np.int64), clusters, heard, oldest, shares, never)


def _by_yard(
    yards: np.ndarray,
    clusters: np.ndarray,
    heard: np.ndarray,
    oldest: np.ndarray,
    shares: Shares,
    never: int,
) -> Complaints:
    ordered = np.argsort(yards, kind="stable")
    place, known_yard = _found(yards[ordered], shares.yard)
    source, known_cluster = _found(clusters, shares.cluster)
    pairs = known_yard & known_cluster & (shares.share > 0)
    target, source = ordered[place[pairs]], source[pairs]
    total = np.zeros(len(yards), dtype=np.int64)
    np.add.at(total, target, np.rint(heard[source] * shares.share[pairs]).astype(np.int64))
    first = np.full(len(yards), never, dtype=np.int64)
    np.minimum.at(first, target, oldest[source])
    return Complaints(value=total / UNIT, first_day=first)


def _found(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of each wanted value among sorted known ones, and whether it is there."""
    if not len(known):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    index = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return index, known[index] == wanted
