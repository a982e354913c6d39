"""Telephones, e-mail addresses, IIN and plain texts, each written one way. Pure."""

import datetime as dt
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from citymap.accounts.bin import is_valid
from citymap.personal.choices import Field
from citymap.personal.errors import InvalidValueError

MAX_NAME = 200
MAX_ADDRESS = 500
MAX_NOTES = 4000
MAX_EMAIL = 254
MAX_CONTACTS = 5
# What may stand in a number as people write it.
_PHONE = re.compile(r"\+?[0-9\s().\-\u00a0]{1,40}")
_SHORTEST_FOREIGN, _LONGEST_FOREIGN = 8, 15
_NATIONAL_DIGITS = 10
_COUNTRY = "7"
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


def normal_phone(text: str) -> str:
    """A telephone as `+77011234567`: 8, 7, +7 or ten bare digits mean Kazakhstan and Russia.

    Numbers of other countries need `+`, `00` or `8 10`. Raises InvalidValueError.
    """
    text = text.strip()
    digits = re.sub(r"[^0-9]", "", text)
    if not _PHONE.fullmatch(text):
        raise InvalidValueError(Field.PHONES, _("This is not a telephone number."))
    if not text.startswith("+"):
        if len(digits) == _NATIONAL_DIGITS and not digits.startswith("8"):
            digits = _COUNTRY + digits
        elif digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("810") and len(digits) > _NATIONAL_DIGITS + 1:
            digits = digits[3:]
        elif digits.startswith("8") and len(digits) == _NATIONAL_DIGITS + 1:
            digits = _COUNTRY + digits[1:]
        elif not (digits.startswith(_COUNTRY) and len(digits) == _NATIONAL_DIGITS + 1):
            raise InvalidValueError(
                Field.PHONES, _("The number needs its area code: 10 digits after 8 or +7.")
            )
    national = digits.startswith(_COUNTRY)
    right = (
        len(digits) == _NATIONAL_DIGITS + 1
        if national
        else _SHORTEST_FOREIGN <= len(digits) <= _LONGEST_FOREIGN and digits[:1] != "0"
    )
    if not right:
        raise InvalidValueError(Field.PHONES, _("The number has too few or too many digits."))
    return f"+{digits}"


def normal_email(text: str) -> str:
    """An e-mail address in lower case; raises InvalidValueError."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    try:
        if len(text) > MAX_EMAIL:
            raise ValidationError("long")
        validate_email(text)
    except ValidationError:
        raise InvalidValueError(Field.EMAILS, _("This is not an e-mail address.")) from None
    return text


def normal_iin(text: str) -> str:
    """Twelve digits with a real birth date and a right check digit; raises InvalidValueError."""
    digits = re.sub(r"[\s\-]", "", text)
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise InvalidValueError(Field.IIN, _("An IIN has 12 digits."))
    if not is_valid(digits) or not _has_birth_date(digits):
        raise InvalidValueError(Field.IIN, _("This IIN does not exist: its digits do not agree."))
    return digits


def _has_birth_date(digits: str) -> bool:
    century = _CENTURIES.get(digits[6])
    if century is None:
        # 0: a foreigner, whose date is written with the same six digits.
        century = 1900 if digits[6] == "0" else 0
    try:
        dt.date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


_LENGTHS = {Field.NAME: MAX_NAME, Field.ADDRESS: MAX_ADDRESS, Field.NOTES: MAX_NOTES}


def normal_text(field: str, text: str) -> str:
    """A name, an address or notes: NFC, no control characters, not too long."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if field != Field.NOTES:
        text = " ".join(text.split())
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise InvalidValueError(field, _("The text holds characters that cannot be kept."))
    if len(text) > _LENGTHS[field]:
        raise InvalidValueError(
            field, _("The text is too long: at most %(limit)d signs.") % {"limit": _LENGTHS[field]}
        )
    return text


def normal_list(field: str, texts: list[str] | tuple[str, ...]) -> list[str]:
    """Telephones or e-mail addresses, each once, in the order given."""
    one = normal_phone if field == Field.PHONES else normal_email
    found = list(dict.fromkeys(one(text) for text in texts if text.strip()))
    if len(found) > MAX_CONTACTS:
        raise InvalidValueError(
            field, _("At most %(limit)d can be kept.") % {"limit": MAX_CONTACTS}
        )
    return found


def normal_value(field: str, value: str | list[str] | tuple[str, ...]) -> str | list[str]:
    """Any field's value written the one way; raises InvalidValueError."""
    if field in (Field.PHONES, Field.EMAILS):
        if isinstance(value, str):
            raise TypeError(f"{field} is a list of texts")
        return normal_list(field, value)
    if field == Field.IIN:
        return normal_iin(value) if value.strip() else ""
    return normal_text(field, value)
