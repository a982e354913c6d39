"""The code with which an applicant follows an appeal: derived, stored nowhere (ADR 2131)."""

import re

from django.utils.crypto import constant_time_compare, salted_hmac

from appeals.models import Appeal

# Without letters and digits that look or sound alike.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 8
# Letters of the other keyboard that look the same, as people type them.
_LOOK_ALIKE = str.maketrans("авсенкмртху", "abcehkmptxy")


def code_of(appeal: Appeal) -> str:
    """Eight signs in two groups, from the installation's secret and the appeal's number."""
    digest = salted_hmac("appeals.code", appeal.number, algorithm="sha256").digest()
    number = int.from_bytes(digest[:16])
    signs = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


def is_code_of(appeal: Appeal, typed: str) -> bool:
    """Whether the code is right, however it was spaced; takes the same time either way."""
    bare = re.sub(r"[\s\-–—]", "", typed[:40].lower()).translate(_LOOK_ALIKE)
    return constant_time_compare(bare, code_of(appeal).replace("-", ""))
