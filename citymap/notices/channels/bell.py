"""The bell: notices inside Citymap, for members of staff."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.accounts.models import User
from citymap.notices.channels.base import Channel, Message, Receipt, channels
from citymap.notices.models import BellItem, Notice
from citymap.notices.rules import NoticeError


class Bell(Channel):
    """Shows a notice to the member of staff, or to every active member of the body."""

    name = "bell"
    title = _("Bell")
    accompanies = True
    disturbs = False

    def checked_address(self, address: str) -> str:
        raise NoticeError("the bell has no addresses: name a member of staff or a body")

    def address_of(self, notice: Notice) -> str:
        """How many will see it, as text; empty when nobody."""
        return ",".join(str(pk) for pk in self._members(notice))

    def _members(self, notice: Notice) -> list[int]:
        if notice.user_id:
            return [notice.user_id]
        if notice.organization_id:
            members = User.objects.filter(organization=notice.organization_id, is_active=True)
            return list(members.order_by("pk").values_list("pk", flat=True))
        return []

    @contextmanager
    def session(self) -> Iterator["Bell"]:
        yield self

    def send(self, message: Message) -> Receipt:
        """Once for each who sees it: shown again, nothing changes."""
        notice = Notice.objects.get(public_id=message.public_id)
        now = timezone.now()
        BellItem.objects.bulk_create(
            [
                BellItem(notice=notice, user_id=int(member), created_at=now)
                for member in message.address.split(",")
            ],
            ignore_conflicts=True,
        )
        return Receipt(delivered=True)


channels.register(Bell())
