"""What can be wrong with an order, a claim or a repair. Knows no HTTP."""

from collections.abc import Sequence
from typing import Any


class WorksError(ValueError):
    """What was asked cannot be done; the message says why, in the reader's language."""


class BadDigError(WorksError):
    """An outline that no dig can have."""


class WrongStateError(WorksError):
    """The order, claim or repair is in a state that this cannot follow."""


class BlockedError(WorksError):
    """A rule forbids issuing; `may_override` when a written reason lifts it."""

    def __init__(self, message: str, *, may_override: bool) -> None:
        super().__init__(message)
        self.may_override = may_override


class ConflictsError(WorksError):
    """Issuing over conflicts needs a written reason."""

    def __init__(self, message: str, conflicts: Sequence[Any]) -> None:
        super().__init__(message)
        self.conflicts = conflicts
