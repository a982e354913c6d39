"""One small registry class for everything that apps offer to the platform."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class DuplicateNameError(ValueError):
    """Two guests registered the same name."""


class Registry(Generic[T]):
    """Named things in a fixed order: by `order`, then by name.

    Items have a `name: str` and may have an `order: int` (0 when absent).
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def register(self, item: T) -> T:
        """Add `item`; raises DuplicateNameError when its name is taken."""
        name = item.name
        if name in self._items:
            raise DuplicateNameError(f"{self.kind} {name!r} is registered twice")
        self._items[name] = item
        return item

    def unregister(self, name: str) -> None:
        """Remove an item; raises KeyError when there is none. For tests and plug-ins."""
        del self._items[name]

    def get(self, name: str) -> T | None:
        return self._items.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(
            sorted(self._items.values(), key=lambda item: (getattr(item, "order", 0), item.name))
        )

    def __len__(self) -> int:
        return len(self._items)
