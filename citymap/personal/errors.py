"""What can go wrong with personal data. No message ever holds a personal value."""


class PersonalDataError(Exception):
    """Base of all errors of this room."""


class KeysError(PersonalDataError):
    """No key is set, or one is malformed."""


class UnreadableError(PersonalDataError):
    """A sealed value cannot be opened: wrong key, damage, or a value moved from elsewhere."""

    def __init__(self, number: str, field: str) -> None:
        super().__init__(f"{field} of person {number} cannot be opened with the keys that are set")
        self.number = number
        self.field = field


class InvalidValueError(PersonalDataError, ValueError):
    """A value is not what its field holds; `field` says which, the message why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ReasonError(PersonalDataError, ValueError):
    """The reason of a look is missing, too long, or holds personal data itself."""


class GoneError(PersonalDataError):
    """The person was erased or merged: there is nothing to show or change."""


class MergeRefusedError(PersonalDataError):
    """Two records cannot be made one."""
