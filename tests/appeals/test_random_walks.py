"""Random operations by random roles at random times: no illegal state, no rule broken."""

import datetime as dt
import uuid
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
from appeals.choices import (
    CallResult,
    CheckResult,
    Evidence,
    Outcome,
    PauseReason,
    ReopenReason,
    State,
)
from appeals.errors import AppealError, NotPermittedError
from appeals.guards import is_told
from appeals.models import Appeal, Applicant
from appeals.workflow import ENDED, OPERATIONS, TRANSITIONS
from citymap.accounts.access import may
from citymap.accounts.choices import Role
from tests.appeals.world import HOUR, MONDAY, REPLY, World

roles = st.sampled_from([*Role, "stranger"])
gaps = st.integers(min_value=0, max_value=60).map(lambda hours: hours * HOUR)
# Operations that lead on come up more often: walks get further.
operations = st.sampled_from([*OPERATIONS, "accept", "start", "report", "verify", "call_back",
                              "close", "reopen"])  # fmt: skip


# Operations that succeeded, over all walks.
DONE: Counter[str] = Counter()


class Walk(RuleBasedStateMachine):
    """Some appeals, and whoever tries whatever with them."""

    appeals = Bundle("appeals")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = World()
        self.now = MONDAY
        self.firsts: dict[int, dt.datetime] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(target=appeals)
    def some(self):
        self.now = MONDAY + 5 * HOUR
        world = self.world
        made = [world.register(), world.register(), world.in_progress(), world.told()]
        self.firsts |= {appeal.pk: appeal.first_due_at for appeal in made}
        return multiple(*(appeal.pk for appeal in made))

    def user(self, role):
        return self.world.stranger if role == "stranger" else self.world.users[role]

    @rule(
        key=appeals, other=appeals, role=roles, name=operations, gap=gaps, right=st.booleans(),
        outcome=st.sampled_from(Outcome), result=st.sampled_from(CallResult),
        flag=st.booleans(),
    )  # fmt: skip
    def try_something(self, key, other, role, name, gap, right, outcome, result, flag):
        """One operation; half of the time by somebody who has the right in principle."""
        self.now += gap
        appeal = Appeal.objects.get(pk=key)
        user = self.user(role)
        if right:
            holders = [self.world.users[one] for one in sorted(OPERATIONS[name].roles)]
            user = holders[gap.seconds // 3600 % len(holders)]
        permitted = may(user, f"appeals.{name}", appeal)
        try:
            with transaction.atomic():
                self.perform(name, appeal, other, user, outcome, result, flag)
        except NotPermittedError:
            assert not permitted
        except AppealError:
            after = Appeal.objects.get(pk=key)
            assert (after.state, after.version) == (appeal.state, appeal.version)
        else:
            assert permitted
            assert appeal.state in OPERATIONS[name].sources
            DONE[name] += 1

    def perform(self, name, appeal, other, user, outcome, result, flag):
        values = {"appeal": appeal, "user": user, "now": self.now}
        reason = {"reason": "так надо"}
        report = {
            Outcome.PLANNED: {"planned_on": self.now.date() + dt.timedelta(days=30)},
            Outcome.NEEDS_FUNDING: {"cost_class": "small"},
            Outcome.REFUSED: {"legal_ground": "ст. 1"},
        }
        applicants = Applicant.objects.filter(
            Q(appeal=appeal) | Q(appeal__joined_into=appeal)
        ).order_by("pk")
        given = {
            "assign": {"body": self.world.other_body if flag else self.world.body},
            "return": reason,
            "pause": reason | {"kind": PauseReason.ACCESS},
            "extend": reason | {"until": appeal.due_at + 24 * HOUR},
            "add_co_executor": {"body": self.world.other_body},
            "report": {"outcome": outcome, "text": REPLY} | report.get(outcome, {}),
            "check": {"result": CheckResult.CONFIRMED if flag else CheckResult.NOT_CONFIRMED,
                      "key": uuid.uuid4(), "note": "видел"},
            "reject": reason,
            "verify": {"how": Evidence.PHONE, "flags_note": "ладно"},
            "call_back": {"applicant": applicants[len(applicants) - 1] if flag else applicants[0],
                          "result": result} if name == "call_back" else {},
            "reopen": reason | {"why": ReopenReason.DISPUTED},
            "withdraw": reason,
            "join": {"into": Appeal.objects.get(pk=other)},
            "split": reason,
            "to_mediation": reason,
            "from_mediation": reason,
        }.get(name, {})  # fmt: skip
        service = getattr(services, "return_" if name == "return" else name)
        service(**values, **given)

    @invariant()
    def every_rule_holds(self):
        for appeal in Appeal.objects.filter(pk__in=self.firsts):
            assert appeal.first_due_at == self.firsts[appeal.pk] <= appeal.due_at
            assert (appeal.ended_at is not None) == (appeal.state in ENDED)
            assert (appeal.paused_at is not None) == appeal.pauses.filter(
                ended_at__isnull=True
            ).exists()
            if appeal.state == State.CLOSED:
                assert appeal.outcome
                assert appeal.reports.get(sent_back_at__isnull=True).verified_at
                self.everybody_was_told(appeal)
            if appeal.state == State.JOINED:
                assert appeal.joined_into.state != State.JOINED
            self.history_is_whole(appeal)

    def everybody_was_told(self, appeal):
        told = Applicant.objects.to_be_told(appeal.pk)
        for applicant in told.filter(added_at__lte=appeal.ended_at):
            calls = list(applicant.call_backs.filter(appeal=appeal))
            assert is_told(calls, many=told.count() > 1)

    def history_is_whole(self, appeal):
        rows = list(appeal.history_events.order_by("pgh_id").values_list("version", "state"))
        versions = [version for version, _state in rows]
        assert versions == list(range(1, appeal.version + 1))
        steps = [
            (before, after)
            for (_v, before), (_w, after) in zip(rows, rows[1:], strict=False)
            if before != after
        ]
        assert set(steps) <= {(str(a), str(b)) for a, b in TRANSITIONS}


def test_random_walks(db):
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Walks that get nowhere would prove nothing.
    assert len(DONE) >= len(OPERATIONS) // 2, DONE
