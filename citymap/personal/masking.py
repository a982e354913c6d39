"""Enough of a value to recognise it, not enough to know it. Pure."""

from collections.abc import Callable

from citymap.personal.choices import Field
from citymap.personal.sealed import HIDDEN

_DOT = "•"


def masked_phone(phone: str) -> str:
    """`+77011234512` as `+7 7•• ••• 45 12`: country, first digit and the last four."""
    if len(phone) == 12 and phone.startswith("+7"):
        return f"+7 {phone[2]}•• ••• {phone[8:10]} {phone[10:]}"
    return f"{phone[:3]} {_DOT * max(len(phone) - 7, 1)} {phone[-4:-2]} {phone[-2:]}"


def masked_email(email: str) -> str:
    """`aigerim@mail.kz` as `a•••@m•••.kz`."""
    local, _, domain = email.rpartition("@")
    name, _, zone = domain.rpartition(".")
    return f"{local[:1]}{HIDDEN}@{name[:1]}{HIDDEN}.{zone}"


def masked_name(name: str) -> str:
    """Initials: `Сейтова Айгерим` as `С. А.`"""
    return " ".join(f"{word[0]}." for word in name.split()[:3])


def masked_iin(iin: str) -> str:
    """The last four digits."""
    return f"{_DOT * 8}{iin[-4:]}"


_MASKS: dict[str, Callable[[str], str]] = {
    Field.NAME: masked_name,
    Field.PHONES: masked_phone,
    Field.EMAILS: masked_email,
    Field.IIN: masked_iin,
}


def masked(field: str, text: str) -> str:
    """`text` of `field` for a list; an empty text stays empty."""
    if not text:
        return ""
    mask = _MASKS.get(field)
    return mask(text) if mask else HIDDEN
