"""The desk and the rooms of portal, centre, bodies and inspectors in the navigation."""

from django.utils.translation import gettext_lazy as _

from appeals.permissions import CHECK, INBOX, INSTRUCTED, MODERATE, MORNING, PRACTISE, STATISTICS
from citymap.accounts.access import AnyUser, is_city_staff, may
from citymap.accounts.choices import Role
from citymap.accounts.homes import Home, register_home
from citymap.shell.registry import NavEntry, register_entry

register_entry(
    NavEntry(name="desk", title=_("Desk"), url_name="desk:console", may_see=is_city_staff, order=10)
)


def may_moderate(user: AnyUser) -> bool:
    return may(user, MODERATE)


def is_reader(user: AnyUser) -> bool:
    """Residents: staff have their own ways to register."""
    return not user.is_authenticated


register_entry(
    NavEntry(
        name="report", title=_("Report a problem"), url_name="portal:report", may_see=is_reader,
        order=12,
    )
)  # fmt: skip
register_entry(
    NavEntry(
        name="track", title=_("My request"), url_name="portal:track", may_see=is_reader, order=14
    )
)
register_entry(NavEntry(name="cards", title=_("Solved"), url_name="portal:cards", order=16))
register_entry(
    NavEntry(
        name="moderation", title=_("Moderation"), url_name="portal:moderation",
        may_see=may_moderate, order=72,
    )
)  # fmt: skip


def may_count(user: AnyUser) -> bool:
    return may(user, STATISTICS)


def may_lead(user: AnyUser) -> bool:
    return may(user, MORNING)


def may_be_instructed(user: AnyUser) -> bool:
    return may(user, INSTRUCTED) and not may(user, MORNING)


register_entry(
    NavEntry(
        name="morning", title=_("Morning"), url_name="statistics:morning", may_see=may_lead, order=5
    )
)
register_entry(
    NavEntry(
        name="statistics", title=_("Statistics"), url_name="statistics:index", may_see=may_count,
        order=74,
    )
)  # fmt: skip
register_entry(
    NavEntry(
        name="instructions", title=_("Instructions"), url_name="statistics:instructions",
        may_see=may_be_instructed, order=50,
    )
)  # fmt: skip


def may_practise(user: AnyUser) -> bool:
    return may(user, PRACTISE)


register_entry(
    NavEntry(
        name="training", title=_("Training"), url_name="training:index", may_see=may_practise,
        order=78,
    )
)  # fmt: skip


def may_see_inbox(user: AnyUser) -> bool:
    return may(user, INBOX)


def may_check(user: AnyUser) -> bool:
    return may(user, CHECK)


register_entry(
    NavEntry(
        name="inbox", title=_("Inbox"), url_name="inbox:worklist", may_see=may_see_inbox,
        order=20,
    )
)  # fmt: skip
register_entry(
    NavEntry(
        name="field", title=_("On-site checks"), url_name="field:worklist",
        may_see=may_check, order=25,
    )
)  # fmt: skip

for home in (
    Home(name="morning", url_name="statistics:morning", roles={Role.AKIM, Role.HEAD}, order=5),
    Home(name="desk", url_name="desk:console", roles={Role.OPERATOR, Role.COORDINATOR}, order=10),
    Home(name="inbox", url_name="inbox:worklist", roles={Role.EXECUTOR}, order=20),
    Home(name="field", url_name="field:worklist", roles={Role.INSPECTOR}, order=25),
    Home(name="statistics", url_name="statistics:index", roles={Role.ANALYST}, order=74),
):
    register_home(home)
