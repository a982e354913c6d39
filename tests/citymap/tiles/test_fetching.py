"""Prepared tile statements: planned once, the same tiles, at home on any connection."""

import pytest
from django.db import connection
from django.utils import timezone

from citymap.geo import city_point
from citymap.tiles import fetching
from citymap.tiles.fetching import fetch_tile
from citymap.tiles.grid import Tile, tile_at
from citymap.tiles.mvt import render, tile_statement
from citymap.tiles.registry import layers_of
from layers.models import Playground
from tests.support.databases import admin_cursor
from tests.support.tiles import make

LON, LAT = 69.15, 54.87
ZOOMS = range(10, 19)


def statement(z: int):
    return tile_statement(tuple(layers_of("city")), z, timezone.localdate())


def forget_prepared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    fetching._prepared.clear()


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'tile_%'")
        return [text for (text,) in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("z", ZOOMS)
def test_prepared_or_not_a_tile_is_the_same(z):
    for step in range(5):
        make(Playground, city_point(LON + step * 0.001, LAT), name=f"п {step}")
    here = tile_at(LON, LAT, z)
    for tile in (here, Tile(z, here.x + 1, here.y), Tile(z, 0, 0)):
        # More often than PostgreSQL plans anew before it settles on one plan.
        found = {fetch_tile(statement(z), tile, shared=True)[1] for _ in range(7)}
        assert found == {fetch_tile(statement(z), tile, shared=False)[1]}


@pytest.mark.django_db
def test_each_zoom_is_prepared_once():
    forget_prepared()
    for _ in range(3):
        for z in ZOOMS:
            render(layers_of("city"), tile_at(LON, LAT, z))
    assert len(prepared()) == len(ZOOMS)


@pytest.mark.django_db
def test_a_readers_own_layers_are_not_prepared():
    forget_prepared()
    fetch_tile(statement(16), tile_at(LON, LAT, 16), shared=False)
    assert prepared() == []


@pytest.mark.django_db
def test_a_connection_keeps_only_so_many(monkeypatch):
    forget_prepared()
    monkeypatch.setattr(fetching, "KEPT_PER_CONNECTION", 4)
    for z in ZOOMS:
        fetch_tile(statement(z), tile_at(LON, LAT, z), shared=True)
        assert len(prepared()) <= 4


@pytest.mark.django_db
def test_no_layer_at_all_is_an_empty_tile():
    nothing = tile_statement((), 16, timezone.localdate())
    assert fetch_tile(nothing, tile_at(LON, LAT, 16), shared=True)[1] == b""


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_is_opened_anew():
    tile = tile_at(LON, LAT, 16)
    before = fetch_tile(statement(16), tile, shared=True)[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with admin_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert fetch_tile(statement(16), tile, shared=True)[1] == before
