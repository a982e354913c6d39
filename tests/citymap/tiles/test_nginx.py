"""The configuration in `deploy/nginx`, in a real nginx before the real application."""

import gzip
import http.client
import threading
from socketserver import ThreadingMixIn
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from citymap.bench.nginx import find_nginx, running_nginx
from citymap.geo import city_point
from citymap.tiles import base, cache
from citymap.tiles.grid import tile_at
from layers.models import Camera, Playground
from tests.support.tiles import decode_tile, make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed"),
]

TILE = tile_at(69.15, 54.87, 15)
PATH = f"{TILE.z}/{TILE.x}/{TILE.y}"
PACKED = {"page.0123456789ab.css": "text/css", "page.0123456789ab.js": "text/javascript"}
BASE_TILE = gzip.compress(b"a tile of the base map", mtime=0)


class Application:
    """The application itself on a free port, counting what reaches it."""

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    class Handler(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    def __init__(self):
        application = get_wsgi_application()
        self.asked = []

        def counting(environ, start_response):
            self.asked.append(environ["PATH_INFO"])
            try:
                return application(environ, start_response)
            finally:
                connections.close_all()

        self.server = make_server(
            "127.0.0.1", 0, counting, server_class=self.Server, handler_class=self.Handler
        )
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site(settings, tmp_path):
    """nginx before the application, with a built base map."""
    settings.CITYMAP_VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "module.mjs").write_text("export {};")
    (settings.STATIC_ROOT / "app.0123456789ab.js").write_text("1;")
    for name in PACKED:
        (settings.STATIC_ROOT / name).write_text("plain")
        (settings.STATIC_ROOT / f"{name}.br").write_bytes(b"packed by brotli")
    with base.unfinished_build() as build:
        tile = build / str(TILE.z) / str(TILE.x) / f"{TILE.y}.pbf"
        tile.parent.mkdir(parents=True)
        tile.write_bytes(BASE_TILE)
        base.publish(build)
    cache.remove_stale()
    application = Application()
    try:
        with running_nginx(
            var=tmp_path, static_root=settings.STATIC_ROOT, upstream=application.address
        ) as address:
            yield Site(address, application)
    finally:
        application.stop()


class Site:
    def __init__(self, address: str, application: Application):
        self.host = urlsplit(address).netloc
        self.application = application

    def get(self, path: str, **headers: str):
        """Status, headers and body as they are on the wire."""
        client = http.client.HTTPConnection(self.host, timeout=10)
        try:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            client.close()

    def announce(self, path: str, megabytes: int):
        """Status and body of a POST that says how large it is, and waits with the rest."""
        client = http.client.HTTPConnection(self.host, timeout=10)
        try:
            client.putrequest("POST", path)
            client.putheader("Content-Length", str(megabytes * 2**20))
            client.putheader("Accept-Language", "kk")
            client.endheaders()
            answer = client.getresponse()
            return answer.status, answer.read().decode()
        finally:
            client.close()


GZIP = {"Accept-Encoding": "gzip"}


def test_what_is_too_large_is_told_by_the_applications_own_page(site):
    status, page = site.announce("/report/", settings.CITYMAP_MAX_REQUEST_MB + 1)
    assert status == 413
    assert site.application.asked == ["/too-large/"]
    assert '<html lang="kk"' in page
    assert f"{settings.CITYMAP_MAX_REQUEST_MB} МБ" in page


def test_the_base_map_is_served_without_the_application(site):
    status, headers, body = site.get(f"/tiles/base/{PATH}.mvt?v={base.current_version()}", **GZIP)
    assert (status, body) == (200, BASE_TILE)
    assert headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Last-Modified" not in headers
    assert site.application.asked == []


def test_without_a_version_it_is_asked_again(site):
    _, headers, _ = site.get(f"/tiles/base/{PATH}.mvt", **GZIP)
    assert headers["Cache-Control"] == "public, no-cache"


def test_a_public_tile_is_drawn_once_and_then_served_by_nginx(site):
    make(Playground, city_point(69.15, 54.87), name="Двор")
    cache.remove_stale()
    first = site.get(f"/tiles/city/{PATH}.mvt", **GZIP)
    second = site.get(f"/tiles/city/{PATH}.mvt", **GZIP)
    assert site.application.asked == [f"/tiles/city/{PATH}.mvt"]
    assert first[0] == second[0] == 200
    assert first[2] == second[2]
    for name in ("Content-Type", "Content-Encoding", "ETag", "Cache-Control"):
        assert first[1][name] == second[1][name]
    assert "playground" in decode_tile(gzip.decompress(second[2]), TILE)


def test_304_by_the_etag_of_either(site):
    make(Playground, city_point(69.15, 54.87))
    cache.remove_stale()
    _, headers, _ = site.get(f"/tiles/city/{PATH}.mvt", **GZIP)
    status, _, body = site.get(
        f"/tiles/city/{PATH}.mvt", **GZIP, **{"If-None-Match": headers["ETag"]}
    )
    assert (status, body) == (304, b"")
    assert len(site.application.asked) == 1


def test_who_cannot_read_gzip_gets_plain_bytes(site):
    make(Playground, city_point(69.15, 54.87))
    cache.remove_stale()
    site.get(f"/tiles/city/{PATH}.mvt", **GZIP)
    status, headers, body = site.get(f"/tiles/city/{PATH}.mvt")
    assert status == 200
    assert "Content-Encoding" not in headers
    assert "playground" in decode_tile(body, TILE)


def test_an_edit_is_there_at_the_next_look(site):
    playground = make(Playground, city_point(69.15, 54.87), name="old")
    cache.remove_stale()
    _, headers, _ = site.get(f"/tiles/city/{PATH}.mvt", **GZIP)
    playground.name = "new"
    playground.save()
    cache.remove_stale()
    status, _, body = site.get(
        f"/tiles/city/{PATH}.mvt", **GZIP, **{"If-None-Match": headers["ETag"]}
    )
    assert status == 200
    (feature,) = decode_tile(gzip.decompress(body), TILE)["playground"].features
    assert feature.properties["name"] == "new"


def test_an_empty_tile_is_204(site):
    for _ in range(2):
        status, _, body = site.get("/tiles/city/16/45300/20700.mvt", **GZIP)
        assert (status, body) == (204, b"")


def test_a_staff_tile_always_passes_through_the_application(site):
    make(Camera, city_point(69.15, 54.87))
    for _ in range(2):
        status, headers, _ = site.get(f"/tiles/city-staff/{PATH}.mvt", **GZIP)
        assert status == 403
        assert headers["Cache-Control"] == "private, no-store"
    assert len(site.application.asked) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/city/99/1/1.mvt",
        "/tiles/nowhere/16/1/1.mvt",
        "/tiles/public/city/16/1/1.mvt",
        "/tiles/city/../../scratch/16/1/1.mvt",
        "/tiles/city/16/..%2f..%2f1.mvt",
    ],
)
def test_what_is_not_there_is_404(site, path):
    assert site.get(path)[0] == 404


def test_modules_have_their_type_and_hashed_files_are_immutable(site):
    _, headers, _ = site.get("/static/module.mjs")
    assert headers["Content-Type"] == "text/javascript"
    assert headers["Cache-Control"] == "public, no-cache"
    _, headers, _ = site.get("/static/app.0123456789ab.js")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", PACKED)
def test_scripts_and_styles_come_by_brotli_to_who_reads_it(site, name):
    status, headers, body = site.get(f"/static/{name}", **{"Accept-Encoding": "gzip, br"})
    assert (status, body, headers["Content-Encoding"]) == (200, b"packed by brotli", "br")
    assert headers["Content-Type"] == PACKED[name]
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Vary"] == "Accept-Encoding"
    status, headers, body = site.get(f"/static/{name}", **GZIP)
    assert (status, body) == (200, b"plain")
    assert "Content-Encoding" not in headers
    assert site.get(f"/static-br/{name}.br")[0] == 404
    assert site.application.asked == []


def test_all_else_goes_to_the_application_with_the_reader_s_host(site):
    status, headers, body = site.get("/tiles/city.json")
    assert status == 200
    assert f"http://{site.host}/tiles/city/".encode() in body
    assert site.application.asked == ["/tiles/city.json"]
