"""`manage.py prepare`: migrated always, filled only when empty, whole or not at all."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils.module_loading import autodiscover_modules

from citymap.accounts.models import Organization
from citymap.demo import DemoPart, parts
from citymap.jobs.models import JobRun
from citymap.management.commands.prepare import DEMO_JOB, database_is_empty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_demo(monkeypatch):
    """A registry with one small part: what was loaded, and which loads are to break."""
    autodiscover_modules("demo")
    monkeypatch.setattr(parts, "_items", {})
    loaded, broken = [], set()

    def load(options, say):
        loaded.append(options)
        say("a body and a login")
        Organization.objects.create(kind="utility", name=f"Heat {len(loaded)}")
        if len(loaded) in broken:
            raise KeyboardInterrupt
        get_user_model().objects.create(username="operator")

    parts.register(DemoPart(name="small", load=load))
    return loaded, broken


def test_empty_database_is_filled_once(small_demo, capsys):
    loaded, _ = small_demo
    assert database_is_empty()
    call_command("prepare", demo=True)
    call_command("prepare", demo=True)
    assert len(loaded) == 1
    assert not database_is_empty()
    assert capsys.readouterr().out.count("demo city") == 1


def test_without_demo_it_stays_empty(small_demo):
    call_command("prepare")
    assert small_demo[0] == []
    assert database_is_empty()


def test_half_loaded_demo_is_removed_and_loaded_again(small_demo):
    loaded, broken = small_demo
    broken.add(1)
    with pytest.raises(KeyboardInterrupt):
        call_command("prepare", demo=True)
    assert JobRun.objects.get(name=DEMO_JOB).last_finished_at is None
    call_command("prepare", demo=True)
    assert [body.name for body in Organization.objects.all()] == ["Heat 2"]
    assert JobRun.objects.get(name=DEMO_JOB).last_finished_at is not None
    call_command("prepare", demo=True)
    assert len(loaded) == 2


def test_data_of_others_is_never_touched(small_demo):
    get_user_model().objects.create(username="somebody")
    call_command("prepare", demo=True)
    assert small_demo[0] == []
    assert get_user_model().objects.count() == 1
