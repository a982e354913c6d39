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


@dataclass(frozen=True, kw_only=True)
class HeaderTool:
    """A small thing in the header of every page, such as the bell: a template, and who sees it."""

    name: str
    template: str
    may_see: Callable[[AnyUser], bool] = everybody
    order: int = 0


entries: Registry[NavEntry] = Registry("navigation entry")
header_tools: Registry[HeaderTool] = Registry("header tool")


def register_entry(entry: NavEntry) -> NavEntry:
    return entries.register(entry)


def register_header_tool(tool: HeaderTool) -> HeaderTool:
    return header_tools.register(tool)
