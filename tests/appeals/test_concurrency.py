"""Eight clients on the same appeal: no deadlock, no lost update, losers are told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from appeals import services
from appeals.choices import State
from appeals.errors import AppealError, ConflictError, GuardError, WrongStateError
from appeals.models import Appeal, Joining
from tests.appeals.world import HOUR, MONDAY, World

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
