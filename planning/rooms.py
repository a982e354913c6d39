"""The rooms of planning in groups: two short rows of links instead of one long list."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the navigation; `name` is what a page calls itself, `permission` who sees it."""

    name: str
    title: Promise
    url_name: str
    permission: str = "planning.read"


@dataclass(frozen=True, slots=True)
class Group:
    """Rooms that belong together; the first one that somebody may see is where it leads."""

    title: Promise
    rooms: tuple[Room, ...]

    def open_to(self, user: AnyUser) -> list[Room]:
        return [room for room in self.rooms if may(user, room.permission)]


PLAN = "planning.plan"
GROUPS = (
    Group(
        _("Hotspots"),
        (
            Room("heat", _("Heatmap"), "plan:index"),
            Room("chronicle", _("Chronicle"), "plan:chronicle"),
            Room("problems", _("Problems"), "plan:problems"),
            Room("floods", _("Flood plan"), "plan:floods"),
        ),
    ),
    Group(
        _("Yards"),
        (
            Room("policy", _("Policy and scenarios"), "plan:policy"),
            Room("surveys", _("Surveys"), "plan:surveys", PLAN),
            Room("holds", _("Holds"), "plan:holds", PLAN),
            Room("queue", _("Queue of yards"), "yards:index"),
        ),
    ),
    Group(
        _("Programmes"),
        (
            Room("programmes", _("Programmes"), "plan:programmes"),
            Room("stages", _("Stages"), "plan:stages", PLAN),
            Room("prices", _("Unit prices"), "plan:prices", PLAN),
            Room("repairs", _("Repair plan"), "plan:repairs"),
            Room("proposal", _("Budget proposal"), "plan:proposal"),
        ),
    ),
    Group(_("Reports"), (Room("reports", _("Reports"), "plan:reports"),)),
)


def groups_of(user: AnyUser) -> Iterable[tuple[Group, list[Room]]]:
    """Groups with the rooms that somebody may see."""
    for group in GROUPS:
        if rooms := group.open_to(user):
            yield group, rooms
