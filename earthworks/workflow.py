"""What may follow what: the only copy. Services, database triggers, pages and docs read it."""

from collections.abc import Mapping

from earthworks.choices import ClaimState, GuaranteeState, OrderState, RepairState

Transitions = Mapping[str, frozenset[str]]

# An extension is an event, not a state: it may happen in every state of EXTENDABLE.
TRANSITIONS: Transitions = {
    OrderState.DRAFT: frozenset({OrderState.APPLIED}),
    OrderState.APPLIED: frozenset({OrderState.APPROVING}),
    OrderState.APPROVING: frozenset({OrderState.ISSUED, OrderState.REFUSED}),
    OrderState.REFUSED: frozenset(),
    OrderState.ISSUED: frozenset({OrderState.IN_PROGRESS, OrderState.CANCELLED}),
    OrderState.CANCELLED: frozenset(),
    OrderState.IN_PROGRESS: frozenset({OrderState.WORKS_DONE}),
    OrderState.WORKS_DONE: frozenset({OrderState.RESTORED_INTERIM, OrderState.RESTORED}),
    OrderState.RESTORED_INTERIM: frozenset({OrderState.RESTORED}),
    OrderState.RESTORED: frozenset({OrderState.CLOSED}),
    OrderState.CLOSED: frozenset(),
}
EXTENDABLE = frozenset(
    {
        OrderState.ISSUED,
        OrderState.IN_PROGRESS,
        OrderState.WORKS_DONE,
        OrderState.RESTORED_INTERIM,
    }
)
# What an application says may be corrected until it is decided upon.
CORRECTABLE = frozenset({OrderState.DRAFT, OrderState.APPLIED, OrderState.APPROVING})
# Ground may be open, or not yet as it was: these answer "when will it be put back?".
OPEN_GROUND = EXTENDABLE
# Something is or may be going on in these.
LIVE = frozenset({OrderState.APPLIED, OrderState.APPROVING, *OPEN_GROUND, OrderState.RESTORED})

CLAIM_TRANSITIONS: Transitions = {
    ClaimState.PREPARED: frozenset({ClaimState.SENT, ClaimState.CANCELLED, ClaimState.WITHDRAWN}),
    ClaimState.CANCELLED: frozenset(),
    ClaimState.SENT: frozenset(
        {
            ClaimState.DELIVERED,
            ClaimState.ANSWERED,
            ClaimState.DISPUTED,
            ClaimState.WITHDRAWN,
            ClaimState.RESOLVED,
        }
    ),
    ClaimState.DELIVERED: frozenset(
        {
            ClaimState.ANSWERED,
            ClaimState.DISPUTED,
            ClaimState.WITHDRAWN,
            ClaimState.RESOLVED,
        }
    ),
    ClaimState.ANSWERED: frozenset(
        {ClaimState.DISPUTED, ClaimState.WITHDRAWN, ClaimState.RESOLVED}
    ),
    ClaimState.DISPUTED: frozenset(
        {ClaimState.ANSWERED, ClaimState.WITHDRAWN, ClaimState.RESOLVED}
    ),
    ClaimState.WITHDRAWN: frozenset(),
    ClaimState.RESOLVED: frozenset(),
}
# The addressee has it, or may have it.
DISPATCHED = frozenset(
    {ClaimState.SENT, ClaimState.DELIVERED, ClaimState.ANSWERED, ClaimState.DISPUTED}
)
# Stands against somebody, dispatched or about to be.
LIVE_CLAIM = DISPATCHED | {ClaimState.PREPARED}

REPAIR_TRANSITIONS: Transitions = {
    RepairState.PLANNED: frozenset({RepairState.RUNNING, RepairState.MOVED, RepairState.CANCELLED}),
    RepairState.MOVED: frozenset({RepairState.PLANNED, RepairState.RUNNING, RepairState.CANCELLED}),
    RepairState.RUNNING: frozenset({RepairState.DONE, RepairState.MOVED, RepairState.CANCELLED}),
    RepairState.DONE: frozenset(),
    RepairState.CANCELLED: frozenset(),
}

GUARANTEE_TRANSITIONS: Transitions = {
    GuaranteeState.OPEN: frozenset({GuaranteeState.MENDED, GuaranteeState.DISMISSED}),
    GuaranteeState.MENDED: frozenset(),
    GuaranteeState.DISMISSED: frozenset(),
}


class IllegalStepError(ValueError):
    """A state cannot follow another."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"{old} cannot become {new}")
        self.old, self.new = old, new


def may_follow(transitions: Transitions, old: str, new: str) -> bool:
    """Whether `new` may come after `old`."""
    return new in transitions.get(old, frozenset())


def check_step(transitions: Transitions, old: str, new: str) -> None:
    """Raise IllegalStepError unless `new` may come after `old`."""
    if not may_follow(transitions, old, new):
        raise IllegalStepError(old, new)


def pairs(transitions: Transitions) -> list[tuple[str, str]]:
    """Every allowed step, in a fixed order: what the database trigger is made from."""
    return sorted((str(old), str(new)) for old, news in transitions.items() for new in news)
