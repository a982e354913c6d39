"""Mail back ends for Django: SMTP with a limit on the whole attempt, and a folder of letters."""

import os
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class Progress:
    """What is known of a conversation with a server while it goes on."""

    def __init__(self) -> None:
        self.client: smtplib.SMTP | None = None
        self.data_began = False
        self.answer = ""

    def cut(self) -> None:
        """Break the connection off, from another thread."""
        sock = getattr(self.client, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Told:
    """Added to smtplib's clients: tells `progress` how far it has come."""

    def __init__(self, progress: Progress, *args: Any, **kwargs: Any) -> None:
        self.progress = progress
        progress.client = self
        super().__init__(*args, **kwargs)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.progress.data_began = True
        code, answer = super().data(msg)
        self.progress.answer = f"{code} {answer.decode('utf-8', 'replace')}"
        return code, answer


class _Plain(_Told, smtplib.SMTP):
    pass


class _Tls(_Told, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's SMTP back end that keeps the server's answer and can be broken off."""

    def __init__(self, *args: Any, limit_s: float | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.progress = Progress()
        if limit_s is not None:
            self.timeout = min(limit_s, self.timeout or limit_s)

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:
        return partial(_Tls if self.use_ssl else _Plain, self.progress)


@contextmanager
def broken_off_after(seconds: float, cut: Callable[[], None]) -> Iterator[threading.Event]:
    """Call `cut` when the block takes longer; the event says whether it did."""
    late = threading.Event()

    def end() -> None:
        late.set()
        cut()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class OutboxBackend(BaseEmailBackend):
    """Writes each letter to a file `<Message-ID>.eml` instead of sending it (the demo)."""

    def send_messages(self, email_messages) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = letter_path(str(message.message()["Message-ID"]))
            temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            temporary.write_bytes(message.message().as_bytes(linesep="\r\n"))
            temporary.replace(path)
        return len(email_messages)


def letter_path(message_id: str) -> Path:
    """Where the letter with this Message-ID lies, whether or not it was written."""
    name = "".join(char for char in message_id if char.isalnum() or char in "-@.")
    return Path(settings.EMAIL_FILE_PATH) / f"{name.strip('.')}.eml"
