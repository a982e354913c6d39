"""Signed delivery reports of gateways: who may say what became of a message. Pure.

POST /notices/callbacks/sms/
X-Citymap-Signature: t=1779000000,v1=<hex HMAC-SHA256 of "t.body" with CITYMAP_SMS_SECRET>

{"id": "<notice or gateway id>", "status": "delivered"}     or a list of such
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from typing import Any

from citymap.notices.choices import Outcome
from citymap.notices.reports import Report

MAX_BODY_BYTES = 64 * 1024
MAX_REPORTS = 500
# A signature is good for so long, either way: clocks differ.
WINDOW_S = 300
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
_REFERENCE = re.compile(r"[!-~]{1,200}")
_STATUSES = {
    "delivered": Outcome.DELIVERED,
    "read": Outcome.DELIVERED,
    "failed": Outcome.BOUNCED,
    "undelivered": Outcome.BOUNCED,
    "undeliverable": Outcome.BOUNCED,
    "rejected": Outcome.BOUNCED,
    "expired": Outcome.BOUNCED,
    "delayed": Outcome.DELAYED,
    "buffered": Outcome.DELAYED,
}


class NotSignedError(ValueError):
    """The signature is missing, wrong or too old."""


class BadReportError(ValueError):
    """The body is not what a report is."""


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The header's value for `body` signed at `at` (Unix time, seconds)."""
    made = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def check_signature(header: str, body: bytes, *, secret: str, now: float) -> None:
    """Raise NotSignedError unless `header` signs `body` with `secret`, lately."""
    match = _SIGNATURE.fullmatch(header)
    if not secret or not match:
        raise NotSignedError("no signature")
    at = int(match[1])
    if not hmac.compare_digest(signature(body, secret=secret, at=at), header):
        raise NotSignedError("wrong signature")
    if abs(now - at) > WINDOW_S:
        raise NotSignedError("the signature is too old")


def reports_in(body: bytes) -> Iterator[tuple[Report, bytes]]:
    """Each report in `body` with the bytes that make it the same when it comes again.

    Statuses that say nothing final (queued, sent) are passed over. Raises BadReportError.
    """
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadReportError("not JSON") from error
    listed = read if isinstance(read, list) else [read]
    if len(listed) > MAX_REPORTS:
        raise BadReportError(f"more than {MAX_REPORTS} reports")
    for one in listed:
        if found := _report(one):
            raw = json.dumps(one, sort_keys=True, ensure_ascii=True).encode()
            yield found, raw


def _report(one: Any) -> Report | None:
    if not isinstance(one, dict):
        raise BadReportError("a report is not an object")
    reference, status = one.get("id"), one.get("status")
    if isinstance(reference, int) and not isinstance(reference, bool):
        reference = str(reference)
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise BadReportError("a report has no id")
    if not isinstance(status, str):
        raise BadReportError("a report has no status")
    outcome = _STATUSES.get(status.strip().lower())
    if outcome is None:
        return None
    said = one.get("error", "")
    return Report(
        reference=reference, outcome=outcome, answer=said if isinstance(said, str) else ""
    )
