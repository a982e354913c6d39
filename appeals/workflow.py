"""How an appeal moves: the only copy. Database, services, pages and documents read this.

An operation takes an appeal from one of its `sources` to its `target`; without a target the
state stays. `guards` are names of conditions (`guards.py` holds them), `roles` and `limits`
say who may (`permissions.py` registers them as `appeals.<name>`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from appeals.choices import State
from citymap.accounts.access import Limit
from citymap.accounts.choices import Role

S = State
DESK = frozenset({Role.OPERATOR, Role.COORDINATOR, Role.HEAD})
COORDINATION = frozenset({Role.COORDINATOR, Role.HEAD})
BODY = frozenset({Role.EXECUTOR})
OWN_BODY = {Role.EXECUTOR: Limit.BODY}

INITIAL = S.REGISTERED
# Ends that nothing but an operation named below leaves.
ENDED = frozenset({S.CLOSED, S.WITHDRAWN, S.JOINED})
OPEN = frozenset(S) - ENDED
# A body answers for the appeal.
WITH_BODY = frozenset(
    {S.ASSIGNED, S.ACCEPTED, S.IN_PROGRESS, S.REPORTED_DONE, S.REJECTED, S.VERIFIED}
)
# The deadline runs: nobody has reported yet.
RUNNING = frozenset(
    {S.REGISTERED, S.ASSIGNED, S.ACCEPTED, S.IN_PROGRESS, S.REJECTED, S.RETURNED, S.REOPENED}
)
# What the holder of a one-time link may do in the name of a body.
LINK_OPERATIONS = frozenset({"accept", "start", "report", "return"})
PAUSABLE = frozenset({S.ASSIGNED, S.ACCEPTED, S.IN_PROGRESS, S.REJECTED})


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that is done with an appeal.

    target: the state after it; None leaves the state. back: the target is the state before
    mediation. system: a sweep may do it too, or a resident on the portal.
    """

    name: str
    sources: frozenset[State]
    target: State | None = None
    back: bool = False
    roles: frozenset[Role]
    limits: Mapping[Role, Limit] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    system: bool = False


OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            name="assign",
            sources=frozenset({S.REGISTERED, S.RETURNED, S.REOPENED, S.ASSIGNED}),
            target=S.ASSIGNED, roles=DESK, guards=("body_active", "body_changes"), system=True,
        ),
        Operation(
            name="accept", sources=frozenset({S.ASSIGNED}), target=S.ACCEPTED,
            roles=BODY, limits=OWN_BODY, guards=("main_body",),
        ),
        Operation(
            name="return", sources=frozenset({S.ASSIGNED, S.ACCEPTED}), target=S.RETURNED,
            roles=BODY, limits=OWN_BODY, guards=("main_body", "reason", "soon_enough_to_return"),
        ),
        Operation(
            name="start", sources=frozenset({S.ACCEPTED, S.REJECTED}), target=S.IN_PROGRESS,
            roles=BODY, limits=OWN_BODY, guards=("main_body", "not_paused"),
        ),
        Operation(
            name="pause", sources=PAUSABLE, roles=BODY | COORDINATION, limits=OWN_BODY,
            guards=("main_body", "reason", "not_paused", "not_overdue"),
        ),
        Operation(
            name="resume", sources=PAUSABLE, roles=BODY | DESK, limits=OWN_BODY,
            guards=("main_body", "paused"),
        ),
        Operation(
            name="extend", sources=RUNNING, roles=BODY | COORDINATION, limits=OWN_BODY,
            guards=(
                "main_body", "reason", "not_paused", "not_overdue", "later_deadline",
                "statutory_limit", "body_extends_once",
            ),
        ),
        Operation(
            name="add_co_executor", sources=RUNNING, roles=BODY | COORDINATION, limits=OWN_BODY,
            guards=("main_body", "body_active"),
        ),
        Operation(
            name="report", sources=frozenset({S.IN_PROGRESS}), target=S.REPORTED_DONE,
            roles=BODY, limits=OWN_BODY, guards=("main_body", "not_paused", "outcome_complete"),
        ),
        Operation(
            name="check", sources=frozenset({S.REPORTED_DONE}),
            roles=frozenset({Role.INSPECTOR, Role.COORDINATOR}),
            limits={Role.INSPECTOR: Limit.TERRITORY}, guards=("not_own_work",),
        ),
        Operation(
            name="reject", sources=frozenset({S.REPORTED_DONE, S.VERIFIED}), target=S.REJECTED,
            roles=COORDINATION | {Role.INSPECTOR}, limits={Role.INSPECTOR: Limit.TERRITORY},
            guards=("reason", "not_own_work"),
        ),
        Operation(
            name="verify", sources=frozenset({S.REPORTED_DONE}), target=S.VERIFIED,
            roles=COORDINATION | {Role.INSPECTOR}, limits={Role.INSPECTOR: Limit.TERRITORY},
            guards=("not_own_work", "evidence", "flags_answered"),
        ),
        Operation(
            name="call_back", sources=OPEN - {S.MEDIATION}, roles=DESK,
            guards=("something_to_tell", "applicant_of_appeal", "loud_hours"),
        ),
        Operation(
            name="close", sources=frozenset({S.VERIFIED}), target=S.CLOSED, roles=DESK,
            guards=("outcome_known", "everybody_told"),
        ),
        Operation(
            name="reopen", sources=frozenset({S.CLOSED}), target=S.REOPENED, roles=DESK,
            guards=("reason", "ground_to_reopen"), system=True,
        ),
        Operation(
            name="withdraw", sources=frozenset({S.REGISTERED, S.ASSIGNED}), target=S.WITHDRAWN,
            roles=DESK, guards=("reason", "nothing_joined"),
        ),
        Operation(
            name="join", sources=frozenset({S.REGISTERED, S.ASSIGNED}), target=S.JOINED,
            roles=DESK, guards=("joins_another", "nothing_joined"), system=True,
        ),
        Operation(
            name="split", sources=frozenset({S.JOINED}), target=S.REGISTERED, roles=DESK,
            guards=("reason",),
        ),
        Operation(
            name="to_mediation", sources=OPEN - {S.MEDIATION}, target=S.MEDIATION,
            roles=COORDINATION | {Role.LAWYER}, guards=("reason", "not_paused"),
        ),
        Operation(
            name="from_mediation", sources=frozenset({S.MEDIATION}), back=True,
            roles=COORDINATION | {Role.LAWYER}, guards=("reason",),
        ),
    )
}  # fmt: skip


def transitions() -> Iterator[tuple[State, State]]:
    """Every change of state that some operation makes, once each, in a fixed order."""
    pairs = set()
    for operation in OPERATIONS.values():
        targets = OPEN - {S.MEDIATION} if operation.back else {operation.target} - {None}
        pairs |= {(source, target) for source in operation.sources for target in targets}
    yield from sorted((a, b) for a, b in pairs if a != b)


TRANSITIONS: tuple[tuple[State, State], ...] = tuple(transitions())


def operations_in(state: State) -> list[Operation]:
    """What can be done with an appeal in a state, in the order of the table."""
    return [operation for operation in OPERATIONS.values() if state in operation.sources]
