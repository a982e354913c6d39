"""May a yard be put right now? Apart from its rank: who may not keeps place and score."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Obstacle(StrEnum):
    """Why a yard is not taken into a programme; the first that applies is shown."""

    HOLD = "hold"
    DEMOLITION = "demolition"
    NOT_NEEDED = "not_needed"
    LAND = "land"
    NETWORK = "network"
    NOT_SURVEYED = "not_surveyed"
    NO_PROJECT = "no_project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a yard; None where nobody has looked."""

    needs_work: bool | None = None
    land_ready: bool | None = None
    demolition: bool | None = None
    network_renewal_due: bool | None = None
    project_ready: bool | None = None
    held: bool = False


def obstacles(facts: Facts) -> list[Obstacle]:
    """All that stands in the way, in the order of weight. Empty: the yard is eligible.

    What nobody has looked at does not stand in the way, but for the survey itself.
    """
    rules: Iterable[tuple[bool, Obstacle]] = (
        (facts.held, Obstacle.HOLD),
        (facts.demolition is True, Obstacle.DEMOLITION),
        (facts.needs_work is False, Obstacle.NOT_NEEDED),
        (facts.land_ready is False, Obstacle.LAND),
        (facts.network_renewal_due is True, Obstacle.NETWORK),
        (facts.needs_work is None, Obstacle.NOT_SURVEYED),
        (facts.project_ready is False, Obstacle.NO_PROJECT),
    )
    return [obstacle for applies, obstacle in rules if applies]
