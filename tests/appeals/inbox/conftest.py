import pytest
from django.test import Client
from django.utils import timezone

from tests.appeals.inbox.acting import client_of
from tests.appeals.world import HOUR, MONDAY


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    """It is Monday noon wherever the pages ask."""
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + 2 * HOUR)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def body(world) -> Client:
    return client_of(world.executor)
