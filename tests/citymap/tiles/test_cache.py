"""An edit is on the map at the next look, nothing else is drawn again, and no race spoils it."""

import datetime as dt
import threading
import time

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from citymap.accounts.models import Organization
from citymap.geo import city_point
from citymap.tiles import cache, triggers
from citymap.tiles.grid import Tile, tile_at
from citymap.tiles.jobs import remove_stale_tiles
from citymap.tiles.models import DirtyTile, DrawnSource
from citymap.tiles.mvt import render
from citymap.tiles.registry import (
    MapLayer,
    MapSource,
    layers,
    layers_of,
    register_layer,
    register_source,
    sources,
)
from layers.models import Camera, NetworkSegment, Playground
from tests.support.tiles import decode_tile, make

LON, LAT = 69.15, 54.87
TILE = tile_at(LON, LAT, 16)
FAR = tile_at(69.25, 54.95, 16)


def rename(request):
    """A page that edits: what any console or the admin does."""
    Playground.objects.filter(pk=request.POST["id"]).update(name=request.POST["name"])
    return HttpResponse("done")


def move(request):
    with transaction.atomic():
        playground = Playground.objects.select_for_update().get(pk=request.POST["id"])
        playground.geom = city_point(float(request.POST["lon"]), float(request.POST["lat"]))
        playground.save()
    return HttpResponse("done")


urlpatterns = [
    path("rename/", rename),
    path("move/", move),
    path("", include("citymap.tiles.urls")),
]


@pytest.fixture(autouse=True)
def _own_cache(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


@pytest.fixture
def clean(db):
    """No marks left by the fixtures of other tests."""
    DirtyTile.objects.all().delete()


def look(tile: Tile = TILE, source: str = "city"):
    return Client().get(f"/tiles/{source}/{tile.z}/{tile.x}/{tile.y}.mvt")


def kept(tile: Tile = TILE, source: str = "city") -> bytes | None:
    return cache.read(source, f"{tile.z}/{tile.x}/{tile.y}")


def names(tile: Tile = TILE) -> list[str]:
    response = look(tile)
    if response.status_code == 204:
        return []
    found = decode_tile(response.content, tile)
    return [feature.properties.get("name", "") for feature in found["playground"].features]


def pending() -> set[tuple]:
    return set(
        DirtyTile.objects.filter(removed_at=None).values_list("source", "z", "x", "y").distinct()
    )


def neighbours(tile: Tile) -> set[tuple]:
    return {("city", tile.z, tile.x + dx, tile.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}


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


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
class TestNextLook:
    """Edits over HTTP, by command and by psql, as a reader sees them."""

    @pytest.fixture(autouse=True)
    def _start_clean(self):
        cache.remove_stale()

    def test_a_drawn_tile_is_kept_and_served_again(self, django_assert_num_queries):
        make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        first = look()
        assert kept()
        with django_assert_num_queries(0):
            second = look()
        assert (first["ETag"], first.content) == (second["ETag"], second.content)

    def test_an_edit_over_http_is_there_at_the_next_look(self):
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        assert names() == ["old"]
        before = look()["ETag"]
        Client().post("/rename/", {"id": playground.pk, "name": "new"})
        assert kept() is None
        assert look()["ETag"] != before
        assert names() == ["new"]

    def test_only_the_tiles_it_touched_are_drawn_again(self):
        playground = make(Playground, city_point(LON, LAT))
        make(Playground, city_point(69.25, 54.95))
        cache.remove_stale()
        look(), look(FAR), look(tile_at(LON, LAT, 14))
        Client().post("/rename/", {"id": playground.pk, "name": "new"})
        assert kept(FAR)
        assert kept() is None
        assert kept(tile_at(LON, LAT, 14)) is None

    def test_what_moves_leaves_one_tile_and_enters_another(self):
        playground = make(Playground, city_point(LON, LAT), name="a")
        cache.remove_stale()
        assert (names(), names(FAR)) == (["a"], [])
        Client().post("/move/", {"id": playground.pk, "lon": 69.25, "lat": 54.95})
        assert (names(), names(FAR)) == ([], ["a"])

    def test_edits_by_psql_and_commands_wait_for_the_worker_only(self):
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        assert names() == ["old"]
        Playground.objects.filter(pk=playground.pk).update(name="new")
        assert names() == ["old"]
        remove_stale_tiles(dt.datetime.now(dt.UTC))
        assert names() == ["new"]

    def test_a_whole_source_goes_at_once(self):
        make(Playground, city_point(LON, LAT))
        cache.remove_stale()
        look(), look(FAR)
        DirtyTile.objects.create(source="city")
        cache.remove_stale()
        assert kept() is None
        assert kept(FAR) is None
        assert not list((cache.public_root() / "city").glob("*"))

    def test_reading_removes_nothing(self):
        make(Playground, city_point(LON, LAT))
        assert pending()
        look()
        assert pending()

    def test_old_marks_are_forgotten(self):
        make(Playground, city_point(LON, LAT))
        cache.remove_stale()
        assert cache.forget_old_marks() == 0
        DirtyTile.objects.update(removed_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        assert cache.forget_old_marks() > 0
        assert not DirtyTile.objects.exists()

    def test_an_unwritable_cache_does_not_break_an_edit(self, settings, tmp_path):
        """The edit is done; its mark stays for the worker."""
        playground = make(Playground, city_point(LON, LAT), name="old")
        (tmp_path / "file").write_text("not a folder")
        settings.CITYMAP_VAR = tmp_path / "file"
        response = Client().post("/rename/", {"id": playground.pk, "name": "new"})
        assert response.status_code == 200
        assert pending()

    def test_the_runtime_role_can_do_all_of_it(self, runtime_role):
        playground = make(Playground, city_point(LON, LAT), name="old")
        Client().post("/rename/", {"id": playground.pk, "name": "new"})
        assert names() == ["new"]
        assert kept()
        remove_stale_tiles(dt.datetime.now(dt.UTC))


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """A tile drawn from an old snapshot is never kept."""

    @pytest.fixture(autouse=True)
    def _start_clean(self):
        cache.remove_stale()

    def rendered(self):
        return render(layers_of("city"), TILE)

    def test_drawn_before_an_edit_stored_after_it(self):
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        old = self.rendered()
        Client().post("/rename/", {"id": playground.pk, "name": "new"})
        assert not cache.store("city", TILE, b"old picture", snapshot=old.snapshot)
        assert kept() is None
        assert cache.store("city", TILE, b"new picture", snapshot=self.rendered().snapshot)

    def test_drawn_before_an_edit_elsewhere_is_kept(self):
        make(Playground, city_point(LON, LAT))
        old = self.rendered()
        make(Playground, city_point(69.25, 54.95))
        assert cache.store("city", TILE, b"picture", snapshot=old.snapshot)

    def test_drawn_before_the_whole_source_was_marked(self):
        old = self.rendered()
        DirtyTile.objects.create(source="city")
        cache.remove_stale()
        assert not cache.store("city", TILE, b"old picture", snapshot=old.snapshot)

    def test_drawn_while_an_edit_is_open_and_stored_before_its_commit(self):
        """Kept for a moment, and removed by the editor."""
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        edited, finish = threading.Event(), threading.Event()

        def edit():
            with transaction.atomic():
                Playground.objects.filter(pk=playground.pk).update(name="new")
                edited.set()
                finish.wait(10)
            cache.remove_stale()
            connection.close()

        editor = threading.Thread(target=edit)
        editor.start()
        edited.wait(10)
        assert names() == ["old"]
        assert kept()
        finish.set()
        editor.join()
        assert kept() is None
        assert names() == ["new"]

    def test_a_snapshot_taken_while_an_edit_was_open_is_too_old_after_its_commit(self):
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        edited, finish = threading.Event(), threading.Event()

        def edit():
            with transaction.atomic():
                Playground.objects.filter(pk=playground.pk).update(name="new")
                edited.set()
                finish.wait(10)
            connection.close()

        editor = threading.Thread(target=edit)
        editor.start()
        edited.wait(10)
        old = self.rendered()
        finish.set()
        editor.join()
        cache.remove_stale()
        assert not cache.store("city", TILE, b"old picture", snapshot=old.snapshot)

    def test_the_remover_waits_for_a_storer_and_removes_its_file(self):
        """Between check and rename the storer holds the lock."""
        playground = make(Playground, city_point(LON, LAT), name="old")
        cache.remove_stale()
        old = self.rendered()
        removed = threading.Event()

        def edit():
            Playground.objects.filter(pk=playground.pk).update(name="new")
            cache.remove_stale()
            removed.set()
            connection.close()

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tiles_may_store(%s, 'city', %s, %s, %s, %s)",
                [cache.LOCK_CLASS, TILE.z, TILE.x, TILE.y, old.snapshot],
            )
            assert cursor.fetchone()[0]
            editor = threading.Thread(target=edit)
            editor.start()
            assert not removed.wait(0.3)
            path = cache.path_of("city", TILE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"old picture")
        editor.join()
        assert kept() is None

    def test_many_at_once_end_with_the_truth(self):
        playgrounds = [make(Playground, city_point(LON, LAT), name="0") for _ in range(3)]
        cache.remove_stale()
        stop = time.monotonic() + 2.5
        edits, looks, faults = [0], [0], []

        def edit(playground):
            number = 0
            while time.monotonic() < stop:
                number += 1
                name = f"{playground.pk}-{number}"
                Client().post("/rename/", {"id": playground.pk, "name": name})
                # The editor sees its own edit at once, whoever else draws and edits.
                if name not in names():
                    faults.append(name)
                edits[0] += 1
            connection.close()

        def read():
            while time.monotonic() < stop:
                names()
                looks[0] += 1
            connection.close()

        workers = [threading.Thread(target=edit, args=(one,)) for one in playgrounds]
        workers += [threading.Thread(target=read) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert edits[0] > 10
        assert looks[0] > 10
        assert faults == []
        assert sorted(names()) == sorted(Playground.objects.values_list("name", flat=True))
