"""E-mail by SMTP, through Django's mail back ends (`EMAIL_URL`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.header import Header
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
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
from citymap.notices.mail import OutboxBackend, Progress, SmtpBackend, broken_off_after
from citymap.notices.models import Notice
from citymap.notices.people import contact_values
from citymap.notices.rules import NoticeError
from citymap.personal.choices import Field
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import normal_email

DJANGO_SMTP = f"{EmailBackend.__module__}.{EmailBackend.__name__}"
DUMMY = "django.core.mail.backends.dummy.EmailBackend"
OUTBOX = f"{OutboxBackend.__module__}.{OutboxBackend.__name__}"
_ENCODED_LINE = 68
SHUTTING_DOWN = 421
TOO_LARGE = 552


def is_outbox_folder() -> bool:
    """Whether letters are written to files rather than sent."""
    return settings.EMAIL_BACKEND == OUTBOX


class Mail(Channel):
    """One connection, many messages; the server's answer is kept."""

    name = "email"
    title = _("E-mail")

    @property
    def at_once(self) -> int:
        return settings.CITYMAP_MAIL_AT_ONCE

    @property
    def per_minute(self) -> int:
        return settings.CITYMAP_MAIL_PER_MINUTE

    @property
    def limit_s(self) -> float:
        return settings.CITYMAP_NOTICES_ATTEMPT_S

    def problem(self) -> str:
        return "EMAIL_URL is not set" if settings.EMAIL_BACKEND == DUMMY else ""

    def checked_address(self, address: str) -> str:
        try:
            return normal_email(address)
        except InvalidValueError as error:
            raise NoticeError(f"{error} ({self.name})") from error

    def address_of(self, notice: Notice) -> str:
        if notice.address:
            return notice.address
        if notice.user_id:
            return notice.user.email if notice.user.is_active else ""
        if notice.organization_id:
            found = Contact.objects.filter(
                organization=notice.organization_id, kind=ContactKind.EMAIL
            ).first()
            return found.value if found else ""
        return next(iter(contact_values(notice, Field.EMAILS)), "")

    @contextmanager
    def session(self) -> Iterator["MailSession"]:
        if settings.EMAIL_BACKEND == DJANGO_SMTP:
            backend: BaseEmailBackend = SmtpBackend(limit_s=self.limit_s)
        else:
            backend = get_connection()
        session = MailSession(backend, self.limit_s)
        session.open()
        try:
            yield session
        finally:
            session.close()


class MailSession:
    """Letters over one connection; after trouble the connection is made anew."""

    def __init__(self, backend: BaseEmailBackend, limit_s: float) -> None:
        self._backend = backend
        self._limit_s = limit_s
        self._progress = getattr(backend, "progress", Progress())

    def open(self) -> None:
        with broken_off_after(self._limit_s, self._progress.cut):
            try:
                self._backend.open()
            except (OSError, SMTPException) as error:
                raise ChannelTroubleError(_said(error)) from error

    def close(self) -> None:
        with broken_off_after(self._limit_s, self._progress.cut):
            try:
                self._backend.close()
            except (OSError, SMTPException):
                return

    def send(self, message: Message) -> Receipt:
        self._progress.data_began, self._progress.answer = False, ""
        with broken_off_after(self._limit_s, self._progress.cut) as late:
            try:
                self._backend.send_messages([letter(message)])
            except (OSError, SMTPException) as error:
                said = f"no end after {self._limit_s:g} s" if late.is_set() else _said(error)
                raise _meaning(error, said, data_began=self._progress.data_began) from error
        return Receipt(answer=self._progress.answer or "written to a file")


def letter(message: Message) -> EmailMultiAlternatives:
    """The message as a letter: the same bytes of the same Message-ID at every attempt."""
    mail = EmailMultiAlternatives(
        subject=_header(message.subject),
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.address],
        headers={
            "Message-ID": message.message_id,
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
            "X-Citymap-Kind": message.kind,
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for file in message.files:
        content = bytes(file.attachment.content)
        mail.attach(file.filename, content, file.attachment.content_type)
    return mail


def _header(text: str) -> str:
    """`text` in encoded words short enough for the first to stand on the header's own line."""
    if text.isascii():
        return text
    words = Header(text, "utf-8", header_name="Subject", maxlinelen=_ENCODED_LINE).encode()
    return " ".join(words.split())


def _meaning(error: Exception, said: str, *, data_began: bool) -> DeliveryError:
    """What an error of a conversation means for the message and for the channel."""
    if isinstance(error, SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return _by_code(code, said)
    if isinstance(error, SMTPDataError):
        return _by_code(error.smtp_code, said)
    if isinstance(error, SMTPSenderRefused):
        # Our own address is refused, for everybody; but not when the letter is too large.
        if error.smtp_code == TOO_LARGE:
            return RefusedError(said)
        return ChannelTroubleError(said)
    if isinstance(error, SMTPNotSupportedError):
        return RefusedError(said)
    if data_began and (isinstance(error, SMTPServerDisconnected | OSError)):
        return CutShortError(said)
    return ChannelTroubleError(said)


def _by_code(code: int, said: str) -> DeliveryError:
    if code == SHUTTING_DOWN:
        return ChannelTroubleError(said)
    return RefusedError(said) if code >= 500 else DeferredError(said)


def _said(error: Exception) -> str:
    """The server's answer, or what is the matter with the connection."""
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return f"{code} {_text(answer)}"
    if isinstance(error, SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)


channels.register(Mail())
