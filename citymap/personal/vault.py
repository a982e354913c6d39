"""The key ring: seals and opens values, and makes the keys under which values are found.

Values are sealed with Fernet (AES-CBC and HMAC, `cryptography`), newest key first. A token
carries whose value it is and which field, so that one moved to another row does not open.
Look-up keys are HMACs of normalised values under a key derived (HKDF) from each Fernet key.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from citymap.personal.errors import KeysError, UnreadableError
from citymap.personal.sealed import Sealed

LOOKUP_INFO = b"citymap.personal.lookup.1"
KEY_ID_INFO = b"citymap.personal.key-id.1"
LOOKUP_LENGTH = 32
KEY_ID_LENGTH = 12
_SEPARATOR = "\x1f"


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)


class KeyRing:
    """The keys that are set, newest first."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise KeysError("CITYMAP_PERSONAL_KEYS is not set")
        try:
            raw = [base64.urlsafe_b64decode(key.encode("ascii")) for key in keys]
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except (ValueError, UnicodeEncodeError):
            raise KeysError(
                "CITYMAP_PERSONAL_KEYS: each key is 32 bytes in URL-safe base64"
            ) from None
        self._lookup = [_derived(key, LOOKUP_INFO) for key in raw]
        self.key_ids = tuple(_derived(key, KEY_ID_INFO).hex()[:KEY_ID_LENGTH] for key in raw)

    @property
    def newest(self) -> str:
        """The id of the key that new values are sealed with."""
        return self.key_ids[0]

    def seal(self, *, number: str, field: str, text: str) -> Sealed:
        """Seal `text` as `field` of person `number`; an empty text stays empty."""
        if not text:
            return Sealed()
        bound = _SEPARATOR.join((number, field, text))
        return Sealed(self._fernet.encrypt(bound.encode()).decode("ascii"))

    def open(self, sealed: Sealed, *, number: str, field: str) -> str:
        """The value; raises UnreadableError, which names person and field only."""
        if not sealed:
            return ""
        try:
            bound = self._fernet.decrypt(sealed.token.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise UnreadableError(number, field) from None
        owner, _, rest = bound.partition(_SEPARATOR)
        name, _, text = rest.partition(_SEPARATOR)
        if (owner, name) != (number, field):
            raise UnreadableError(number, field)
        return text

    def lookup_keys(self, kind: str, normalised: str) -> list[str]:
        """The keys under which a normalised value may be found, newest key first."""
        message = f"{kind}{_SEPARATOR}{normalised}".encode()
        return [
            hmac.new(key, message, hashlib.sha256).hexdigest()[:LOOKUP_LENGTH]
            for key in self._lookup
        ]


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> KeyRing:
    return KeyRing(keys)


def key_ring() -> KeyRing:
    """The ring of the keys in settings; raises KeysError when there is none to use."""
    return _ring(tuple(settings.CITYMAP_PERSONAL_KEYS))
