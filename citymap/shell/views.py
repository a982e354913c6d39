"""The map, the same as lists, and the pages that every site has."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.shell import listing
from citymap.shell.context import city_name
from citymap.shell.mapconfig import map_config

# Modules of the first frame: told ahead, so that they load side by side.
PRELOADED_MODULES = (
    "citymap/shell", "citymap/config", "citymap/request", "citymap/dom", "citymap/url-state",
    "citymap/map", "citymap/layers", "citymap/swatch", "citymap/search", "citymap/card",
    "citymap/format", "citymap/sheet", "citymap/date", "citymap/theme", "citymap/threed",
    "citymap/keys", "citymap/fonts", "citymap/crosshair", "citymap/locate", "citymap/share",
    "citymap/toast",
)  # fmt: skip
NOT_FOR_CRAWLERS = (
    "/api/", "/tiles/", "/desk/", "/accounts/", "/admin/", "/personal/", "/audit/",
    "/inbox/", "/field/", "/task/",
)  # fmt: skip
# How far back and ahead the date slider goes, days.
DATE_DAYS = (-365, 365)


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public map."""
    return map_page(request, title=_("Map of the city: %(city)s") % {"city": city_name()})


def map_page(
    request: HttpRequest,
    *,
    title: str,
    template: str = "citymap/map.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The map with its search, layers and place card; a room's `template` extends it."""
    context = {
        "page_title": title,
        "map_config": map_config(request, title=title),
        "preload": PRELOADED_MODULES,
        "date_days": DATE_DAYS,
        "skeleton": (60, 86, 72, 90, 50, 78, 66, 84),
        **(more or {}),
    }
    return render(request, template, context)


@public
@require_safe
def layer_list(request: HttpRequest) -> HttpResponse:
    """All layers with their counts."""
    groups = {}
    # Layers of one group need not follow each other in the order of drawing.
    for layer in listing.visible_layers(request.user):
        groups.setdefault(str(layer.group), []).append((layer, layer.queryset().count()))
    return render(request, "citymap/list.html", {"groups": groups.items()})


@public
@require_safe
def layer_table(request: HttpRequest, name: str) -> HttpResponse:
    """One layer as a table: searched by `q`, sorted by `sort`, paged by `page`."""
    layer = next(
        (layer for layer in listing.visible_layers(request.user) if layer.name == name), None
    )
    if layer is None:
        raise Http404(f"no such layer: {name}")
    text = request.GET.get("q", "")
    sort = request.GET.get("sort", "")
    columns, page, rows = listing.table_page(
        layer, text=text, sort=sort, number=request.GET.get("page", 1)
    )
    context = {
        "layer": layer,
        "named": bool(listing.name_fields(layer.queryset().model)),
        "columns": columns,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "rows": rows,
        "text": text,
        "sort": sort,
    }
    return render(request, "citymap/table.html", context)


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: public pages, not the API and not staff rooms."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in NOT_FOR_CRAWLERS),
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """An error page; `citymap.problems` turns it into problem JSON under `/api/`."""
    context = {"status": status, "title": title, "text": text}
    return render(request, "citymap/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(
        request, 400, _("This request cannot be understood"),
        _("The address or the form holds something that is not allowed."),
    )  # fmt: skip


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = (
        _("Your account has no right to see this page.")
        if request.user.is_authenticated
        else _("This page is for staff. Sign in to see it.")
    )
    return _error(request, 403, _("No access"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request, 403, _("This form is no longer valid"),
        _("Go back, reload the page and send the form again. Cookies must be allowed."),
    )  # fmt: skip


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(
        request, 404, _("There is no such page"),
        _("The link may be old or mistyped."),
    )  # fmt: skip


@public
def too_large(request: HttpRequest) -> HttpResponse:
    """Told by the server itself, and by nginx before it (`/too-large/`)."""
    return _error(
        request, 413, _("This is too much at once"),
        _("Nothing was saved. At most %(most)d MB can be sent at once: go back and send fewer or "
          "smaller photos.") % {"most": settings.CITYMAP_MAX_REQUEST_MB},
    )  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without database, session and context processors: any of them may be what failed."""
    title = _("Something broke on our side")
    text = _("The fault is recorded. Please try again in a few minutes.")
    context = {
        "status": 500,
        "title": title,
        "text": text,
        "city_name": city_name(),
    }
    return render(None, "citymap/500.html", context, status=500)
