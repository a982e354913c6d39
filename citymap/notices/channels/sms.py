"""Text messages through the HTTPS gateway of whichever provider: URL, token, shape of the JSON.

The gateway is asked with the notice's own id (`Idempotency-Key`), so a double is recognised.
"""

import datetime as dt
import email.utils
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact
from citymap.notices.channels.base import (
    Channel,
    ChannelTroubleError,
    CutShortError,
    DeferredError,
    DeliveryError,
    Message,
    Receipt,
    RefusedError,
    channels,
)
from citymap.notices.mail import broken_off_after
from citymap.notices.models import Notice
from citymap.notices.people import contact_values
from citymap.notices.rules import NoticeError
from citymap.personal.choices import Field
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import normal_phone

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Kazakhstan's mobile numbers: others cannot be sent a text message.
MOBILE = ("+770", "+7747", "+7771", "+7775", "+7776", "+7777", "+7778")
# Wrong token, wrong URL, wrong method: nobody's message will be taken until it is put right.
OUR_FAULT = {401, 403, 404, 405, 407, 415}
LATER = {408, 425, 429}
LONGEST_ANSWER_BYTES = 64 * 1024
LONGEST_WAIT = dt.timedelta(hours=6)


class Sms(Channel):
    """POSTs `CITYMAP_SMS_BODY` with its placeholders filled to `CITYMAP_SMS_URL`."""

    name = "sms"
    title = _("Text message")

    @property
    def at_once(self) -> int:
        return settings.CITYMAP_SMS_AT_ONCE

    @property
    def per_minute(self) -> int:
        return settings.CITYMAP_SMS_PER_MINUTE

    @property
    def limit_s(self) -> float:
        return settings.CITYMAP_NOTICES_ATTEMPT_S

    @property
    def callback_secret(self) -> str:
        return settings.CITYMAP_SMS_SECRET

    def problem(self) -> str:
        url = urlsplit(settings.CITYMAP_SMS_URL)
        if not url.hostname:
            return "CITYMAP_SMS_URL is not set"
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            return "CITYMAP_SMS_URL is not https"
        return ""

    def checked_address(self, address: str) -> str:
        try:
            return normal_phone(address)
        except InvalidValueError as error:
            raise NoticeError(f"{error} ({self.name})") from error

    def address_of(self, notice: Notice) -> str:
        if notice.address:
            return notice.address
        if notice.organization_id:
            found = Contact.objects.filter(
                organization=notice.organization_id,
                kind__in=[ContactKind.ON_DUTY, ContactKind.PHONE],
            ).values_list("value", flat=True)
            return first_mobile(found)
        return first_mobile(contact_values(notice, Field.PHONES))

    @contextmanager
    def session(self) -> Iterator["SmsSession"]:
        verify: ssl.SSLContext | bool = True
        if settings.CITYMAP_SMS_CA:
            verify = ssl.create_default_context(cafile=settings.CITYMAP_SMS_CA)
        with httpx.Client(
            verify=verify, timeout=self.limit_s, follow_redirects=False, trust_env=False
        ) as client:
            yield SmsSession(client, self.limit_s)


def first_mobile(numbers) -> str:
    """The first number that a text message reaches; empty when there is none."""
    for number in numbers:
        try:
            normal = normal_phone(number)
        except InvalidValueError:
            continue
        if normal.startswith(MOBILE):
            return normal
    return ""


class SmsSession:
    """One HTTP client; connections are kept between messages."""

    def __init__(self, client: httpx.Client, limit_s: float) -> None:
        self._client = client
        self._limit_s = limit_s

    def send(self, message: Message) -> Receipt:
        headers = {"Idempotency-Key": message.public_id}
        if settings.CITYMAP_SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.CITYMAP_SMS_TOKEN}"
        body = filled(
            settings.CITYMAP_SMS_BODY,
            {"to": message.address, "text": message.sms, "id": message.public_id},
        )
        with broken_off_after(self._limit_s, self._client.close) as late:
            try:
                with self._client.stream(
                    "POST", settings.CITYMAP_SMS_URL, json=body, headers=headers
                ) as answer:
                    content = _beginning(answer)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise ChannelTroubleError(_said(error)) from error
            except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError) as error:
                said = f"no end after {self._limit_s:g} s" if late.is_set() else _said(error)
                raise CutShortError(said) from error
        return _meaning(answer, content)


def _beginning(answer: httpx.Response) -> bytes:
    content = b""
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LONGEST_ANSWER_BYTES:
            break
    return content[:LONGEST_ANSWER_BYTES]


def filled(shape: Any, values: dict[str, str]) -> Any:
    """`shape` with `{to}`, `{text}` and `{id}` in its strings replaced; JSON in, JSON out."""
    if isinstance(shape, dict):
        return {key: filled(value, values) for key, value in shape.items()}
    if isinstance(shape, list):
        return [filled(value, values) for value in shape]
    if isinstance(shape, str):
        for name, value in values.items():
            if shape == f"{{{name}}}":
                return value
        for name in ("to", "id"):
            shape = shape.replace(f"{{{name}}}", values[name])
        return shape.replace("{text}", values["text"])
    return shape


def _meaning(answer: httpx.Response, content: bytes) -> Receipt:
    """What the gateway's status means; raises DeliveryError unless it took the message."""
    status = answer.status_code
    text = content.decode("utf-8", "replace")
    said = f"{status} {text}"
    if answer.is_success:
        return Receipt(answer=said, reference=_reference(text))
    wait = _retry_after(answer.headers.get("Retry-After", ""))
    kind: type[DeliveryError] = RefusedError
    if status in LATER:
        kind = DeferredError
    elif status in OUR_FAULT or status >= 500 or status < 400:
        kind = ChannelTroubleError
    raise kind(said, wait=wait)


def _reference(text: str) -> str:
    """The gateway's own id in its answer; empty when there is none."""
    try:
        found = json.loads(text)
        for name in settings.CITYMAP_SMS_ID_FIELD.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return str(found)[:200] if isinstance(found, str | int) else ""


def _retry_after(text: str) -> dt.timedelta | None:
    """How long the gateway asks to wait: seconds or a date."""
    try:
        if text.isdigit():
            wait = dt.timedelta(seconds=min(int(text), LONGEST_WAIT.total_seconds()))
        else:
            wait = email.utils.parsedate_to_datetime(text) - timezone.now()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, dt.timedelta(0)), LONGEST_WAIT)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


channels.register(Sms())
