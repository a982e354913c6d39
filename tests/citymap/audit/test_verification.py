"""Verification as a job: asked for, run, told of, kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from citymap.audit.models import Verification
from citymap.audit.services import (
    ask_verification,
    outside_roots,
    run_verification,
    sweep_verification,
)
from citymap.audit.state import chain_state
from citymap.history.models import ChainRecord, Protocol
from citymap.history.roots import roots_file
from citymap.history.sealing import seal, seal_and_publish
from citymap.jobs.models import JobRequest
from citymap.jobs.registry import sweeps
from citymap.personal.services import erase, reveal, save_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


@pytest.fixture
def chain(db, operator):
    """A person looked at and erased: seven records or more, sealed under a root."""
    person = save_person(name="Меткина Анна", phones=["87011234512"])
    reveal(person=person, fields=["name"], user=operator, why="call back")
    erase(person=person, why="asked by letter")
    seal()
    return person


def tampered() -> None:
    """As a superuser would: past triggers and rights."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE history_chainrecord SET payload = replace(payload, 'looked', 'changed')"
            " WHERE payload LIKE '%looked%'"
        )


def test_asked_for_once_however_often_it_is_clicked(auditor):
    first, again = ask_verification(user=auditor), ask_verification(user=auditor)
    assert first == again
    assert JobRequest.objects.filter(name="audit.verify", taken_at=None).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.create()


def test_erased_data_leaves_a_chain_that_holds(chain, auditor):
    """The look, its reason and the erasure stay; the values are gone."""
    seal_and_publish(timezone.now())
    run = run_verification(verification=ask_verification(user=auditor))
    assert (run.holds, run.error) == (True, "")
    assert run.done == run.total == ChainRecord.objects.count() >= 5
    assert run.report["outside_roots"] >= 1
    assert "Меткина" not in "".join(ChainRecord.objects.values_list("payload", flat=True))
    assert not Protocol.objects.exists()


def test_a_fault_is_named_and_becomes_one_protocol(chain, auditor):
    tampered()
    for _time in range(2):
        run = run_verification(verification=ask_verification(user=auditor))
    assert run.holds is False
    bad = ChainRecord.objects.get(payload__contains='"changed"', model="personal.personalevent")
    assert run.report["first_bad"]["record"] == bad.pk
    (protocol,) = Protocol.objects.filter(kind="chain")
    assert (protocol.model, protocol.key) == (bad.model, bad.key)


def test_roots_of_the_file_are_compared(chain, auditor):
    seal_and_publish(timezone.now())
    kept = outside_roots()
    assert kept
    ours = kept[-1].root
    roots_file().write_text(roots_file().read_text().replace(ours, "ab" * 32))
    run = run_verification(verification=ask_verification(user=auditor))
    assert run.holds is False
    assert "kept outside" in str(run.report["listed"])


def test_a_damaged_file_of_roots_is_said(chain, auditor):
    roots_file().parent.mkdir(parents=True)
    roots_file().write_text("nonsense\n")
    run = run_verification(verification=ask_verification(user=auditor))
    assert run.holds is None
    assert "ValueError" in run.error
    assert run.finished_at


def test_the_sweep_runs_what_is_asked_and_once_a_day(chain, auditor):
    now = timezone.now()
    ask_verification(user=auditor)
    assert "all hold" in sweep_verification(now)
    assert sweep_verification(now) == "no verification is due"
    assert "all hold" in sweep_verification(now + dt.timedelta(hours=25))
    assert list(Verification.objects.values_list("asked_by", flat=True)) == [None, auditor.pk]


def test_a_run_that_was_cut_off_is_begun_again(chain):
    Verification.objects.create(started_at=timezone.now(), done=3, total=5)
    assert "all hold" in sweep_verification(timezone.now())


def test_a_failure_is_a_failure_of_the_job(chain):
    roots_file().parent.mkdir(parents=True)
    roots_file().write_text("nonsense\n")
    with pytest.raises(RuntimeError, match="could not be verified"):
        sweep_verification(timezone.now())


def test_it_is_on_the_schedule_and_runs_as_the_serving_role(chain, runtime_role):
    assert "all hold" in sweeps.get("audit.verify").run(timezone.now())


def test_percent():
    assert Verification(done=5, total=0).percent == 0
    assert Verification(done=1, total=3).percent == 33
    assert Verification(done=9, total=3).percent == 100


def test_state_of_the_chain(chain, auditor, django_assert_max_num_queries):
    seal_and_publish(timezone.now())
    ask_verification(user=auditor)
    save_person(name="Later")
    with django_assert_max_num_queries(8):
        state = chain_state()
    assert state.waiting >= 2
    assert state.records == state.root.size + state.waiting
    assert state.publication.root == state.root
    assert state.file_at is not None
    assert state.open.asked_by_id == auditor.pk
    assert not state.seals_late
    assert not state.publishes_late


def test_lateness_is_said(chain):
    state = chain_state()
    assert state.publishes_late
    save_person(name="Later")
    connection_clock = dt.timedelta(minutes=11)
    late = chain_state()
    object.__setattr__(late, "now", late.now + connection_clock)
    assert late.seals_late


def test_an_empty_installation(db):
    state = chain_state()
    assert (state.root, state.last, state.open) == (None, None, None)
    assert not state.publishes_late
