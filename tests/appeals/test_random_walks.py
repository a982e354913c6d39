"""Random operations by random roles at random times: no illegal state, no rule broken."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from appeals import services
from appeals.choices import CallResult, Outcome, State
from appeals.errors import AppealError, NotPermittedError
from appeals.models import Appeal
from appeals.workflow import LINK_OPERATIONS, OPERATIONS, operations_in
from citymap.accounts.access import may
from citymap.accounts.choices import ContactKind, Role
from citymap.accounts.models import Contact
from tests.appeals.walks import Try, perform, rules_hold
from tests.appeals.world import HOUR, MONDAY, REPLY, World

roles = st.sampled_from([*Role, "stranger"])
# Mostly within a working day; now and then past deadlines.
gaps = (
    st.integers(min_value=0, max_value=3)
    | st.integers(min_value=0, max_value=3)
    | st.integers(min_value=0, max_value=60)
).map(lambda hours: hours * HOUR)
mostly = st.sampled_from([True, True, True, False])
# Operations that lead on come up more often: walks get further.
BY_LINK = {f"{name} by link": name for name in sorted(LINK_OPERATIONS)}
operations = st.sampled_from([*OPERATIONS, "accept", "start", "report", "verify", "call_back",
                              "close", "reopen", *BY_LINK])  # fmt: skip
# Operations that succeeded, over all walks.
DONE: Counter[str] = Counter()
ADDRESS = "brigade@heat.example"


class Walk(RuleBasedStateMachine):
    """Appeals at every point of their way, and whoever tries whatever with them.

    The world and its appeals are made once; every walk begins with them as they were.
    """

    appeals = Bundle("appeals")

    def __init__(self, world: World, firsts: dict[int, dt.datetime]) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = world
        self.now = MONDAY + 6 * HOUR
        self.firsts = firsts
        self.checked: dict[int, dict] = {}

    def teardown(self) -> None:
        try:
            for appeal in Appeal.objects.filter(pk__in=self.firsts):
                rules_hold(appeal, self.firsts[appeal.pk])
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    @initialize(target=appeals)
    def some(self):
        return multiple(*self.firsts)

    def user(self, role):
        return self.world.stranger if role == "stranger" else self.world.users[role]

    @rule(
        key=appeals, other=appeals, role=roles, name=operations, gap=gaps, right=mostly,
        outcome=st.sampled_from(Outcome), result=st.sampled_from(CallResult),
        flag=st.booleans(), behind=st.sampled_from([None, None, None, 0, 0, 0, 1]),
        aims=mostly, aim=st.integers(min_value=0, max_value=30),
    )  # fmt: skip
    def try_something(
        self, key, other, role, name, gap, right, outcome, result, flag, behind, aims, aim
    ):
        """One operation; mostly by somebody who has the right in principle.

        behind: by how many versions the page is that it is done from; None does not say. aims:
        chooses among what may be done in the state (by `aim`), instead of anything.
        """
        self.now += gap
        if name in BY_LINK:
            self.try_by_link(key, BY_LINK[name], fresh=flag)
            return
        appeal = Appeal.objects.get(pk=key)
        possible = operations_in(State(appeal.state))
        if aims and possible:  # nothing leads out of some ends
            name = possible[aim % len(possible)].name
        user = self.user(role)
        if right:
            holders = [self.world.users[one] for one in sorted(OPERATIONS[name].roles)]
            user = holders[gap.seconds // 3600 % len(holders)]
        permitted = may(user, f"appeals.{name}", appeal)
        tried = Try(
            name=name, appeal=appeal, other=other, user=user, now=self.now, outcome=outcome,
            result=result, flag=flag, version=None if behind is None else appeal.version - behind,
        )  # fmt: skip
        try:
            with transaction.atomic():
                perform(self.world, tried)
        except NotPermittedError:
            assert not permitted
        except AppealError:
            after = Appeal.objects.get(pk=key)
            assert (after.state, after.version) == (appeal.state, appeal.version)
        else:
            assert permitted
            assert not behind
            assert appeal.state in OPERATIONS[name].sources
            DONE[name] += 1

    def try_by_link(self, key, name, fresh):
        """The same by the holder of a link, the latest that there is or a new one."""
        appeal = Appeal.objects.get(pk=key)
        link = appeal.work_links.first()
        try:
            with transaction.atomic():
                if fresh or link is None:
                    link = services.send_link(
                        appeal=appeal, user=self.world.executor, address=ADDRESS, now=self.now
                    )
                was_open = link.is_open(self.now) and appeal.executor_id == link.body_id
                given = {
                    "report": {"outcome": Outcome.DONE, "text": REPLY},
                    "return": {"reason": "не наше"},
                }.get(name, {})
                getattr(services, "return_" if name == "return" else name)(
                    appeal=appeal, user=None, link=link, now=self.now, **given
                )
        except AppealError:
            after = Appeal.objects.get(pk=key)
            assert (after.state, after.version) == (appeal.state, appeal.version)
        else:
            assert was_open
            assert appeal.state in OPERATIONS[name].sources
            link.refresh_from_db()
            assert (link.spent_at is not None) == (name in ("report", "return"))
            DONE[f"{name} by link"] += 1

    @invariant()
    def every_rule_holds(self):
        """Of what changed with the step and what is joined to it; of all when the walk ends."""
        rows = {row["id"]: row for row in Appeal.objects.filter(pk__in=self.firsts).values()}
        changed = [key for key, row in rows.items() if row != self.checked.get(key)]
        for appeal in Appeal.objects.filter(Q(pk__in=changed) | Q(joined_into__in=changed)):
            rules_hold(appeal, self.firsts[appeal.pk])
        self.checked = rows


def test_random_walks(world):
    Contact.objects.create(organization=world.body, kind=ContactKind.EMAIL, value=ADDRESS)
    made = [
        world.register(), world.assigned(), world.in_progress(), world.reported(), world.told(),
        world.closed(),
    ]  # fmt: skip
    firsts = {appeal.pk: appeal.first_due_at for appeal in made}
    run_state_machine_as_test(
        lambda: Walk(world, firsts),
        settings=settings(
            max_examples=16,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Walks that get nowhere would prove nothing.
    assert len(set(DONE) & set(OPERATIONS)) >= len(OPERATIONS) // 2, DONE


def test_every_operation_is_tried_and_can_succeed(world):
    """The random walks choose from the whole table; here each one is led to success once."""
    done = set()

    def run(name, appeal, user, *, now=MONDAY + 6 * HOUR, other=0, **values):
        perform(world, Try(name=name, appeal=appeal, other=other, user=user, now=now, **values))
        done.add(name)
        found = World.fresh(appeal)
        rules_hold(found, appeal.first_due_at)
        return found

    body, centre, desk = world.executor, world.coordinator, world.operator
    appeal = run("assign", world.register(), desk)
    appeal = run("accept", appeal, body)
    appeal = run("start", appeal, body)
    appeal = run("pause", appeal, body)
    appeal = run("resume", appeal, body)
    appeal = run("extend", appeal, body)
    appeal = run("add_co_executor", appeal, body)
    appeal = run("to_mediation", appeal, centre)
    appeal = run("from_mediation", appeal, centre)
    appeal = run("report", appeal, body)
    appeal = run("check", appeal, world.inspector, flag=True)
    appeal = run("reject", appeal, centre)
    appeal = run("report", run("start", appeal, body), body)
    appeal = run("verify", appeal, centre)
    appeal = run("call_back", appeal, desk)
    appeal = run("close", appeal, desk)
    run("reopen", appeal, desk)
    run("return", world.assigned(), body)
    run("withdraw", world.register(), desk)
    joined = run("join", world.register(), desk, other=world.register().pk)
    run("split", joined, desk)
    assert done == set(OPERATIONS)
