"""What can go wrong with an appeal, in words for people. Knows no HTTP."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appeals.models import Appeal


class AppealError(Exception):
    """Something that was asked of an appeal cannot be done; the text says why."""


class NotPermittedError(AppealError):
    """Whoever asks may not do this, or not with this appeal."""


class WrongStateError(AppealError):
    """The operation does not start from the state that the appeal is in."""


class GuardError(AppealError):
    """A condition of the operation does not hold; `guard` names it (workflow.py)."""

    def __init__(self, guard: str, text: str) -> None:
        super().__init__(text)
        self.guard = guard


class InvalidError(AppealError):
    """A value cannot be taken; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class ConflictError(AppealError):
    """Somebody changed the appeal meanwhile; `current` is how it is now."""

    def __init__(self, current: "Appeal", text: str) -> None:
        super().__init__(text)
        self.current = current
