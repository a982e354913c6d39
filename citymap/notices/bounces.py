"""Delivery status notifications (RFC 3464): the letters that mail servers send back. Pure."""

import email
import email.policy
from collections.abc import Iterator
from email.message import Message

from citymap.notices.choices import Outcome
from citymap.notices.reports import Report

_OUTCOMES = {
    "failed": Outcome.BOUNCED,
    "delayed": Outcome.DELAYED,
    "delivered": Outcome.DELIVERED,
}
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


def reports_in(letter: bytes) -> Iterator[Report]:
    """What a returned letter says of ours; nothing when it is not a status notification."""
    parsed = email.message_from_bytes(letter, policy=email.policy.compat32)
    if parsed.get_content_type() != "multipart/report":
        return
    message_id = _returned_id(parsed)
    if not message_id:
        return
    for part in parsed.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            yield from _per_recipient(part, message_id)


def _per_recipient(part: Message, message_id: str) -> Iterator[Report]:
    """One report per recipient group of a delivery-status part."""
    groups = part.get_payload()
    for group in groups if isinstance(groups, list) else []:
        outcome = _OUTCOMES.get(str(group.get("Action", "")).strip().lower())
        if outcome is None:
            continue
        status = str(group.get("Status", "")).strip()
        said = str(group.get("Diagnostic-Code", "")).strip()
        yield Report(reference=message_id, outcome=outcome, answer=f"{status} {said}".strip())


def _returned_id(parsed: Message) -> str:
    """The local part of the Message-ID of the letter that came back: our public id."""
    for part in parsed.walk():
        if part.get_content_type() not in _RETURNED:
            continue
        payload = part.get_payload()
        if isinstance(payload, list) and payload:
            found = payload[0].get("Message-ID", "")
        else:
            decoded = part.get_payload(decode=True) or b""
            found = email.message_from_bytes(decoded, policy=email.policy.compat32).get(
                "Message-ID", ""
            )
        return str(found).strip().strip("<>").partition("@")[0]
    return ""
