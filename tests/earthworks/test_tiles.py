"""The works layer as it arrives in a tile."""

import datetime as dt

import pytest

from citymap.geo import lon_lat
from citymap.tiles.grid import tile_at
from citymap.tiles.mvt import render
from citymap.tiles.registry import layers, layers_of, sources
from earthworks.choices import OrderState
from tests.earthworks.world import approving, brought_to, dig, draft, issued, local
from tests.support.tiles import decode_tile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def looks() -> set[str]:
    tile = tile_at(*lon_lat(dig().centroid), 14)
    decoded = decode_tile(render(layers_of("works"), tile).data, tile)
    return {feature.properties["look"] for feature in decoded["order"].features}


def test_states_have_their_looks_and_drafts_none():
    soon = {"begins_on": dt.date(2030, 6, 1), "ends_on": dt.date(2030, 6, 20)}
    now = local("2030-06-05 10:00")
    draft(geom=dig(y=0))
    approving(geom=dig(y=20), **soon)
    brought_to(issued(geom=dig(y=40), **soon), OrderState.IN_PROGRESS, now)
    brought_to(issued(geom=dig(y=60), **soon), OrderState.RESTORED_INTERIM, now)
    brought_to(issued(geom=dig(y=80), **soon), OrderState.RESTORED, now)
    issued(geom=dig(y=100))
    assert looks() == {"planned", "running", "interim", "restored", "overdue"}


def test_the_source_is_public_and_drawn_at_every_look():
    assert sources.get("works").public
    assert not sources.get("works").cached
    assert layers.get("order").dated == ("from", "to")
