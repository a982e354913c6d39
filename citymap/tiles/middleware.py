"""Cached public tiles, answered before sessions and sign-in are touched; stale ones removed.

It stands first in MIDDLEWARE. A tile that lies in the cache is public, so nothing about the
reader matters. After a request that may have edited something, the tiles that it made stale
are removed before the answer leaves: whoever looks next sees the edit.
"""

import re
from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from citymap.tiles import cache
from citymap.tiles.answers import IMMUTABLE, REVALIDATE, tile_answer
from citymap.tiles.registry import sources

log = structlog.get_logger(__name__)

_TILE_PATH = re.compile(r"/tiles/([a-z][a-z0-9-]*)/(\d{1,2}/\d{1,7}/\d{1,7})\.mvt")
_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class CachedTileMiddleware:
    """Answers cached public tiles, and clears the cache after edits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READING:
            return self._edit(request)
        match = _TILE_PATH.fullmatch(request.path_info)
        if match and request.method in ("GET", "HEAD"):
            return self._cached(request, *match.groups()) or self.get_response(request)
        return self.get_response(request)

    def _cached(self, request: HttpRequest, source: str, tile: str) -> HttpResponse | None:
        found = sources.get(source)
        if found is None or not found.public:
            return None
        packed = cache.read(source, tile)
        if packed is None:
            return None
        versioned = found.backdrop is not None and "v=" in request.META.get("QUERY_STRING", "")
        return tile_answer(
            request.META,
            packed,
            etag=cache.etag_of(packed),
            cache_control=IMMUTABLE if versioned else REVALIDATE,
        )

    def _edit(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            cache.remove_stale()
        except (OSError, DatabaseError):
            # The edit itself is done; the worker removes what is left.
            log.exception("stale tiles not removed")
        return response
