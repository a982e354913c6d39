"""Kazakhstan's twelve-digit numbers: БИН (BIN) of bodies and ИИН (IIN) of people. Pure.

The last digit is a checksum: the sum of the first eleven with weights 1..11, modulo 11. Where
that is 10, the weights are 3..11, 1, 2; where it is 10 again, the number is never issued.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHAPE = r"^[0-9]{12}$"
_PASSES = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def checksum(digits: str) -> int | None:
    """The twelfth digit that belongs to the first eleven of `digits`; None: never issued."""
    for weights in _PASSES:
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
        if rest < 10:
            return rest
    return None


def is_valid(number: str) -> bool:
    """Whether `number` is twelve ASCII digits of which the last one is the checksum."""
    return re.fullmatch(SHAPE, number) is not None and checksum(number) == int(number[11])


def validate_bin(number: str) -> None:
    """The same as a validator of forms and models."""
    if re.fullmatch(SHAPE, number) is None:
        raise ValidationError(_("A BIN has exactly 12 digits."), code="shape")
    if not is_valid(number):
        raise ValidationError(_("A digit of this BIN is wrong: its checksum fails."), code="sum")
