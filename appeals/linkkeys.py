"""Addresses of one-time links: made from the row's id and the installation's secret, never kept.

Whoever reads the tables cannot make one; whoever guesses does not reach the tables.
"""

import base64
import binascii
import uuid

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "appeals.worklink"
SIGNATURE_BYTES = 16
# 16 bytes of the id and 16 of the signature, in base64.
KEY_LENGTH = 43


def key_of(public_id: uuid.UUID) -> str:
    """What stands in the address of a link."""
    return base64.urlsafe_b64encode(public_id.bytes + _signature(public_id)).decode().rstrip("=")


def public_id_of(key: str) -> uuid.UUID | None:
    """The id of the link that an address names; None when the address was not made by us."""
    if len(key) != KEY_LENGTH:
        return None
    try:
        data = base64.b64decode(key + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    public_id = uuid.UUID(bytes=data[:16])
    return public_id if constant_time_compare(data[16:], _signature(public_id)) else None


def _signature(public_id: uuid.UUID) -> bytes:
    return salted_hmac(SALT, public_id.hex, algorithm="sha256").digest()[:SIGNATURE_BYTES]
