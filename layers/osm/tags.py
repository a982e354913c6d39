"""Tags of one object as the mapping reads them: values with notes of what was not readable."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from layers.osm import values

T = TypeVar("T")


class TagSource(Protocol):
    """A dict, or osmium's own list of tags: both answer `get` and `in`."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def __contains__(self, key: object) -> bool: ...

    def __len__(self) -> int: ...


class Tags:
    """Reads tags; `notes` collects what had to be left out: `building:levels 'five'`."""

    __slots__ = ("source", "notes")

    def __init__(self, source: TagSource) -> None:
        self.source = source
        self.notes: list[str] = []

    def get(self, key: str) -> str | None:
        return self.source.get(key)

    def has_only(self, *keys: str) -> bool:
        """Whether the object has no other tags than these."""
        return len(self.source) == sum(key in self.source for key in keys)

    def first(self, *keys: str) -> str | None:
        """The value of the first key that is there."""
        for key in keys:
            value = self.source.get(key)
            if value is not None:
                return value
        return None

    def text(self, *keys: str, length: int = 200) -> str:
        return values.text(self.first(*keys), length=length)

    def read(self, reader: Callable[[str | None], T | None], *keys: str) -> T | None:
        """What `reader` makes of the value of the first key there is; noted when nothing."""
        for key in keys:
            value = self.source.get(key)
            if value is not None:
                found = reader(value)
                if found is None:
                    self.notes.append(f"{key} {value[:60]!r}")
                return found
        return None
