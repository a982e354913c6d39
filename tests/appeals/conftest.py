import pytest

from tests.appeals.world import World


@pytest.fixture
def world(db) -> World:
    return World()
