"""Keys are changed, wrong ones are found out before harm is done."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from citymap.accounts.choices import Role
from citymap.checks import no_demo_personal_key_outside_the_demo
from citymap.jobs.readiness import checks, readiness
from citymap.personal.checks import personal_keys_are_usable
from citymap.personal.errors import KeysError, UnreadableError
from citymap.personal.models import KeyCanary, Person
from citymap.personal.services import (
    erase,
    find_people,
    keys_problem,
    masked_values,
    reveal,
    rotate_keys,
    save_person,
)
from citymap.personal.vault import KeyRing

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_key(settings):
    return settings.CITYMAP_PERSONAL_KEYS[0]


def test_a_key_is_changed_without_a_gap(saule, settings, old_key, new_key):
    settings.CITYMAP_PERSONAL_KEYS = [new_key, old_key]
    assert find_people(phone="87011234512").exists()
    fresh = save_person(name="Fresh", phones=["87011234512"])
    assert find_people(phone="87011234512").count() == 2
    report = rotate_keys()
    assert (report.rotated, report.left, report.unreadable) == (1, 0, [])
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    assert keys_problem() == ""
    assert {one.pk for one in find_people(phone="87011234512")} == {saule.pk, fresh.pk}
    assert find_people(iin="850101300015").count() == 1
    shown = reveal(person=saule, fields=["name"], user=None, why="a test of it")
    assert shown == {"name": "Омарова Сауле Ерболовна"}
    assert rotate_keys().rotated == 0
    assert KeyCanary.objects.count() == 1


def test_many_rows_are_changed_in_batches(settings, old_key, new_key, monkeypatch):
    for number in range(5):
        save_person(name=f"Person {number}")
    monkeypatch.setattr("citymap.personal.services.keys.BATCH", 2)
    settings.CITYMAP_PERSONAL_KEYS = [new_key, old_key]
    seen = []
    rotate_keys(say=lambda report: seen.append(report.rotated))
    assert seen == [2, 4, 5]


def test_an_erased_person_needs_no_key(saule, settings, old_key, new_key):
    erase(person=saule, why="a test of it")
    settings.CITYMAP_PERSONAL_KEYS = [new_key, old_key]
    rotate_keys()
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    assert keys_problem() == ""


def test_a_wrong_key_is_said_and_nothing_is_written_with_it(saule, settings, new_key, client):
    before = Person.objects.values().get()
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    assert "key missing" in keys_problem()
    with pytest.raises(KeysError):
        save_person(name="New")
    with pytest.raises(UnreadableError):
        save_person(person=saule, name="Changed")
    with pytest.raises(UnreadableError):
        reveal(person=saule, fields=["name"], user=None, why="a test of it")
    assert masked_values(saule)["name"] == ""
    assert Person.objects.values().get() == before
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "key missing" in answer.json()["checks"]["personal_keys"]
    with pytest.raises(CommandError, match="key missing"):
        call_command("rotate_personal_keys")


@pytest.mark.parametrize("keys", [[], ["broken"]])
def test_unusable_keys_are_said(settings, keys):
    settings.CITYMAP_PERSONAL_KEYS = keys
    assert "CITYMAP_PERSONAL_KEYS" in readiness().checks["personal_keys"]
    with pytest.raises(KeysError):
        find_people(phone="87011234512")


def test_readiness_asks():
    assert checks.get("personal_keys").required
    assert readiness().checks["personal_keys"] == "ok"


def test_a_damaged_row_is_left_as_it_is_and_named(saule, settings, old_key, new_key, capsys):
    other = save_person(name="Other")
    damaged = "gAAAA" + "x" * 120
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personal_person SET notes = %s WHERE id = %s", [damaged, saule.pk])
    settings.CITYMAP_PERSONAL_KEYS = [new_key, old_key]
    with pytest.raises(CommandError, match="1 sealed anew, 1 left"):
        call_command("rotate_personal_keys")
    assert f"{saule.number}: notes" in capsys.readouterr().err
    assert Person.objects.get(pk=saule.pk).notes.token == damaged
    assert Person.objects.get(pk=other.pk).key_id == KeyRing((new_key,)).newest
    assert KeyCanary.objects.count() == 2


def test_the_command_says_what_it_did(saule, settings, old_key, new_key, capsys, runtime_role):
    settings.CITYMAP_PERSONAL_KEYS = [new_key, old_key]
    call_command("rotate_personal_keys")
    assert "1 sealed anew, none left" in capsys.readouterr().out


@pytest.mark.parametrize("keys", [[], ["broken"]])
def test_a_server_with_unusable_keys_does_not_start(settings, keys):
    settings.CITYMAP_PERSONAL_KEYS = keys
    (error,) = personal_keys_are_usable(None)
    assert error.id == "citymap.E007"
    assert "broken" not in error.msg


def test_pages_say_that_values_do_not_open(saule, settings, new_key, client, make_user):
    client.force_login(make_user(Role.LAWYER))
    page = f"/personal/{saule.number}/"
    form = {"reveal-fields_wanted": ["name"], "reveal-why": "call back"}
    for keys in ([], ["broken"], [new_key]):
        settings.CITYMAP_PERSONAL_KEYS = keys
        assert client.get(page).status_code == 200
        assert client.post("/personal/", {"phone": "87011234512"}).status_code == 200
        for act, data in (("reveal", form), ("export", {"export-why": "asked in person"})):
            assert client.post(f"{page}{act}/", data).status_code == 400


def test_the_demo_key_stays_in_the_demo(settings, new_key):
    settings.CITYMAP_DEMO = False
    for keys in ([settings.DEMO_PERSONAL_KEY], [new_key, settings.DEMO_PERSONAL_KEY]):
        settings.CITYMAP_PERSONAL_KEYS = keys
        (error,) = no_demo_personal_key_outside_the_demo(None)
        assert error.id == "citymap.E006"
    settings.CITYMAP_PERSONAL_KEYS = [new_key]
    assert no_demo_personal_key_outside_the_demo(None) == []
    settings.CITYMAP_DEMO, settings.CITYMAP_PERSONAL_KEYS = True, [settings.DEMO_PERSONAL_KEY]
    assert no_demo_personal_key_outside_the_demo(None) == []
