"""When a notice goes out, what may be in it. Pure."""

import datetime as dt
import json
import math
import random
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

QUIET_FROM_HOUR = 21
QUIET_UNTIL_HOUR = 9
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=6)
# With waits of 1, 2, 4, ... minutes, at most 6 hours: a little over two days.
MAX_ATTEMPTS = 16
MAX_REASON = 500
MAX_CONTEXT_BYTES = 8 * 1024
# How many characters of GSM 03.38 and of UCS-2 go into one part, alone and among several.
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("^{}\\[~]|€")
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")
_LEAST_DIGITS = 9
# The status at the beginning of an answer: `550 5.1.1`.
_STATUS = re.compile(r"\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?(?=\s|$)")
_HIDDEN = "…"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class NoticeError(ValueError):
    """A notice cannot be made or changed so; the message says why."""


def in_quiet_hours(now: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether it is between 21:00 and 9:00 in `zone`."""
    hour = now.astimezone(zone).hour
    return hour >= QUIET_FROM_HOUR or hour < QUIET_UNTIL_HOUR


def after_quiet_hours(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """`now`, or the next 9:00 in `zone` when it is quiet."""
    if not in_quiet_hours(now, zone):
        return now
    local = now.astimezone(zone)
    day = local.date() + dt.timedelta(days=local.hour >= QUIET_FROM_HOUR)
    return dt.datetime.combine(day, dt.time(QUIET_UNTIL_HOUR), tzinfo=zone).astimezone(dt.UTC)


def wait_after(
    failures: int,
    *,
    first: dt.timedelta = FIRST_WAIT,
    longest: dt.timedelta = LONGEST_WAIT,
    chance: random.Random | None = None,
) -> dt.timedelta:
    """How long to wait after so many failures in a row: doubled each time, with jitter.

    Between half and the whole of the doubled time, so that what failed together does not come
    back together.
    """
    doubled = min(first * 2 ** min(max(failures, 1) - 1, 30), longest)
    return doubled * ((chance or random).uniform(0.5, 1.0))


def sms_parts(text: str) -> int:
    """In how many parts a text message goes: Cyrillic takes 70 characters, or 67 of several."""
    if all(char in _GSM or char in _GSM_ESCAPED for char in text):
        length = len(text) + sum(char in _GSM_ESCAPED for char in text)
        alone, part = GSM_ALONE, GSM_PART
    else:
        length = len(text.encode("utf-16-le")) // 2
        alone, part = UCS2_ALONE, UCS2_PART
    return 1 if length <= alone else math.ceil(length / part)


def masked_address(address: str) -> str:
    """Enough of an e-mail address or a number to recognise it: `i…v@m…l.kz`, `+7…45`."""
    local, at, domain = address.rpartition("@")
    if at:
        name, dot, zone = domain.rpartition(".")
        return f"{_ends(local)}@{_ends(name)}{dot}{zone}"
    return f"{address[:2]}…{address[-2:]}" if len(address) > 5 else "…"


def _ends(text: str) -> str:
    return f"{text[:1]}…{text[-1:]}" if len(text) > 2 else f"{text[:1]}…"


def scrubbed(text: str, *addresses: str, limit: int = 500) -> str:
    """A server's answer fit for a log that is never erased: addresses and numbers masked."""
    for address in filter(None, addresses):
        text = re.sub(re.escape(address), _HIDDEN, text, flags=re.IGNORECASE)
    # Servers say what they like: no more of it is looked at than could be kept.
    text = text[: 4 * limit].encode("utf-8", "replace").decode()
    status = _STATUS.match(text)
    rest = text[status.end() :] if status else text
    rest = _NUMBER.sub(_masked_number, _EMAIL.sub(_HIDDEN, rest))
    return one_line((status[0] if status else "") + rest)[:limit]


def _masked_number(match: re.Match) -> str:
    return _HIDDEN if sum(char.isdigit() for char in match[0]) >= _LEAST_DIGITS else match[0]


def one_line(text: str) -> str:
    """`text` as one line without control characters: fit for a header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def checked_text(text: str, longest: int, *, required: str = "") -> str:
    """`text` on one line; NoticeError when it is too long, or empty although `required`."""
    text = one_line(text)
    if required and not text:
        raise NoticeError(f"{required} is missing")
    if len(text) > longest:
        raise NoticeError(f"{required or 'a text'} is longer than {longest} characters")
    return text


def checked_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """`context` as plain JSON values; NoticeError when it is not, or too large."""
    try:
        text = json.dumps(context, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NoticeError(f"the values of a notice are not JSON: {error}") from error
    if len(text.encode("utf-8", "surrogatepass")) > MAX_CONTEXT_BYTES or "\\u0000" in text:
        raise NoticeError(f"the values of a notice take more than {MAX_CONTEXT_BYTES} bytes")
    return json.loads(text)
