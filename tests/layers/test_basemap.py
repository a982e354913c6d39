"""The base map: built from the database, whole before anybody sees it, switched in one step."""

import gzip
import shutil
import sys
import threading

import psycopg2
import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from citymap.geo import city_point
from citymap.tiles import base, cache
from citymap.tiles.grid import tile_at
from layers import basemap
from layers.basemap import build_basemap
from layers.basestyle import BASE_MAX_ZOOM, BASE_MIN_ZOOM, VECTOR_LAYERS
from layers.choices import RoadClass
from layers.jobs import build_owed_base_map
from layers.models import Address, Building, LandUse, PlaceName, Road, Street, Territory, Water
from tests.support.tiles import decode_tile, make

pytestmark = pytest.mark.django_db

LON, LAT = 69.15, 54.87


@pytest.fixture(autouse=True)
def _own_var(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


def square(side_m: float) -> MultiPolygon:
    point = city_point(LON, LAT)
    half = side_m / 2
    box = (point.x - half, point.y - half, point.x + half, point.y + half)
    return MultiPolygon(Polygon.from_bbox(box), srid=point.srid)


def line(length_m: float) -> LineString:
    point = city_point(LON, LAT)
    return LineString((point.x, point.y), (point.x + length_m, point.y), srid=point.srid)


@pytest.fixture
def town():
    """One of everything that the base map draws."""
    street = make(Street, None, kind="street", name="Абая", name_kk="Абай", name_key="абая")
    make(Road, line(300), road_class=RoadClass.PRIMARY, kind="primary", street=street)
    make(Road, line(200), road_class=RoadClass.SERVICE, kind="service")
    make(Building, square(40), use="apartments", levels=9, name="Дом культуры")
    make(Building, square(20), height_m=4.5)
    make(LandUse, square(900), kind="residential")
    make(Water, square(400), kind="lake", name="Пёстрое")
    make(Water, line(5000), kind="river", name="Есіл")
    make(PlaceName, city_point(LON, LAT), kind="city", name="Петропавловск", name_kk="Петропавл")
    make(Address, city_point(LON, LAT), street=street, house_number="10/2")
    make(Territory, square(3000), kind="city", name="Петропавловск")


def shown(z: int):
    tile = tile_at(LON, LAT, z)
    packed = cache.read(base.SOURCE, f"{z}/{tile.x}/{tile.y}")
    return decode_tile(gzip.decompress(packed), tile) if packed else {}


def properties(z: int, layer: str) -> list[dict]:
    found = shown(z).get(layer)
    return [feature.properties for feature in found.features] if found else []


@pytest.mark.usefixtures("town")
class TestWhatItShows:
    @pytest.fixture(autouse=True)
    def _built(self, _own_var, town):
        build_basemap(say=lambda text: None)

    def test_every_layer_is_promised_by_the_style(self):
        for z in range(BASE_MIN_ZOOM, BASE_MAX_ZOOM + 1):
            assert set(shown(z)) <= set(VECTOR_LAYERS)
        assert set(shown(BASE_MAX_ZOOM)) == set(VECTOR_LAYERS) - {"railway", "boundary"}

    def test_height_is_stated_or_three_metres_a_storey(self):
        assert sorted(row["height"] for row in properties(15, "building")) == [4.5, 27]

    def test_a_building_carries_its_key(self):
        ids = {feature.id for feature in shown(15)["building"].features}
        assert ids == set(Building.objects.values_list("pk", flat=True))

    def test_names_in_other_languages_only_where_they_differ(self):
        (street,) = properties(15, "street")
        assert street == {"class": "primary", "name": "Абая", "name_kk": "Абай"}

    def test_low_zooms_carry_the_great_lines_only(self):
        assert properties(10, "road") == [{"class": "primary"}]
        assert len(properties(14, "road")) == 2
        assert properties(11, "building") == properties(10, "street") == []

    def test_house_numbers_come_last(self):
        assert properties(15, "house_number") == [{"number": "10/2"}]
        assert properties(14, "house_number") == []

    def test_geometry_lies_where_it_should(self):
        tile = tile_at(LON, LAT, 15)
        west, south, east, north = tile.bounds
        (place,) = shown(15)["house_number"].features
        assert west <= place.geometry.x <= east
        assert south <= place.geometry.y <= north

    def test_over_http_a_version_makes_it_immutable(self, client):
        tile = tile_at(LON, LAT, 14)
        (template,) = client.get("/tiles/base.json").json()["tiles"]
        url = template.format(z=14, x=tile.x, y=tile.y).removeprefix("http://testserver")
        response = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "road" in decode_tile(gzip.decompress(response.content), tile)
        again = client.get(url, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
        bare = client.get(url.partition("?")[0])
        assert bare["Cache-Control"] == "public, no-cache"


class TestVersions:
    def test_an_empty_database_makes_an_empty_map(self, client):
        said = []
        build_basemap(say=said.append)
        assert client.get("/tiles/base/14/11333/5200.mvt").status_code == 204
        assert "0 tiles" in said[-1]

    def test_an_unchanged_map_keeps_its_version(self, town):
        assert build_basemap(say=print) == build_basemap(say=print) == base.current_version()

    def test_a_new_map_replaces_the_old_one_whole(self, town):
        old = build_basemap(say=print)
        Road.objects.all().delete()
        new = build_basemap(say=print)
        assert new != old
        assert "road" not in shown(14)

    def test_only_the_map_before_is_kept(self, town):
        versions = []
        for model in (Road, Building, LandUse):
            model.objects.all().delete()
            versions.append(build_basemap(say=print))
        kept = {folder.name for folder in base.versions_root().iterdir()}
        assert kept == set(versions[1:])

    def test_retired_objects_are_gone(self, town):
        Building.objects.update(valid_to="2025-02-01")
        build_basemap(say=print)
        assert properties(15, "building") == []

    def test_a_failed_build_leaves_the_old_map(self, town, tmp_path, monkeypatch):
        old = build_basemap(say=print)
        broken = tmp_path / "bin"
        broken.mkdir()
        (broken / "tippecanoe").write_text("#!/bin/sh\necho no space left >&2\nexit 3\n")
        (broken / "tippecanoe").chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(broken / "python"))
        with pytest.raises(CommandError, match="ended with 3: no space left"):
            call_command("build_basemap")
        assert base.current_version() == old
        assert [folder.name for folder in base.versions_root().iterdir()] == [old]
        assert "road" in shown(14)

    def test_without_tippecanoe_it_says_so(self, town, tmp_path, monkeypatch):
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match="not installed"):
            call_command("build_basemap")

    def test_a_copy_that_followed_the_link_is_replaced(self, town, tmp_path):
        version = build_basemap(say=print)
        link = cache.public_root() / base.SOURCE
        copied = tmp_path / "copied"
        shutil.copytree(link, copied)
        link.unlink()
        copied.rename(link)
        assert build_basemap(say=print) == version == base.current_version()

    def test_a_build_under_way_elsewhere_is_left_alone(self, town):
        with base.unfinished_build() as other:
            build_basemap(say=print)
            assert other.is_dir()

    def test_readers_never_miss_a_tile_while_maps_change(self, town):
        """The link always points at a whole map, also between two switches."""
        build_basemap(say=print)
        tile = tile_at(LON, LAT, 14)
        done, missed = threading.Event(), []

        def read():
            while not done.is_set():
                if not cache.read(base.SOURCE, f"{tile.z}/{tile.x}/{tile.y}"):
                    missed.append(tile)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for number in range(3):
                make(Address, city_point(LON, LAT), house_number=f"{number}")
                build_basemap(say=print)
        finally:
            done.set()
            reader.join()
        assert missed == []


class TestDebt:
    """Data that the tiles do not show yet."""

    def owed(self) -> str:
        return build_owed_base_map(timezone.now())

    def test_nothing_is_owed_at_first(self):
        assert self.owed() == "nothing owed"

    def test_what_an_import_left_behind_is_built_once(self, town):
        base.order()
        assert self.owed() == "built"
        assert "road" in shown(14)
        assert self.owed() == "nothing owed"

    def test_a_build_settles_only_what_was_ordered_before_it(self, town, monkeypatch):
        base.order()
        publish = base.publish

        def publish_while_another_import_commits(folder):
            base.order()
            return publish(folder)

        monkeypatch.setattr(base, "publish", publish_while_another_import_commits)
        build_basemap(say=print)
        monkeypatch.undo()
        assert base.is_behind()
        assert self.owed() == "built"
        assert not base.is_behind()

    def test_lost_tiles_are_built_again(self, town):
        base.order()
        build_basemap(say=print)
        shutil.rmtree(base.versions_root())
        (cache.public_root() / "base").unlink()
        assert self.owed() == "built"

    def test_it_steps_aside_while_another_builds(self, town):
        base.order()
        other = psycopg2.connect(**connection.get_connection_params())
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [basemap._BUILDING])
            assert self.owed() == "nothing owed"
            # Said, not left to the end of the session, which the server comes to in its own time.
            cursor.execute("SELECT pg_advisory_unlock(%s)", [basemap._BUILDING])
        other.close()
        assert self.owed() == "built"
