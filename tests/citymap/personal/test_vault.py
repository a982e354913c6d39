"""Sealing, opening, look-up keys."""

import copy
import json
import pickle

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from citymap.personal.errors import KeysError, UnreadableError
from citymap.personal.models import Person
from citymap.personal.sealed import Sealed
from citymap.personal.vault import KeyRing, key_ring

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _key in range(3))


@given(st.text(max_size=200))
def test_what_is_sealed_opens(text):
    ring = KeyRing((OLD,))
    sealed = ring.seal(number="A1", field="name", text=text)
    assert ring.open(sealed, number="A1", field="name") == text
    assert len(text) < 3 or text not in sealed.token


def test_newer_keys_open_older_values():
    sealed = KeyRing((OLD,)).seal(number="A1", field="name", text="secret")
    assert KeyRing((NEW, OLD)).open(sealed, number="A1", field="name") == "secret"


@pytest.mark.parametrize(
    "ring, number, field",
    [((NEW,), "A1", "name"), ((OLD,), "A2", "name"), ((OLD,), "A1", "address")],
    ids=["wrong key", "another's row", "another field"],
)
def test_what_does_not_open_says_where_and_nothing_else(ring, number, field):
    sealed = KeyRing((OLD,)).seal(number="A1", field="name", text="secret")
    with pytest.raises(UnreadableError) as failed:
        KeyRing(ring).open(sealed, number=number, field=field)
    assert (failed.value.number, failed.value.field) == (number, field)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("damage", ["gAAAA", "gAAAAAAAAAA=", "gAAAA" + "x" * 300])
def test_damage_is_said(damage):
    with pytest.raises(UnreadableError):
        KeyRing((OLD,)).open(Sealed(damage), number="A1", field="name")


@pytest.mark.parametrize("keys", [(), ("",), ("short",), (OLD, "broken"), ("ключ",)])
def test_unusable_keys_are_said_without_showing_them(keys):
    with pytest.raises(KeysError) as failed:
        KeyRing(keys)
    assert OLD not in str(failed.value)


def test_look_up_keys_differ_by_kind_and_key_and_not_by_run():
    ring = KeyRing((NEW, OLD))
    newest, older = ring.lookup_keys("phones", "+77011234512")
    assert newest != older
    assert KeyRing((OLD,)).lookup_keys("phones", "+77011234512") == [older]
    assert KeyRing((OLD,)).lookup_keys("iin", "+77011234512") != [older]
    assert KeyRing((OTHER,)).lookup_keys("phones", "+77011234512")[0] not in (newest, older)


def test_a_sealed_value_says_nothing_in_passing():
    sealed = key_ring().seal(number="A1", field="name", text="secret")
    for said in (str(sealed), repr(sealed), f"{sealed}", f"{sealed!r}"):
        assert "secret" not in said
        assert sealed.token not in said
    assert copy.copy(sealed) == sealed
    assert pickle.loads(pickle.dumps(sealed)) == sealed
    with pytest.raises(TypeError):
        json.dumps({"name": sealed})


@pytest.mark.django_db
def test_plain_text_cannot_be_saved():
    with pytest.raises(ValidationError):
        Person.objects.create(name="Сауле")
    with pytest.raises(ValidationError):
        Person.objects.update(name="Сауле")


@pytest.mark.django_db
def test_plain_text_is_refused_by_the_database_too(saule):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE personal_person SET name = 'Сауле' WHERE id = %s", [saule.pk])
