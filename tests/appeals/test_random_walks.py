"""Random operations by random roles at random times: no illegal state, no rule broken."""

import datetime as dt
from collections import Counter

from django.db import transaction
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
gaps = st.integers(min_value=0, max_value=60).map(lambda hours: hours * HOUR)
# Operations that lead on come up more often: walks get further.
BY_LINK = {f"{name} by link": name for name in sorted(LINK_OPERATIONS)}
operations = st.sampled_from([*OPERATIONS, "accept", "start", "report", "verify", "call_back",
                              "close", "reopen", *BY_LINK])  # fmt: skip
# Operations that succeeded, over all walks.
DONE: Counter[str] = Counter()
ADDRESS = "brigade@heat.example"


class Walk(RuleBasedStateMachine):
    """Appeals at every point of their way, and whoever tries whatever with them."""

    appeals = Bundle("appeals")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = World()
        Contact.objects.create(organization=self.world.body, kind=ContactKind.EMAIL, value=ADDRESS)
        self.now = MONDAY
        self.firsts: dict[int, dt.datetime] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(target=appeals)
    def some(self):
        self.now = MONDAY + 6 * HOUR
        world = self.world
        made = [
            world.register(), world.assigned(), world.in_progress(), world.reported(),
            world.told(), world.closed(),
        ]  # fmt: skip
        self.firsts |= {appeal.pk: appeal.first_due_at for appeal in made}
        return multiple(*(appeal.pk for appeal in made))

    def user(self, role):
        return self.world.stranger if role == "stranger" else self.world.users[role]

    @rule(
        key=appeals, other=appeals, role=roles, name=operations, gap=gaps, right=st.booleans(),
        outcome=st.sampled_from(Outcome), result=st.sampled_from(CallResult),
        flag=st.booleans(), behind=st.sampled_from([None, None, None, 0, 0, 0, 1]),
        aim=st.none() | st.integers(min_value=0, max_value=30),
    )  # fmt: skip
    def try_something(self, key, other, role, name, gap, right, outcome, result, flag, behind, aim):
        """One operation; half of the time by somebody who has the right in principle.

        behind: by how many versions the page is that it is done from; None does not say. aim:
        chooses among what may be done in the state, instead of anything.
        """
        self.now += gap
        if name in BY_LINK:
            self.try_by_link(key, BY_LINK[name], fresh=flag)
            return
        appeal = Appeal.objects.get(pk=key)
        possible = operations_in(State(appeal.state))
        if aim is not None and possible:  # nothing leads out of some ends
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
        for appeal in Appeal.objects.filter(pk__in=self.firsts):
            rules_hold(appeal, self.firsts[appeal.pk])


def test_random_walks(db):
    run_state_machine_as_test(
        Walk,
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
