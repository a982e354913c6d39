import pytest
from django.utils import timezone

from appeals import services
from appeals.models import WorkLink
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact as Address
from tests.appeals.hostile import NOON
from tests.appeals.world import HOUR, MONDAY, World


@pytest.fixture
def world(db) -> World:
    return World()


@pytest.fixture
def noon(monkeypatch, settings, tmp_path) -> None:
    """It is noon of the first day, and photos go to a folder of the test."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def link(world) -> WorkLink:
    Address.objects.create(organization=world.body, kind=ContactKind.EMAIL, value="a@heat.example")
    return services.send_link(
        appeal=world.assigned(), user=world.executor, address="a@heat.example", now=MONDAY + HOUR
    )
