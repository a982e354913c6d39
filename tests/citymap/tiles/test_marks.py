"""Which tiles an edit marks, and that the database is set up to mark them."""

import datetime as dt
import time

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection, transaction

from citymap.accounts.models import Organization
from citymap.geo import city_point
from citymap.tiles import triggers
from citymap.tiles.grid import tile_at
from citymap.tiles.models import DirtyTile, DrawnSource
from citymap.tiles.registry import (
    MapLayer,
    MapSource,
    layers,
    register_layer,
    register_source,
    sources,
)
from layers.models import Camera, NetworkSegment, Playground
from tests.citymap.tiles.looking import FAR, LAT, LON, TILE, neighbours, pending
from tests.support.tiles import make


@pytest.fixture(autouse=True)
def _own_cache(own_cache):
    """Before the fixtures of the classes, which clear it."""


@pytest.mark.django_db
@pytest.mark.usefixtures("clean")
class TestMarks:
    """Which tiles a statement marks: within its own transaction, by triggers alone."""

    def test_a_point_marks_its_tile_at_every_zoom(self):
        make(Playground, city_point(LON, LAT))
        marked = pending()
        for z in range(13, 17):
            here = tile_at(LON, LAT, z)
            assert ("city", here.z, here.x, here.y) in marked
            assert {mark for mark in marked if mark[1] == z} <= neighbours(here)
        assert {mark[1] for mark in marked} == {13, 14, 15, 16}

    def test_a_move_marks_where_it_was_and_where_it_is(self):
        playground = make(Playground, city_point(LON, LAT))
        DirtyTile.objects.all().delete()
        playground.geom = city_point(69.25, 54.95)
        playground.save()
        marked = pending()
        assert ("city", 16, TILE.x, TILE.y) in marked
        assert ("city", 16, FAR.x, FAR.y) in marked

    def test_a_point_in_the_margin_marks_the_neighbour_too(self):
        west, south, _, north = TILE.bounds
        from_edge = (north - south) / 4096 * 10
        point = f"SRID=3857;POINT({west + from_edge} {(south + north) / 2})"
        make(Playground, point)
        assert ("city", 16, TILE.x - 1, TILE.y) in pending()

    def test_a_diagonal_line_marks_only_the_tiles_along_it(self):
        line = LineString(*(city_point(69.10 + i / 50, 54.82 + i / 80).coords for i in range(6)))
        make(NetworkSegment, line, kind="heat")
        at_16 = {mark for mark in pending() if mark[1] == 16}
        xs, ys = {mark[2] for mark in at_16}, {mark[3] for mark in at_16}
        assert len(at_16) < len(xs) * len(ys) / 4
        assert len(at_16) >= max(len(xs), len(ys))

    @pytest.mark.parametrize("how", ["update", "delete", "sql"])
    def test_every_way_to_edit_marks(self, how):
        playground = make(Playground, city_point(LON, LAT))
        DirtyTile.objects.all().delete()
        if how == "update":
            Playground.objects.update(name="new")
        elif how == "delete":
            playground.delete()
        else:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE layers_playground SET name = 'by psql'")
        assert ("city", 16, TILE.x, TILE.y) in pending()

    def test_an_edit_that_touches_no_row_marks_nothing(self):
        Playground.objects.filter(pk=-1).update(name="nobody")
        assert pending() == set()

    def test_a_rolled_back_edit_marks_nothing(self):
        with transaction.atomic():
            make(Playground, city_point(LON, LAT))
            transaction.set_rollback(True)
        assert pending() == set()

    def test_much_at_once_marks_the_whole_source_with_one_row(self):
        Playground.objects.bulk_create(
            [
                Playground(
                    source="test", source_id=f"bulk{n}", valid_from=dt.date(2025, 1, 1),
                    geom=city_point(69 + n / 2500, 54.9),
                )
                for n in range(600)
            ]
        )  # fmt: skip
        assert pending() == {("city", None, None, None)}
        Playground.objects.update(name="again")
        assert DirtyTile.objects.count() == 1

    def test_many_small_statements_end_with_the_whole_source(self):
        for n in range(500):
            make(Playground, city_point(69 + n / 2000, 54.81 + n / 3000))
        assert ("city", None, None, None) in pending()
        assert DirtyTile.objects.count() < 2100

    def test_staff_layers_are_not_watched(self):
        make(Camera, city_point(LON, LAT))
        assert pending() == set()

    def test_the_runtime_role_marks_too(self, runtime_role):
        make(Playground, city_point(LON, LAT))
        assert ("city", 16, TILE.x, TILE.y) in pending()

    def test_an_edit_costs_little(self):
        playground = make(Playground, city_point(LON, LAT))
        playground.name = "warm"
        playground.save()
        started = time.perf_counter()
        for n in range(20):
            playground.name = str(n)
            playground.save()
        assert (time.perf_counter() - started) / 20 < 0.05


@pytest.mark.django_db
class TestInstallation:
    """Triggers follow the registry: a new layer needs nothing but its own entry."""

    @pytest.fixture
    def guest(self):
        register_source(MapSource(name="guest", public=True))
        register_layer(
            MapLayer(
                name="guest_camera", source="guest", title="", group="",
                queryset=Camera.objects.current, fields={"owner": "owner__name"},
            )
        )  # fmt: skip
        yield
        layers.unregister("guest_camera")
        sources.unregister("guest")

    def install(self):
        triggers.install(sender=None)
        DirtyTile.objects.all().delete()

    @pytest.mark.usefixtures("guest")
    def test_a_new_layer_is_watched_after_migrate(self):
        self.install()
        make(Camera, city_point(LON, LAT))
        assert ("guest", 16, TILE.x, TILE.y) in pending()

    @pytest.mark.usefixtures("guest")
    def test_tables_that_feed_attributes_mark_the_whole_source(self):
        self.install()
        owner = Organization.objects.create(name="Вышка", kind="utility")
        assert pending() == {("guest", None, None, None)}
        DirtyTile.objects.all().delete()
        Organization.objects.filter(pk=-1).update(name="nobody")
        assert pending() == set()
        owner.delete()
        assert pending() == {("guest", None, None, None)}

    def test_a_layer_that_is_gone_is_no_longer_watched(self):
        with connection.cursor() as cursor:
            before = triggers.installed(cursor)
            register_source(MapSource(name="guest", public=True))
            register_layer(
                MapLayer(name="g", source="guest", title="", group="", queryset=Camera.objects.all)
            )
            try:
                triggers.install(sender=None)
                assert len(triggers.installed(cursor)) == len(before) + 4
            finally:
                layers.unregister("g")
                sources.unregister("guest")
            triggers.install(sender=None)
            assert triggers.installed(cursor) == before

    def test_installing_twice_changes_nothing(self):
        self.install()
        triggers.install(sender=None)
        assert pending() == set()
        with connection.cursor() as cursor:
            assert list(triggers.missing(cursor)) == []

    def test_layers_drawn_otherwise_than_before_are_marked(self):
        self.install()
        DrawnSource.objects.filter(name="city").update(fingerprint="of yesterday")
        triggers.install(sender=None)
        assert pending() == {("city", None, None, None)}

    def test_the_runtime_role_installs_nothing(self, runtime_role):
        triggers.install(sender=None)
