"""What every page knows: the city's name, the theme, navigation by role."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from citymap.shell.importmap import importmap
from citymap.shell.registry import entries, header_tools

THEMES = ("light", "dark")
THEME_COOKIE = "citymap_theme"


def city_name() -> str:
    """The city's name as configured (CITYMAP_NAME); the demo city has one of its own."""
    if settings.CITYMAP_NAME:
        return settings.CITYMAP_NAME
    return _("Akzhaylau") if settings.CITYMAP_DEMO else _("City map")


def theme_of(request: HttpRequest) -> str:
    """`light` or `dark` when chosen, `auto` (what the device prefers) otherwise."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def navigation(request: HttpRequest) -> list[dict]:
    """The entries that this user may see; the one of this page is marked."""
    user = getattr(request, "user", None)
    visible = []
    for entry in entries:
        if user is None or not entry.may_see(user):
            continue
        url = reverse(entry.url_name)
        here = request.path == url or (url != "/" and request.path.startswith(url))
        visible.append({"title": entry.title, "url": url, "current": here})
    return visible


def tools_of(request: HttpRequest) -> list[str]:
    """Templates of the header tools that this user sees."""
    user = getattr(request, "user", None)
    return [tool.template for tool in header_tools if user is not None and tool.may_see(user)]


def shell(request: HttpRequest) -> dict:
    """Context processor; everything is computed only when a template asks."""
    return {
        "city_name": city_name(),
        "theme": theme_of(request),
        "languages": settings.LANGUAGES,
        "most_mb": settings.CITYMAP_MAX_REQUEST_MB,
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "header_tools": SimpleLazyObject(lambda: tools_of(request)),
        "importmap": SimpleLazyObject(lambda: mark_safe(importmap())),
    }
