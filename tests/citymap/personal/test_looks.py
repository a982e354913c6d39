"""Every look is recorded, and the record stays."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction

from citymap.accounts.choices import Role
from citymap.personal.choices import EventKind
from citymap.personal.errors import GoneError, ReasonError
from citymap.personal.models import PersonalEvent
from citymap.personal.services import erase, masked_values, reveal

pytestmark = pytest.mark.django_db
REVEALERS = {Role.OPERATOR, Role.COORDINATOR, Role.INSPECTOR, Role.LAWYER, Role.HEAD}


def looks():
    return PersonalEvent.objects.filter(kind=EventKind.LOOKED)


def test_a_look_is_recorded_with_who_what_and_why(saule, operator):
    values = reveal(person=saule, fields=["phones", "name"], user=operator, why="call  back")
    assert values == {
        "phones": ["+77011234512", "+77055556677"],
        "name": "Омарова Сауле Ерболовна",
    }
    (look,) = looks()
    assert (look.person, look.user, look.why) == (saule, operator, "call back")
    assert look.fields == ["name", "phones"]


@pytest.mark.parametrize("role", Role)
def test_who_may_look(saule, make_user, role):
    user = make_user(role)
    if role in REVEALERS:
        reveal(person=saule, fields=["name"], user=user, why="a test of rights")
        assert looks().count() == 1
    else:
        with pytest.raises(PermissionDenied):
            reveal(person=saule, fields=["name"], user=user, why="a test of rights")
        assert not looks().exists()


def test_nobody_may_not_look(saule):
    with pytest.raises(PermissionDenied):
        reveal(person=saule, fields=["name"], user=AnonymousUser(), why="a test of rights")


@pytest.mark.parametrize("why", ["", "  ", "для Омарова", "8 701 123 45 12", "x" * 400])
def test_without_a_good_reason_nothing_is_shown(saule, operator, why):
    with pytest.raises(ReasonError):
        reveal(person=saule, fields=["name"], user=operator, why=why)
    assert not looks().exists()


def test_unknown_fields_are_refused(saule, operator):
    with pytest.raises(ValueError, match="password"):
        reveal(person=saule, fields=["password"], user=operator, why="a test")


def test_the_erased_cannot_be_looked_at(saule, operator):
    erase(person=saule, why="a test of it")
    with pytest.raises(GoneError):
        reveal(person=saule, fields=["name"], user=operator, why="a test")


def test_the_look_lives_and_dies_with_the_transaction(saule, operator):
    """The values reach nobody whose look was rolled back with them."""
    with transaction.atomic():
        reveal(person=saule, fields=["name"], user=operator, why="a test of it")
        transaction.set_rollback(True)
    assert not looks().exists()


def test_lists_show_masks_and_record_nothing(saule):
    assert masked_values(saule) == {
        "name": "О. С. Е.",
        "phones": ["+7 7•• ••• 45 12", "+7 7•• ••• 66 77"],
        "emails": ["s•••@e•••.kz"],
        "iin": "••••••••0015",
    }
    assert not looks().exists()


CHANGES = [
    "UPDATE personal_personalevent SET why = 'other'",
    "DELETE FROM personal_personalevent",
    "TRUNCATE personal_personalevent",
]


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("change", CHANGES)
def test_the_serving_role_cannot_change_the_record(saule, runtime_role, change):
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute(change)


@pytest.mark.parametrize("change", CHANGES[:2])
def test_the_owner_is_refused_by_the_trigger(saule, change):
    with pytest.raises(ProgrammingError, match="append-only"):
        execute(change)


@pytest.mark.parametrize(
    "attack",
    [
        "ALTER TABLE personal_personalevent DISABLE TRIGGER ALL",
        "DROP TRIGGER personal_event_is_append_only ON personal_personalevent",
        "SET session_replication_role = replica",
        "GRANT UPDATE ON personal_personalevent TO citymap",
    ],
)
def test_the_serving_role_cannot_open_the_record(saule, runtime_role, attack):
    try:
        execute(attack)
    except ProgrammingError:
        return
    # GRANT by a role without the right only warns.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'personal_personalevent', 'UPDATE')", [runtime_role]
        )
        assert cursor.fetchone() == (False,)


def test_the_serving_role_looks_and_records(saule, operator, runtime_role):
    reveal(person=saule, fields=["name"], user=operator, why="a test of the role")
    assert looks().count() == 1
