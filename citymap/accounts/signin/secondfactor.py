"""The second factor: codes of an authenticator app (TOTP), and recovery codes.

Demanded of those who give rights, read everybody's doings, or get what nobody else sees
(docs/adr/1103-second-factor.md); everybody else may use it. In the demo it is not demanded
unless CITYMAP_DEMO_OTP=1: its logins sign in by name and password.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from citymap.accounts.access import AnyUser, holds
from citymap.accounts.choices import Role
from citymap.accounts.models import RecoveryCode, User

PRIVILEGED_ROLES = (Role.HEAD, Role.AUDITOR, Role.ADMIN)
RECOVERY_CODES = 10
# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def is_demanded_of(user: AnyUser) -> bool:
    """Whether the user may not sign in without a second factor."""
    return settings.CITYMAP_SECOND_FACTOR and holds(user, *PRIVILEGED_ROLES)


def device_of(user: User) -> TOTPDevice | None:
    """The user's confirmed device."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def is_asked_of(user: User) -> bool:
    """Whether signing in goes on with a code: demanded, or chosen by the user."""
    return is_demanded_of(user) or device_of(user) is not None


@transaction.atomic
def begin_enrolment(*, user: User) -> TOTPDevice:
    """The device that the user is about to confirm; the same one until it is confirmed."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="totp", confirmed=False)


@transaction.atomic
def confirm_enrolment(*, user: User, code: str) -> list[str] | None:
    """Confirm the new device by its first code; returns fresh recovery codes, None when wrong.

    A device that was there before stops working.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    device = TOTPDevice.objects.filter(user=user, confirmed=False).select_for_update().first()
    if device is None or not device.verify_token(_digits(code)):
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return renew_recovery_codes(user=user)


@transaction.atomic
def verify(*, user: User, code: str) -> bool:
    """Whether `code` is right: of the app, or one recovery code, which is then used up."""
    device = TOTPDevice.objects.filter(user=user, confirmed=True).select_for_update().first()
    if device is None:
        return False
    digits = _digits(code)
    if digits and device.verify_token(digits):
        return True
    return _use_recovery_code(user, code)


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes, shown once; the old ones end."""
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return codes


@transaction.atomic
def remove(*, user: User) -> None:
    """Take the second factor away; those of whom it is demanded enrol at the next sign-in."""
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def secret_of(device: TOTPDevice) -> str:
    """The device's secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(binascii.unhexlify(device.key)).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def picture_of(device: TOTPDevice, issuer: str) -> str:
    """The QR code that an app reads, as inline SVG."""
    label = quote(f"{issuer}:{device.user.get_username()}")
    query = urlencode(
        {"secret": secret_of(device).replace(" ", ""), "issuer": issuer}, quote_via=quote
    )
    code = segno.make(f"otpauth://totp/{label}?{query}", error="m", micro=False)
    return code.svg_inline(scale=5, border=4, dark="#000", light="#fff")


def _digits(code: str) -> str:
    """Six ASCII digits of what was typed, without spaces; empty when it is no such code."""
    digits = "".join(code.split())
    return digits if len(digits) == 6 and digits.isascii() and digits.isdigit() else ""


def _digest(user: User, code: str) -> str:
    plain = "".join(char for char in code.lower() if char in _ALPHABET)
    key = f"citymap.accounts.recovery:{settings.SECRET_KEY}".encode()
    return hmac.new(key, f"{user.pk}:{plain}".encode(), hashlib.sha256).hexdigest()


def _use_recovery_code(user: User, code: str) -> bool:
    return bool(
        RecoveryCode.objects.filter(
            user=user, digest=_digest(user, code), used_at__isnull=True
        ).update(used_at=timezone.now())
    )
