"""Tiles, TileJSON and styles over HTTP.

Public tiles hardly ever come this far: nginx or `CachedTileMiddleware` answers them.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.tiles.answers import IMMUTABLE, PRIVATE, REVALIDATE
from citymap.tiles.drawing import drawn_answer
from citymap.tiles.grid import Tile, TileOutOfRangeError
from citymap.tiles.palette import css
from citymap.tiles.registry import MapSource, sources
from citymap.tiles.sprite import image, index
from citymap.tiles.sprite import version as sprite_version
from citymap.tiles.style import UnknownStyleError, build_style, source_member
from citymap.tiles.tilejson import build_tilejson


def _briefly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals as one line of text: a map asks for many tiles, and nobody reads a page there."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except PermissionDenied:
            text, status = "not for you", 403
        except Http404 as error:
            text, status = str(error), 404
        response = HttpResponse(f"{text}\n", status=status, content_type="text/plain")
        response.headers["Cache-Control"] = PRIVATE
        return response

    return answer


def _source_for(request: HttpRequest, name: str) -> MapSource:
    """The source, if there is one (else 404) and this reader may see it (else 403)."""
    source = sources.get(name)
    if source is None:
        raise Http404(f"no such source: {name}")
    if not source.may_see(request.user):
        raise PermissionDenied
    return source


@public
@require_safe
@_briefly
def tile(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile, drawn now for a reader who may see it."""
    source = _source_for(request, name)
    try:
        wanted = Tile(z, x, y)
    except TileOutOfRangeError as error:
        raise Http404(str(error)) from error
    if not source.min_zoom <= z <= source.max_zoom:
        raise Http404(f"{name} has zooms {source.min_zoom} to {source.max_zoom}")
    return drawn_answer(source, wanted, request.META, request.user)


@public
@require_safe
@_briefly
def tilejson(request: HttpRequest, name: str) -> JsonResponse:
    """TileJSON 3.0 of a source."""
    return _localized(build_tilejson(_source_for(request, name), request))


@public
@require_safe
@_briefly
def style(request: HttpRequest, name: str) -> JsonResponse:
    """The MapLibre style `light` or `dark`, with the sources that this reader may see."""
    try:
        document = build_style(
            name,
            user=request.user,
            source_json=lambda source: source_member(build_tilejson(source, request)),
            sprite=request.build_absolute_uri(f"/styles/signs-{sprite_version()}"),
        )
    except UnknownStyleError as error:
        raise Http404(f"no such style: {name}") from error
    return _localized(document)


@public
@require_safe
def sprite(request: HttpRequest, version: str, ratio: int, kind: str) -> HttpResponse:
    """The signs of the map, `kind` json or png; the version makes them immutable."""
    if kind == "json":
        response: HttpResponse = JsonResponse(index(ratio))
    else:
        response = HttpResponse(image(ratio), content_type="image/png")
    response.headers["Cache-Control"] = IMMUTABLE if version == sprite_version() else REVALIDATE
    return response


@public
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The palette as CSS custom properties."""
    response = HttpResponse(css(), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _localized(document: dict) -> JsonResponse:
    """JSON that depends on who asks, and in which language."""
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    return response
