"""HTTP answers with a tile: the same whether it was drawn now, kept as a file, or empty."""

import gzip
from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseNotModified

MVT = "application/vnd.mapbox-vector-tile"
# Ask every time; the answer is nearly always "not modified".
REVALIDATE = "public, no-cache"
PRIVATE = "private, no-store"
IMMUTABLE = "public, max-age=31536000, immutable"


def empty_answer(cache_control: str = REVALIDATE) -> HttpResponse:
    """204: the tile exists and nothing is in it."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = cache_control
    return response


def tile_answer(
    meta: Mapping[str, str], packed: bytes, *, etag: str, cache_control: str = REVALIDATE
) -> HttpResponse:
    """A gzipped tile as the request's headers (`meta`) want it; empty bytes become 204."""
    if not packed:
        return empty_answer(cache_control)
    response: HttpResponse
    if _matches(meta.get("HTTP_IF_NONE_MATCH", ""), etag):
        response = HttpResponseNotModified()
    elif "gzip" in meta.get("HTTP_ACCEPT_ENCODING", ""):
        response = HttpResponse(packed, content_type=MVT)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(packed))
    else:
        response = HttpResponse(gzip.decompress(packed), content_type=MVT)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison of RFC 9110, section 13.1.2."""
    if not if_none_match:
        return False
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known
