"""A real SMTP server on loopback that takes letters, or behaves badly on purpose."""

import asyncio
import email
import email.policy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived, in order; `rcpt` and `data` may answer for the server, or raise.

    drop: "data" closes the connection within DATA, "accepted" after taking the letter but
    before saying so.
    """

    letters: list[bytes] = field(default_factory=list)
    rcpt: Callable[[str], str] | None = None
    data: Callable[[bytes], str] | None = None
    drop: str = ""
    slow_s: float = 0.0
    connections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session: Session, envelope: Envelope, address, options):  # noqa: N802
        answer = self.rcpt(address) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.drop == "data":
            server.transport.abort()
            return "250 never heard"
        answer = self.data(envelope.content) if self.data else "250 OK queued as 4711"
        if answer.startswith("250"):
            with self._lock:
                self.letters.append(envelope.content)
        if self.drop == "accepted":
            server.transport.abort()
        return answer

    def parsed(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one, policy=email.policy.SMTP) for one in self.letters]

    def message_ids(self) -> list[str]:
        return [str(one["Message-ID"]) for one in self.parsed()]


def start(mailbox: Mailbox, *, port: int, **options) -> Controller:
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, data_size_limit=30_000_000, **options
    )
    controller.start()
    return controller
