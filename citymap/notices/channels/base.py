"""What a channel is. A plug-in makes one of these and registers it.

class Messenger(Channel):
    name = "messenger"
    ...

channels.register(Messenger())
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from citymap.registry import Registry

if TYPE_CHECKING:
    from citymap.notices.models import Notice, NoticeFile


class DeliveryError(Exception):
    """A message was not taken; the text is what the server said."""

    def __init__(self, answer: str, *, wait: dt.timedelta | None = None) -> None:
        super().__init__(answer)
        self.wait = wait


class DeferredError(DeliveryError):
    """Not now, perhaps later: counts as an attempt of this message."""


class RefusedError(DeliveryError):
    """Never, for this recipient or this message."""


class ChannelTroubleError(DeliveryError):
    """The server cannot be reached or works for nobody: no fault of this message."""


class CutShortError(DeliveryError):
    """The connection broke while the message was under way: it may have been taken."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it leaves: written for one recipient in one language."""

    message_id: str
    public_id: str
    kind: str
    address: str
    language: str
    subject: str
    text: str
    html: str = ""
    sms: str = ""
    files: Sequence["NoticeFile"] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the server said when it took a message.

    reference: the server's own id of it; delivered: it has arrived, nothing more will be heard.
    """

    answer: str = ""
    reference: str = ""
    delivered: bool = False


class Session(Protocol):
    """An open way to the server, for many messages in turn."""

    def send(self, message: Message) -> Receipt: ...


class Channel(ABC):
    """One way to deliver.

    accompanies: served besides the others rather than instead of them (the bell).
    disturbs: makes a noise at night, so quiet hours count.
    at_once: how many messages may be under way at the same time.
    per_minute: at most so many; 0 is no limit.
    limit_s: seconds after which one attempt is given up, whatever the server does.
    """

    name: str
    title: Any
    accompanies = False
    disturbs = True
    order = 0

    @property
    def at_once(self) -> int:
        return 1

    @property
    def per_minute(self) -> int:
        return 0

    @property
    def limit_s(self) -> float:
        return 30.0

    @property
    def callback_secret(self) -> str:
        """What its delivery reports are signed with; empty: none are taken."""
        return ""

    def problem(self) -> str:
        """Why nothing can be sent this way at all (not configured); empty when it can."""
        return ""

    @abstractmethod
    def checked_address(self, address: str) -> str:
        """A bare address written the one way; raises NoticeError when it is none."""

    @abstractmethod
    def address_of(self, notice: "Notice") -> str:
        """Where the recipient is reached this way; empty when nowhere."""

    @abstractmethod
    def session(self) -> AbstractContextManager[Session]:
        """Connect; raises ChannelTroubleError when the server cannot be reached."""


channels: Registry[Channel] = Registry("channel")


def outside_channels() -> Iterator[Channel]:
    """Channels that leave this installation."""
    return (channel for channel in channels if not channel.accompanies)
