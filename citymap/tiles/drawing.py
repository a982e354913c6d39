"""A tile drawn now, as an answer over HTTP: one way for public and staff sources."""

from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from isal import igzip

from citymap.accounts.access import AnyUser
from citymap.tiles import cache
from citymap.tiles.answers import PRIVATE, REVALIDATE, empty_answer, tile_answer
from citymap.tiles.grid import Tile
from citymap.tiles.mvt import render
from citymap.tiles.registry import MapSource, layers_of

# ISA-L packs a tile in a fifth of the time of zlib's level 1, no larger.
GZIP_LEVEL = 2


def drawn_answer(
    source: MapSource, tile: Tile, meta: Mapping[str, str], user: AnyUser | None = None
) -> HttpResponse:
    """Draw a tile of a live source for a reader who may see it; keep it if that is allowed.

    meta: the request's headers as WSGI has them. user: who reads; not asked of public sources,
        whose tiles are the same for all.
    """
    if source.backdrop:
        # Built tiles lie among the cached ones; one that is not there is empty.
        return empty_answer()
    reader = AnonymousUser() if source.public or user is None else user
    rendered = render([layer.seen_by(reader) for layer in layers_of(source.name)], tile)
    packed = igzip.compress(rendered.data, GZIP_LEVEL, mtime=0) if rendered.data else b""
    if source.public and source.cached:
        cache.store(source.name, tile, packed, snapshot=rendered.snapshot)
    return tile_answer(
        meta,
        packed,
        etag=cache.etag_of(packed),
        cache_control=REVALIDATE if source.public else PRIVATE,
    )
