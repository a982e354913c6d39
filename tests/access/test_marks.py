"""Every view says whom it is for: public, or by which permission."""

from collections.abc import Callable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from citymap.accounts.access import permissions
from tests.access.routes import ADMIN, generic
from tests.access.test_matrix import read_matrix

CLOSED = {"login", "401", "403", "404"}


def views(patterns=None, prefix: str = "/") -> Iterator[tuple[str, Callable]]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and not path.startswith(ADMIN):
            yield generic(path), entry.callback


def is_public(view: Callable) -> bool:
    dispatch = getattr(getattr(view, "view_class", None), "dispatch", None)
    return getattr(view, "public", False) or getattr(dispatch, "public", False)


def test_every_view_is_public_or_asks_for_a_permission():
    unmarked = [
        route
        for route, view in views()
        if not is_public(view) and getattr(view, "permission", None) not in permissions
    ]
    assert unmarked == [], "decorate these with @requires(name) or @public"


def test_nobody_gets_past_a_permission():
    guarded = {route for route, view in views() if getattr(view, "permission", None)}
    rows = [row for row in read_matrix() if row.route in guarded]
    assert {row.route for row in rows} == guarded
    assert [str(row) for row in rows if row.answers["nobody"] not in CLOSED] == []
