"""The registry of place-card sections, how a question becomes a place, and what is found.

An app adds a section to the card by one call in its `places.py`:

    register_section(PlaceSection(name="playgrounds", title=_("Playgrounds"), items=nearby))
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point

from citymap.accounts.access import AnyUser
from citymap.registry import Registry
from citymap.tiles.registry import Text, everybody

Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Place:
    """What was asked about: a point in the city CRS and what it belongs to.

    address, building, yard, territory: JSON-ready dicts (`{id, label, ...}`) or None; the
    resolver of the room that owns those tables fills them.
    objects: the model instances behind them, for sections (`place.objects["building"]`).
    shape: what distances are measured from, city CRS: the outline of the building asked about,
    or the point itself.
    """

    point: Point
    shape: GEOSGeometry
    address: Item | None = None
    building: Item | None = None
    yard: Item | None = None
    territory: Item | None = None
    objects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlaceContext:
    """Who asks, and for which day.

    memo: what sections of one room share while one card is made, so that one query can serve
    several of them; keys begin with the room's name.
    """

    user: AnyUser
    date: dt.date
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlaceSection:
    """One section of the place card.

    items(place, context): JSON-ready dicts, nearest first, at most a screenful; every item has
    `kind`, `id`, `title` and where it applies `subtitle`, `distance_m`, `lon`, `lat`, `facts`
    (a list of `{label, value}`), `inferred` (bool), `url`. At most two queries a section.
    empty: the one line shown when there is nothing; a section without it is left out.
    """

    name: str
    title: Text
    items: Callable[[Place, PlaceContext], list[dict[str, Any]]]
    empty: Text = ""
    may_see: Callable[[AnyUser], bool] = everybody
    order: int = 0


class PlaceNotFoundError(LookupError):
    """No such building or address, or the point lies outside the city."""


@dataclass(frozen=True, kw_only=True)
class PlaceResolver:
    """How the room that owns buildings and addresses answers `?lon&lat`, `?building`, `?address`.

    Each takes what was asked and the day, and raises PlaceNotFoundError.
    nearest_addresses: for many points of the city CRS the label of the nearest address, or ''.
    """

    name: str
    by_point: Callable[[Point, dt.date], Place]
    by_building: Callable[[int, dt.date], Place]
    by_address: Callable[[int, dt.date], Place]
    nearest_addresses: Callable[[Sequence[Point]], list[str]]


@dataclass(frozen=True, kw_only=True)
class FoundKind:
    """What a found thing is, in words: shown beside its name in the search.

    name: `kind` of the search entry, or `kind:subkind`.
    types: codes of the type words that people use for it (citymap/places/words.py): a question
        for a stop prefers stops.
    """

    name: str
    title: Text
    types: frozenset[str] = frozenset()


sections: Registry[PlaceSection] = Registry("place section")
resolvers: Registry[PlaceResolver] = Registry("place resolver")
found_kinds: Registry[FoundKind] = Registry("kind of found thing")


def register_section(section: PlaceSection) -> PlaceSection:
    return sections.register(section)


def register_resolver(resolver: PlaceResolver) -> PlaceResolver:
    return resolvers.register(resolver)


def register_found_kind(kind: FoundKind) -> FoundKind:
    return found_kinds.register(kind)
