"""Where events come from: each room's facts are brought into the read model by one source.

    register_source(
        EventSource(name="appeals", title=_("Appeals"), changed=read_appeals)
    )

A source lives in planning (or in a plug-in app above it), reads the tables of its room, and says
what changed since a mark of its own making. It may say the same thing twice: events are known by
(source, id) and written once.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from citymap.registry import Registry
from citymap.tiles.registry import Text
from planning.choices import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEvent:
    """One fact as an event. x, y: metres of the city CRS. when: aware.

    person: a number that tells applicants apart and says nothing of them; None: nobody complained.
    gone: the fact was withdrawn or joined to another; the rest is then ignored.
    """

    id: str
    theme: Theme = Theme.OTHER
    when: dt.datetime | None = None
    x: float = 0.0
    y: float = 0.0
    weight: float = 1.0
    person: int | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """changed(mark): what is new or other since the mark ('' at first), and the next mark.

    Called until the mark stays; so a source may answer in portions.
    """

    name: str
    title: Text
    changed: Callable[[str], tuple[Iterable[SourceEvent], str]]
    order: int = 0


sources: Registry[EventSource] = Registry("event source")


def register_source(source: EventSource) -> EventSource:
    return sources.register(source)
