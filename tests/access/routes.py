"""Every route that Django knows, as the matrix names them."""

import re
from collections.abc import Iterator, Sequence

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
ADMIN = "/admin/"
# One row of the matrix for the lists of all models in the administration.
ADMIN_LISTS = "/admin/<app>/<model>/"
# The administration's own helpers, guarded like its pages: opened by scripts on them.
_ADMIN_HELPERS = ("(?P<url>", "^(?P<app_label>", "autocomplete/", "jsi18n/", "r/<")


def generic(path: str) -> str:
    """A route without the kinds of its parameters."""
    return _CONVERTER.sub(r"<\1>", path)


def routes(patterns: Sequence | None = None, prefix: str = "/") -> Iterator[str]:
    """Routes with their parameters in angle brackets: `/list/<name>/`."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield generic(path)


def admin_lists() -> list[str]:
    """Addresses of the list of every model in the administration."""
    return sorted(
        f"{ADMIN}{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    )


def routes_that_need_a_row() -> set[str]:
    """All routes; those of the administration's models are one."""
    apart = (*admin_lists(), *(f"{ADMIN}{helper}" for helper in _ADMIN_HELPERS))
    return {ADMIN_LISTS, *(route for route in routes() if not route.startswith(apart))}
