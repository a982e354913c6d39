"""What the demo's digs follow: breakages that appeals told of."""

import pytest
from django.utils import timezone

from appeals.demo.breakages import breakages
from layers.choices import NetworkKind
from tests.appeals.world import MONDAY

pytestmark = pytest.mark.django_db


def test_bursts_are_breakages_and_complaints_are_not(world):
    burst = world.register(category=world.category("HEAT-BURST"), text="Порыв")
    world.register()
    world.register(category=world.category("WATER-BURST"), text="учение", practice=True)
    (found,) = breakages()
    assert (found.network_kind, found.day) == (NetworkKind.HEAT, timezone.localdate(MONDAY))
    assert found.geom.equals(burst.geom)
