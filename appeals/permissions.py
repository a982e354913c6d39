"""Who sees and does what with appeals; operations take their rights from `workflow.py`."""

from django.utils.translation import gettext_lazy as _

from appeals.workflow import BODY, COORDINATION, DESK, OPERATIONS, OWN_BODY
from citymap.accounts.access import AnyUser, Limit, Permission, may, register_permission
from citymap.accounts.choices import Role

READ = "appeals.read"
REGISTER = "appeals.register"
RULES = "appeals.rules"
INCIDENTS = "appeals.incidents"
INBOX = "appeals.inbox"
LINKS = "appeals.links"
PROMISE = "appeals.promise"
PROMISES = "appeals.promises"
TRAY = "appeals.tray"
ARTICLES = "appeals.articles"
MODERATE = "appeals.moderate"
STATISTICS = "appeals.statistics"
MORNING = "appeals.morning"
INSTRUCT = "appeals.instruct"
INSTRUCTED = "appeals.instructed"
PRACTISE = "appeals.practise"
CHECK = "appeals.check"
# Nothing limits what these see of appeals.
READERS_OF_ALL = frozenset(Role) - {Role.ADMIN, Role.EXECUTOR, Role.INSPECTOR}
TITLES = {
    "assign": _("Assign appeals to bodies"),
    "accept": _("Accept appeals"),
    "return": _("Return appeals that are not ours"),
    "start": _("Begin work on appeals"),
    "pause": _("Stop the clock of appeals"),
    "resume": _("Let the clock of appeals run again"),
    "extend": _("Extend deadlines"),
    "add_co_executor": _("Bring in co-executors"),
    "report": _("Report results"),
    "check": _("Check results at the place"),
    "reject": _("Send replies back"),
    "verify": _("Verify results"),
    "call_back": _("Tell applicants the result"),
    "close": _("Close appeals"),
    "reopen": _("Reopen appeals"),
    "withdraw": _("Withdraw appeals"),
    "join": _("Join duplicates"),
    "split": _("Split joined appeals"),
    "to_mediation": _("Send appeals to mediation"),
    "from_mediation": _("Bring appeals back from mediation"),
}

register_permission(
    Permission(
        name=READ,
        title=_("Read appeals"),
        roles=READERS_OF_ALL | {Role.EXECUTOR, Role.INSPECTOR},
        limits={Role.EXECUTOR: Limit.BODY, Role.INSPECTOR: Limit.TERRITORY},
    )
)
register_permission(Permission(name=REGISTER, title=_("Register contacts and appeals"), roles=DESK))
register_permission(
    Permission(
        name=RULES,
        title=_("Change routing rules, terms, categories and articles"),
        roles=COORDINATION | {Role.LAWYER, Role.ADMIN},
    )
)
register_permission(Permission(name=INCIDENTS, title=_("Open and end incidents"), roles=DESK))
register_permission(
    Permission(name=TRAY, title=_("Decide what nobody answers for"), roles=COORDINATION)
)
register_permission(
    Permission(
        name=ARTICLES,
        title=_("Write the knowledge base"),
        roles=COORDINATION | {Role.OPERATOR, Role.LAWYER},
    )
)
register_permission(
    Permission(
        name=MODERATE,
        title=_("Decide which appeals everybody may read"),
        roles=COORDINATION | {Role.LAWYER},
    )
)
register_permission(
    Permission(
        name=STATISTICS,
        title=_("Read the statistics of appeals"),
        roles=READERS_OF_ALL,
    )
)
register_permission(
    Permission(
        name=MORNING,
        title=_("Read the morning page of the akim and the head"),
        roles=COORDINATION | {Role.AKIM, Role.ANALYST},
    )
)
register_permission(
    Permission(
        name=INSTRUCT,
        title=_("Give instructions about appeals"),
        roles=frozenset({Role.AKIM, Role.HEAD}),
    )
)
register_permission(
    Permission(
        name=INSTRUCTED,
        title=_("Answer for instructions"),
        roles=COORDINATION | {Role.EXECUTOR, Role.AKIM},
        limits={Role.EXECUTOR: Limit.BODY},
    )
)
register_permission(Permission(name=PRACTISE, title=_("Practise with invented calls"), roles=DESK))
register_permission(
    Permission(
        name=INBOX,
        title=_("Work on the appeals of an organisation"),
        roles=BODY | COORDINATION,
        limits=OWN_BODY,
    )
)
register_permission(
    Permission(
        name=LINKS,
        title=_("Send one-time links of appeals"),
        roles=BODY | COORDINATION,
        limits=OWN_BODY,
    )
)
register_permission(
    Permission(
        name=PROMISE,
        title=_("Say that a promise is kept"),
        roles=BODY | COORDINATION,
        limits=OWN_BODY,
    )
)
register_permission(
    Permission(name=PROMISES, title=_("Decide whether promises are kept"), roles=COORDINATION)
)
for operation in OPERATIONS.values():
    register_permission(
        Permission(
            name=f"appeals.{operation.name}",
            title=TITLES[operation.name],
            roles=operation.roles,
            limits=operation.limits,
        )
    )


def reads_appeals(user: AnyUser) -> bool:
    """Whether appeals are shown to this reader at all; which ones says `visible`."""
    return may(user, READ)
