"""The registry of kinds of notices: apps offer theirs in `notices.py`.

    register_kind(NoticeKind(name="claim", title=_("Claim"), channels=("bell", "email")))

The words are in `templates/notices/<name>/<language>.txt` of the app (docs/notices.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from citymap.registry import Registry


def no_details(notice: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """One kind of message owed to somebody.

    channels: names in order of preference. Channels that accompany (the bell) are served
        besides; of the others the first that takes the message counts, the next is tried
        when it is refused for good or has no address.
    templates: folder of the words below `templates/`; `notices/<name>` when empty.
    quiet_hours: not sent between 21:00 and 9:00 local time; False for what is urgent.
    personal: the message may carry personal data, so its text is never kept and its address
        is shown masked.
    details: fresh values for the template from the Notice, fetched when it is rendered and
        never stored.
    example: values that the preview shows in place of a real notice.
    """

    name: str
    title: Any
    channels: tuple[str, ...]
    templates: str = ""
    quiet_hours: bool = True
    personal: bool = False
    details: Callable[[Any], Mapping[str, Any]] = no_details
    example: Mapping[str, Any] = field(default_factory=dict)
    order: int = 0

    @property
    def folder(self) -> str:
        return self.templates or f"notices/{self.name}"


kinds: Registry[NoticeKind] = Registry("notice kind")


def register_kind(kind: NoticeKind) -> NoticeKind:
    return kinds.register(kind)


def kind_title(name: str) -> Any:
    """The title of a kind of notice; its name when no app has it any more."""
    kind = kinds.get(name)
    return kind.title if kind else name
