"""The registry of navigation entries: an app offers its rooms by `navigation.py`.

register_entry(NavEntry(name="yards", title=_("Yards"), url_name="yards:index"))
"""

from collections.abc import Callable
from dataclasses import dataclass

from citymap.accounts.access import AnyUser
from citymap.registry import Registry
from citymap.tiles.registry import Text, everybody


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    """One entry of the navigation: the name of a URL without arguments, and who sees it."""

    name: str
    title: Text
    url_name: str
    may_see: Callable[[AnyUser], bool] = everybody
    order: int = 0


entries: Registry[NavEntry] = Registry("navigation entry")


def register_entry(entry: NavEntry) -> NavEntry:
    return entries.register(entry)
