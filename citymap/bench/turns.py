"""Several loads measured in turn, so that what disturbs the machine disturbs all of them."""

import statistics
from collections.abc import Callable

ROUNDS = 3
ROUND_S = 3


def in_turns(*loads: Callable[[], float]) -> list[float]:
    """The median of each load over ROUNDS rounds; a load takes about ROUND_S seconds."""
    measured = [[load() for load in loads] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*measured, strict=True)]
