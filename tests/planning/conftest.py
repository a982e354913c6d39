"""What tests of planning share."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from tests.planning.town import make_user


@pytest.fixture(autouse=True)
def in_english(settings) -> Iterator[None]:
    """Words in tests are the message ids, whether the catalogues are compiled or not."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def planner(db) -> User:
    return make_user(Role.PLANNER, name="planner")


@pytest.fixture
def head(db) -> User:
    return make_user(Role.HEAD, name="head")
