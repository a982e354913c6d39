"""What stands in the way of a yard."""

import pytest

from planning.queue.eligibility import Facts, Obstacle, obstacles

READY = {"needs_work": True, "land_ready": True, "project_ready": True}


@pytest.mark.parametrize(
    "facts, expected",
    [
        (READY, []),
        ({"needs_work": True}, []),
        ({}, [Obstacle.NOT_SURVEYED]),
        ({**READY, "held": True}, [Obstacle.HOLD]),
        ({**READY, "demolition": True, "held": True}, [Obstacle.HOLD, Obstacle.DEMOLITION]),
        ({**READY, "needs_work": False}, [Obstacle.NOT_NEEDED]),
        ({**READY, "land_ready": False}, [Obstacle.LAND]),
        ({**READY, "network_renewal_due": True}, [Obstacle.NETWORK]),
        ({**READY, "network_renewal_due": False, "demolition": False}, []),
        ({**READY, "project_ready": False}, [Obstacle.NO_PROJECT]),
    ],
)
def test_obstacles(facts, expected):
    assert obstacles(Facts(**facts)) == expected
