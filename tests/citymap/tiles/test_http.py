"""Tiles, TileJSON and styles over HTTP: who gets what, and how it may be cached."""

import dataclasses
import gzip

import pytest
from django.contrib.auth.models import AnonymousUser

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.geo import city_point
from citymap.tiles import cache
from citymap.tiles.grid import tile_at
from citymap.tiles.registry import MapSource, layers, register_source, sources
from layers.models import BusStop, Camera, Playground
from tests.support.tiles import decode_tile, make

pytestmark = pytest.mark.django_db

LON, LAT = 69.15, 54.87
TILE = tile_at(LON, LAT, 16)


@pytest.fixture(autouse=True)
def _own_cache(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


@pytest.fixture
def operator(client):
    user = User.objects.create_user("operator", password="x", roles=[Role.OPERATOR])
    client.force_login(user)
    return user


def url(source: str, tile=TILE) -> str:
    return f"/tiles/{source}/{tile.z}/{tile.x}/{tile.y}.mvt"


def test_a_tile_is_gzipped_and_decodes(client):
    playground = make(Playground, city_point(LON, LAT), name="Двор")
    response = client.get(url("city"), headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert response["Content-Encoding"] == "gzip"
    assert response["Cache-Control"] == "public, no-cache"
    layer = decode_tile(gzip.decompress(response.content), TILE)["playground"]
    assert [feature.id for feature in layer.features] == [playground.pk]


def test_who_cannot_read_gzip_gets_plain_bytes(client):
    make(Playground, city_point(LON, LAT))
    response = client.get(url("city"))
    assert "Content-Encoding" not in response
    assert "playground" in decode_tile(response.content, TILE)


@pytest.mark.parametrize("asked", ["{}", "W/{}", '"other", {}', "*"])
def test_an_unchanged_tile_is_304_drawn_and_cached_alike(client, asked):
    make(Playground, city_point(LON, LAT))
    drawn = client.get(url("city"))
    for _ in range(2):
        again = client.get(url("city"), headers={"If-None-Match": asked.format(drawn["ETag"])})
        assert again.status_code == 304
        assert again.content == b""
        assert again["ETag"] == drawn["ETag"]


def test_another_etag_gets_the_tile(client):
    make(Playground, city_point(LON, LAT))
    assert client.get(url("city"), headers={"If-None-Match": '"1-2"'}).status_code == 200


def test_an_empty_tile_is_204_and_kept(client):
    for _ in range(2):
        response = client.get(url("city"))
        assert response.status_code == 204
        assert response.content == b""
        assert cache.read("city", f"{TILE.z}/{TILE.x}/{TILE.y}") == b""


def test_empty_tiles_outside_the_city_are_not_kept(client):
    tile = tile_at(30.0, 10.0, 16)
    assert client.get(url("city", tile)).status_code == 204
    assert cache.read("city", f"{tile.z}/{tile.x}/{tile.y}") is None


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/nowhere/16/1/1.mvt",
        "/tiles/nowhere.json",
        "/tiles/city/9/1/1.mvt",
        "/tiles/city/17/1/1.mvt",
        "/tiles/city/16/65536/1.mvt",
        "/tiles/city/16/1/65536.mvt",
        "/tiles/city/16/99999999999999999999/1.mvt",
        "/tiles/city/99999999999999999999/1/1.mvt",
        "/tiles/city/16/-1/1.mvt",
        "/tiles/city/16/1.5/1.mvt",
        "/tiles/city/16/nan/1.mvt",
        "/tiles/base/20/1/1.mvt",
        "/tiles/../../etc/passwd",
        "/tiles/city/16/1/..%2f..%2f1.mvt",
        "/styles/nothing.json",
    ],
)
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


def test_writing_to_a_tile_is_405(client):
    assert client.post(url("city")).status_code == 405


class TestStaffTiles:
    @pytest.fixture(autouse=True)
    def _camera(self):
        make(Camera, city_point(LON, LAT))

    @pytest.mark.parametrize("path", [url("city-staff"), "/tiles/city-staff.json"])
    def test_a_citizen_is_refused(self, client, path):
        response = client.get(path)
        assert response.status_code == 403
        assert response["Cache-Control"] == "private, no-store"

    def test_a_login_without_a_city_role_is_refused(self, client):
        client.force_login(User.objects.create_user("c", password="x", roles=[Role.EXECUTOR]))
        assert client.get(url("city-staff")).status_code == 403

    def test_staff_see_cameras(self, client, operator):
        response = client.get(url("city-staff"))
        assert "camera" in decode_tile(response.content, TILE)
        assert response["ETag"]

    def test_no_cache_may_keep_it_and_no_file_is_written(self, client, operator, tmp_path):
        response = client.get(url("city-staff"))
        assert response["Cache-Control"] == "private, no-store"
        assert not list(tmp_path.rglob("*.mvt*"))
        client.logout()
        assert client.get(url("city-staff")).status_code == 403

    def test_a_stray_staff_file_is_never_served(self, client):
        """Were a file there by mistake, the middleware would still not answer with it."""
        path = cache.path_of("city-staff", TILE)
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(b"secret"))
        assert client.get(url("city-staff")).status_code == 403

    def test_cameras_are_in_no_public_tile(self, client):
        assert client.get(url("city")).status_code == 204

    def test_the_worker_drops_files_of_sources_that_are_not_public(self):
        path = cache.path_of("city-staff", TILE)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        assert cache.discard_strangers() == ["city-staff"]
        assert not path.exists()


class TestTileJSON:
    @pytest.mark.parametrize("name", ["base", "city"])
    def test_it_says_where_what_and_whose(self, client, name):
        document = client.get(f"/tiles/{name}.json").json()
        assert document["tilejson"] == "3.0.0"
        assert document["tiles"][0].startswith(
            f"http://testserver/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"
        )
        assert "OpenStreetMap" in document["attribution"]
        assert document["minzoom"] <= 10 < document["maxzoom"]
        west, south, east, north = document["bounds"]
        assert west < east
        assert south < north
        assert all(
            layer["id"] and layer["fields"] is not None for layer in document["vector_layers"]
        )

    def test_the_fields_are_those_of_the_tiles(self, client):
        make(BusStop, city_point(LON, LAT), name="Вокзал", name_kk="Вокзал", name_ru="Вокзал")
        layers = {x["id"]: x for x in client.get("/tiles/city.json").json()["vector_layers"]}
        shown = decode_tile(client.get(url("city")).content, TILE)["bus_stop"].features[0]
        assert set(shown.properties) <= set(layers["bus_stop"]["fields"])
        assert layers["network_heat"]["fields"] == {
            "diameter_mm": "Number", "above_ground": "Boolean",
        }  # fmt: skip
        assert layers["manhole"]["fields"]["count"] == "Number"

    def test_the_base_map_carries_its_version(self, client):
        assert client.get("/tiles/base.json").json()["tiles"][0].endswith(".mvt?v=none")


def test_public_sources_are_for_everybody():
    for source in sources:
        assert source.may_see(AnonymousUser()) == source.public


class TestSourcesThatChangeByTheClock:
    @pytest.fixture
    def _clockwork(self):
        register_source(MapSource(name="clockwork", public=True, cached=False))
        yield
        sources.unregister("clockwork")

    @pytest.mark.usefixtures("_clockwork")
    def test_they_are_drawn_at_every_look_and_not_kept(self, client, tmp_path):
        layer = dataclasses.replace(layers.get("playground"), name="clock", source="clockwork")
        layers.register(layer)
        try:
            playground = make(Playground, city_point(LON, LAT), name="old")
            first = client.get(url("clockwork"))
            Playground.objects.filter(pk=playground.pk).update(name="new")
            second = client.get(url("clockwork"))
        finally:
            layers.unregister("clock")
        assert first["Cache-Control"] == second["Cache-Control"] == "public, no-cache"
        assert first["ETag"] != second["ETag"]
        assert not list(tmp_path.rglob("*.mvt*"))
