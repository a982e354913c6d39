"""Sealed values and the column that holds them.

A sealed value says nothing of itself: `str`, `repr`, templates and JSON show dots. It is made
and opened by the key ring alone (`citymap.personal.vault`), so that nobody reads a personal
value in passing.
"""

from django.core.exceptions import ValidationError
from django.db import models

HIDDEN = "•••"
# A Fernet token: version byte 0x80, a time stamp whose first bytes are zero, URL-safe base64.
TOKEN_PATTERN = r"^gAAAA[A-Za-z0-9_-]+=*$"


class Sealed:
    """The ciphertext of one value; empty when there is no value."""

    __slots__ = ("_token",)

    def __init__(self, token: str = "") -> None:
        self._token = token

    @property
    def token(self) -> str:
        """The ciphertext."""
        return self._token

    def __bool__(self) -> bool:
        return bool(self._token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other._token == self._token

    def __hash__(self) -> int:
        return hash(self._token)

    def __str__(self) -> str:
        return HIDDEN if self._token else ""

    def __repr__(self) -> str:
        return f"<Sealed {'value' if self._token else 'nothing'}>"


class SealedField(models.TextField):
    """A column of sealed values; it refuses anything else."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs |= {"default": Sealed, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("default", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value) -> Sealed:
        if isinstance(value, Sealed):
            return value
        if value == "":
            return Sealed()
        raise ValidationError("only sealed values are kept here", code="unsealed")

    def get_prep_value(self, value) -> str | None:
        if value is None:
            return None
        return self.to_python(value).token

    def value_to_string(self, obj) -> str:
        return str(self.value_from_object(obj))


def sealed_condition(name: str) -> models.Q:
    """The database's own rule: the column holds nothing or a token, whoever writes it."""
    return models.Q(**{name: ""}) | models.Q(**{f"{name}__regex": TOKEN_PATTERN})
