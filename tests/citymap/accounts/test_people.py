"""People: made, changed, switched off; the last administrator stays."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.accounts.services.people import (
    PersonRefusedError,
    create_user,
    deactivate_user,
    update_user,
)

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-109"


@pytest.fixture
def chief(make_user):
    return make_user(Role.ADMIN, username="chief")


def test_made_with_roles_and_areas(make_body, make_area):
    area = make_area("north", 509_000, 6_080_000)
    user = create_user(
        username="new", password=PASSWORD, roles=[Role.INSPECTOR, Role.INSPECTOR],
        organization=make_body("body"), areas=[area],
    )  # fmt: skip
    assert user.roles == ["inspector"]
    assert not user.is_staff
    assert list(user.areas.all()) == [area]
    assert user.check_password(PASSWORD)


def test_without_a_password_nobody_signs_in(client):
    create_user(username="new", password=None, roles=[Role.OPERATOR])
    answer = client.post("/accounts/login/", {"username": "new", "password": ""})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"username": ""},
        {"username": "taken"},
        {"username": "a b"},
        {"username": "x" * 151},
        {"password": "short"},
        {"roles": ["king"]},
        {"language": "de"},
        {"email": "nowhere"},
    ],
)
def test_wrong_values_are_refused(values):
    User.objects.create_user("taken")
    with pytest.raises(ValidationError):
        create_user(**{"username": "new", "password": PASSWORD, "roles": [], **values})
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["password", "session_epoch", "is_staff", "last_login"])
def test_some_things_are_not_set_here(chief, name):
    with pytest.raises(TypeError):
        update_user(user=chief, **{name: "x"})


def test_the_administrations_flag_follows_the_role(chief, make_user):
    user = make_user(Role.PLANNER)
    assert update_user(user=user, roles=[Role.PLANNER, Role.ADMIN]).is_staff
    assert not update_user(user=user, roles=[Role.PLANNER]).is_staff


def test_the_last_administrator_stays(chief):
    for change in ({"is_active": False}, {"roles": []}):
        with pytest.raises(PersonRefusedError):
            update_user(user=chief, **change)
    chief.refresh_from_db()
    assert chief.is_active
    assert chief.roles == ["admin"]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_switch_each_other_off(make_user):
    first, second = make_user(Role.ADMIN), make_user(Role.ADMIN)
    start, refused = threading.Barrier(2), []

    def switch_off(user: User) -> None:
        start.wait()
        try:
            deactivate_user(user=user)
        except PersonRefusedError:
            refused.append(user.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=switch_off, args=[user]) for user in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert User.objects.filter(is_active=True).count() == 1


def test_the_database_knows_roles(chief):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=chief.pk).update(roles=["king"])
