"""Staff, and changes to look for."""

import itertools

import pytest

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User
from citymap.history.context import acting

_numbers = itertools.count(1)


@pytest.fixture
def make_user(db):
    """Makes an active user with roles."""

    def make(*roles: Role, **values) -> User:
        return User.objects.create_user(f"audit{next(_numbers)}", roles=list(roles), **values)

    return make


@pytest.fixture
def auditor(make_user) -> User:
    return make_user(Role.AUDITOR, first_name="Елена", last_name="Громова")


@pytest.fixture
def operator(make_user) -> User:
    return make_user(Role.OPERATOR, first_name="Айгерим", last_name="Сейтова")


@pytest.fixture
def reader(client, auditor):
    """The auditor's browser."""
    client.force_login(auditor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def body(db, operator) -> Organization:
    """A body that an operator made and renamed for a reason."""
    with acting(user=operator, reason="new contract"):
        made = Organization.objects.create(kind="utility", name="Old name")
        Organization.objects.filter(pk=made.pk).update(name="New name")
    made.refresh_from_db()
    return made
