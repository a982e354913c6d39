"""What tests of planning share."""

import pytest

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from tests.planning.town import make_user


@pytest.fixture
def planner(db) -> User:
    return make_user(Role.PLANNER, name="planner")


@pytest.fixture
def head(db) -> User:
    return make_user(Role.HEAD, name="head")
