"""Public tiles, answered before sessions and sign-in are touched; stale ones removed.

It stands first in MIDDLEWARE. Nothing about the reader matters for a public tile: it is
answered from its file or drawn at once. Staff tiles and refusals go on to the views. After a
request that may have edited something, the tiles that it made stale are removed before the
answer leaves: whoever looks next sees the edit.
"""

import re
import time
from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from citymap.tiles import cache
from citymap.tiles.answers import IMMUTABLE, REVALIDATE, tile_answer
from citymap.tiles.drawing import drawn_answer
from citymap.tiles.grid import Tile, TileOutOfRangeError
from citymap.tiles.registry import MapSource, sources

log = structlog.get_logger(__name__)

_TILE_PATH = re.compile(r"/tiles/([a-z][a-z0-9-]*)/(\d{1,2}/\d{1,7}/\d{1,7})\.mvt")
_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class CachedTileMiddleware:
    """Answers public tiles, and clears the cache after edits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READING:
            return self._edit(request)
        match = _TILE_PATH.fullmatch(request.path_info)
        if match and request.method in ("GET", "HEAD"):
            source = sources.get(match[1])
            if source is not None and source.public:
                return self._public(request, source, match[2]) or self.get_response(request)
        return self.get_response(request)

    def _public(self, request: HttpRequest, source: MapSource, name: str) -> HttpResponse | None:
        """The tile from its file, else drawn; None when there is no such tile."""
        packed = cache.read(source.name, name)
        if packed is not None:
            versioned = source.backdrop and "v=" in request.META.get("QUERY_STRING", "")
            return tile_answer(
                request.META,
                packed,
                etag=cache.etag_of(packed),
                cache_control=IMMUTABLE if versioned else REVALIDATE,
            )
        try:
            tile = Tile(*map(int, name.split("/")))
        except TileOutOfRangeError:
            return None
        if not source.min_zoom <= tile.z <= source.max_zoom:
            return None
        started = time.perf_counter()
        response = drawn_answer(source, tile, request.META)
        log.debug(
            "tile drawn",
            source=source.name,
            tile=name,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    def _edit(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            cache.remove_stale()
        except (OSError, DatabaseError):
            # The edit itself is done; the worker removes what is left.
            log.exception("stale tiles not removed")
        return response
