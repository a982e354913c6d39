"""People and staff for tests of personal data."""

import datetime as dt
import itertools

import pytest
from cryptography.fernet import Fernet

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.personal.models import Person, RetentionRule
from citymap.personal.services import save_person

_numbers = itertools.count(1)
# The birth date is real and the check digit right; nobody has it.
IIN = "850101300015"


@pytest.fixture
def make_user(db):
    """Makes an active user with roles: `make_user(Role.OPERATOR)`."""

    def make(*roles: Role, **values) -> User:
        return User.objects.create_user(f"staff{next(_numbers)}", roles=list(roles), **values)

    return make


@pytest.fixture
def operator(make_user) -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def lawyer(make_user) -> User:
    return make_user(Role.LAWYER)


@pytest.fixture
def saule(db) -> Person:
    """Somebody with every value."""
    return save_person(
        name="Омарова Сауле Ерболовна",
        phones=["8 (701) 123-45-12", "+7 705 555 66 77"],
        emails=["Saule@Example.KZ"],
        iin=IIN,
        address="ул. Абая, 12, кв. 4",
        notes="Просит звонить вечером",
        language="kk",
    )


@pytest.fixture
def idle_rule(db) -> RetentionRule:
    """Five years after the last change, whatever a flush has left of the first rule."""
    rule, _made = RetentionRule.objects.update_or_create(
        code="idle",
        valid_from=dt.date(2020, 1, 1),
        defaults={"keep_months": 60, "citation": "a test"},
    )
    return rule


@pytest.fixture
def new_key() -> str:
    return Fernet.generate_key().decode()
