"""Where the bell leads: each reader to the page on which they work with an appeal."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from appeals import services
from appeals.models import Appeal
from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.notices.delivery import deliver
from tests.appeals.world import HOUR, MONDAY

pytestmark = pytest.mark.django_db

AT_DESK = {
    Role.OPERATOR, Role.COORDINATOR, Role.HEAD, Role.AKIM, Role.ANALYST, Role.LAWYER, Role.WORKS,
    Role.PLANNER, Role.AUDITOR,
}  # fmt: skip


def opened(user: User, url: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(url).status_code


def test_each_role_has_a_page_of_its_own_and_may_open_it(world):
    appeal = world.assigned()
    for role in Role:
        url = appeal.url_for(world.users[role])
        if role in AT_DESK or role == Role.INSPECTOR:
            assert url == f"/desk/appeals/{appeal.number}/", role
        elif role == Role.EXECUTOR:
            assert url == f"/inbox/{appeal.pk}/"
        else:
            assert (role, url) == (Role.ADMIN, "")
        assert not url or opened(world.users[role], url) == 200, role


def test_an_inspector_is_led_to_the_checks_while_there_is_one_to_make(world):
    appeal = world.reported(category=world.category("ROAD-POTHOLE"))
    assert appeal.url_for(world.inspector) == f"/field/#stop-{appeal.pk}"
    verified = world.verified()
    assert verified.url_for(world.inspector) == f"/desk/appeals/{verified.number}/"
    elsewhere = User.objects.create_user("nowhere", roles=[Role.INSPECTOR.value])
    assert appeal.url_for(elsewhere) == ""


def test_an_executor_is_led_to_what_is_theirs_only(world):
    appeal = world.assigned()
    assert appeal.url_for(world.stranger) == ""
    services.add_co_executor(
        appeal=appeal, user=world.coordinator, body=world.other_body, now=MONDAY + HOUR
    )
    assert world.fresh(appeal).url_for(world.stranger) == f"/inbox/{appeal.pk}/"
    # Who is at the desk as well works there; who reads all appeals as well, in the inbox.
    for role, page in ((Role.COORDINATOR, "desk"), (Role.LAWYER, "inbox")):
        world.executor.roles = [Role.EXECUTOR.value, role.value]
        assert Appeal.objects.get(pk=appeal.pk).url_for(world.executor).startswith(f"/{page}/")


def test_administrators_of_everything_and_applicants(world):
    appeal = world.assigned()
    root = User.objects.create_superuser("root", password="x")
    assert appeal.url_for(root) == f"/desk/appeals/{appeal.number}/"
    assert appeal.url_for(AnonymousUser()) == f"/track/{appeal.number}/"
    assert Client().get(f"/track/{appeal.number}/").status_code == 200


def test_the_bell_page_holds_the_links(world, django_assert_max_num_queries):
    appeal = world.assigned()
    services.return_(appeal=appeal, user=world.executor, reason="не наша", now=MONDAY + HOUR)
    deliver(now=MONDAY + 300 * HOUR)
    client = Client()
    client.force_login(world.coordinator)
    with django_assert_max_num_queries(20):
        page = client.get("/notices/mine/").content.decode()
    assert f'href="/desk/appeals/{appeal.number}/"' in page
