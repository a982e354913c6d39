"""An edit is on the map at the next look, nothing else is drawn again, and no race spoils it."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from citymap.geo import city_point
from citymap.tiles import cache
from citymap.tiles.grid import tile_at
from citymap.tiles.jobs import remove_stale_tiles
from citymap.tiles.models import DirtyTile
from citymap.tiles.mvt import render
from citymap.tiles.registry import layers_of
from layers.models import Playground
from tests.citymap.tiles.looking import FAR, LAT, LON, TILE, kept, look, names, pending
from tests.support.tiles import make


@pytest.fixture(autouse=True)
def _own_cache(own_cache):
    """Before the fixtures of the classes, which clear it."""


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
