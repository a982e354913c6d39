"""Eight clients on the same appeal: no deadlock, no lost update, losers are told."""

import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from appeals import services
from appeals.choices import CallResult, CheckResult, Outcome, State
from appeals.errors import (
    AppealError,
    ConflictError,
    GuardError,
    NotPermittedError,
    WrongStateError,
)
from appeals.models import Appeal, Joining, OnSiteCheck
from appeals.workflow import OPERATIONS, operations_in
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact
from tests.appeals.walks import Try, perform, rules_hold
from tests.appeals.world import HOUR, MONDAY, REPLY, World

CLIENTS = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db) -> World:
    return World()


def at_once(*actions) -> list:
    """Run the actions in threads of their own, all at the same moment; results or errors."""
    barrier = threading.Barrier(len(actions))

    def run(action):
        barrier.wait()
        try:
            return action()
        except AppealError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_two_closings_are_one(world):
    appeal = world.told()
    results = at_once(
        *[
            lambda: services.close(
                appeal=appeal, user=world.operator, version=appeal.version, now=MONDAY + 5 * HOUR
            )
        ]
        * CLIENTS
    )
    won = [one for one in results if isinstance(one, Appeal)]
    lost = [one for one in results if isinstance(one, ConflictError)]
    assert (len(won), len(lost)) == (1, CLIENTS - 1)
    assert {one.current.state for one in lost} == {State.CLOSED}
    assert Appeal.objects.get(pk=appeal.pk).version == appeal.version + 1


def test_join_against_close(world):
    for _ in range(3):
        target, duplicate = world.told(), world.register(applicants=[])
        results = at_once(
            *[lambda: services.close(appeal=target, user=world.operator, now=MONDAY + 5 * HOUR)]  # noqa: B023
            * (CLIENTS // 2),
            *[
                lambda: services.join(
                    appeal=duplicate, into=target, user=world.operator, now=MONDAY + 5 * HOUR  # noqa: B023
                )
            ]
            * (CLIENTS // 2),
        )  # fmt: skip
        assert all(isinstance(one, Appeal | WrongStateError | GuardError) for one in results)
        target, duplicate = World.fresh(target), World.fresh(duplicate)
        assert target.state == State.CLOSED
        joined = Joining.objects.filter(appeal=duplicate).count()
        assert joined == (duplicate.state == State.JOINED)


def test_join_in_both_directions(world):
    for _ in range(3):
        one, two = world.register(), world.register()
        results = at_once(
            *[
                lambda: services.join(appeal=one, into=two, user=world.operator, now=MONDAY)  # noqa: B023
            ]
            * (CLIENTS // 2),
            *[
                lambda: services.join(appeal=two, into=one, user=world.operator, now=MONDAY)  # noqa: B023
            ]
            * (CLIENTS // 2),
        )
        assert sum(isinstance(result, Appeal) for result in results) == 1
        states = {World.fresh(one).state, World.fresh(two).state}
        assert states == {State.REGISTERED, State.JOINED}


def test_numbers_given_at_once_have_no_gaps(world):
    person = world.person()
    results = at_once(
        *[lambda: [world.register(applicants=[person]).serial for _ in range(3)]] * CLIENTS
    )
    serials = sorted(serial for some in results for serial in some)
    assert serials == list(range(serials[0], serials[0] + 3 * CLIENTS))


def test_steps_of_one_version_are_taken_once(world):
    appeal = world.in_progress()
    results = at_once(
        *[
            lambda: services.pause(
                appeal=appeal, user=world.executor, kind="access", reason="нет доступа",
                version=appeal.version, now=MONDAY + 2 * HOUR,
            )
        ]
        * (CLIENTS // 2),
        *[
            lambda: services.report(
                appeal=appeal, user=world.executor, outcome="done", text="Устранено.",
                version=appeal.version, now=MONDAY + 2 * HOUR,
            )
        ]
        * (CLIENTS // 2),
    )  # fmt: skip
    assert sum(not isinstance(one, ConflictError) for one in results) == 1
    fresh = World.fresh(appeal)
    assert fresh.version == appeal.version + 1
    assert fresh.reports.count() + fresh.pauses.count() == 1


def test_eight_clients_do_anything_with_the_same_appeals(world):
    """Random operations, random roles: no deadlock, every success is one version, rules hold."""
    appeals = [world.register(), world.in_progress(), world.told()]
    keys = [appeal.pk for appeal in appeals]

    def client(number: int):
        chance = random.Random(number)
        made = dict.fromkeys(keys, 0)

        def run():
            for step in range(12):
                key = chance.choice(keys)
                appeal = Appeal.objects.get(pk=key)
                # Most of the time something that could be done, as far as this client knows.
                known = [one.name for one in operations_in(State(appeal.state))]
                aims = chance.random() < 0.8 and known  # nothing leads out of some ends
                name = chance.choice(aims or list(OPERATIONS))
                roles = sorted(OPERATIONS[name].roles)
                flag = chance.random() < 0.5
                tried = Try(
                    name=name, appeal=appeal, other=chance.choice(keys), flag=flag,
                    user=world.users[chance.choice(roles)], now=MONDAY + (6 + step) * HOUR / 2,
                    outcome=chance.choice(list(Outcome)), result=chance.choice(list(CallResult)),
                    version=appeal.version if chance.random() < 0.5 else None,
                )  # fmt: skip
                try:
                    perform(world, tried)
                except AppealError:
                    continue
                # A check that is not confirmed sends the reply back as well.
                made[key] += 2 if name == "check" and not flag else 1
            return made

        return run

    results = at_once(*[client(number) for number in range(CLIENTS)])
    for appeal in appeals:
        fresh = World.fresh(appeal)
        assert fresh.version == appeal.version + sum(made[appeal.pk] for made in results)
        rules_hold(fresh, appeal.first_due_at)
    assert sum(sum(made.values()) for made in results) >= CLIENTS


def test_losers_get_a_page_with_both_versions(world):
    """Eight browsers, one form: one is taken, seven are shown what stands now."""
    appeal = world.assigned()
    clients = [Client(headers={"accept-language": "en"}) for _ in range(CLIENTS)]
    for client in clients:
        client.force_login(world.executor)

    def press(client):
        return lambda: client.post(
            f"/inbox/{appeal.pk}/accept/", {"accept-version": appeal.version}
        )

    answers = at_once(*[press(client) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (CLIENTS - 1)
    for answer in answers:
        if answer.status_code == 409:
            page = answer.content.decode()
            assert "Somebody was faster" in page
            assert f"What you saw ({appeal.version})" in page
            assert f"Now ({appeal.version + 1})" in page
    assert World.fresh(appeal).version == appeal.version + 1


def test_a_check_sent_eight_times_is_one(world):
    appeal, key = world.reported(), uuid.uuid4()
    results = at_once(
        *[
            lambda: services.check(
                appeal=appeal, user=world.inspector, result=CheckResult.NOT_CONFIRMED, key=key,
                note="не сделано", now=MONDAY + 3 * HOUR,
            )
        ]
        * CLIENTS
    )  # fmt: skip
    assert {one.pk for one in results} == {OnSiteCheck.objects.get().pk}
    fresh = World.fresh(appeal)
    assert (fresh.state, fresh.version) == (State.REJECTED, appeal.version + 2)


def test_a_link_reports_once_and_revoking_it_races(world):
    Contact.objects.create(
        organization=world.body, kind=ContactKind.EMAIL, value="crew@heat.example"
    )
    appeal = world.in_progress()
    link = services.send_link(
        appeal=appeal, user=world.executor, address="crew@heat.example", now=MONDAY + HOUR
    )
    report = lambda: services.report(  # noqa: E731
        appeal=appeal, user=None, link=link, outcome="done", text=REPLY, now=MONDAY + 2 * HOUR
    )
    revoke = lambda: services.revoke_link(  # noqa: E731
        link=link, user=world.executor, now=MONDAY + 2 * HOUR
    )
    results = at_once(*[report] * (CLIENTS - 1), revoke)
    errors = [one for one in results if isinstance(one, AppealError)]
    assert all(isinstance(one, NotPermittedError | WrongStateError) for one in errors)
    link.refresh_from_db()
    fresh = World.fresh(appeal)
    assert (link.revoked_at is None) != (link.spent_at is None)
    assert (fresh.state == State.REPORTED_DONE) == (link.spent_at is not None)
    assert fresh.reports.count() == (link.spent_at is not None)
