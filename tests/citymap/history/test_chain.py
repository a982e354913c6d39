"""Records, the log that they are sealed into, its roots, and where those go."""

import datetime as dt
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from citymap.history import roots, sealing
from citymap.history.context import acting
from citymap.history.merkle import KEPT_LEVEL, root_of
from citymap.history.models import ChainRecord, Leaf, Node, Publication, Root, Unsealed
from citymap.history.proofs import NotSealedError, consistency, prove
from citymap.history.roots import PublishedRoot, RootsDisagreeError, append_to_file
from citymap.history.sealing import publish, seal, seal_and_publish
from citymap.history.signals import root_published
from layers.choices import YardCorrectionKind
from layers.models import YardCorrection

pytestmark = pytest.mark.django_db
NEVER = dt.timedelta(days=99)


def log_hashes() -> list[bytes]:
    records = dict(ChainRecord.objects.values_list("pk", "hash"))
    leaves = Leaf.objects.order_by("position").values_list("record", flat=True)
    return [bytes(records[record]) for record in leaves]


# --- records ------------------------------------------------------------------------------
def test_payload_hash_and_chain_of_each_object(ledger):
    with acting(reason="found"):
        one, two = ledger.objects.create(number="1"), ledger.objects.create(number="2")
        one.amount = 5
        one.save()
        two.delete()
    first, other, second, gone = ChainRecord.objects.order_by("pk")
    for record in (first, other, second, gone):
        digest = hashlib.sha256(b"\x00" + record.payload.encode()).digest()
        assert bytes(record.hash) == digest
    assert (first.number, first.previous) == (1, None)
    assert (second.number, bytes(second.previous)) == (2, bytes(first.hash))
    assert (gone.number, bytes(gone.previous)) == (2, bytes(other.hash))
    said = json.loads(second.payload)
    assert said["stream"] == "ledger"
    assert said["context"] == {"reason": "found"}
    assert said["data"]["amount"] == 5
    assert said["previous"] == bytes(first.hash).hex()
    assert said["at"].endswith("+00:00")


def test_bulk_records_of_many_objects(ledger):
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(200))
    ledger.objects.update(amount=1)
    assert ChainRecord.objects.filter(number=2).count() == 200
    assert Unsealed.objects.count() == 400


def test_a_change_rolled_back_leaves_no_record(ledger):
    with transaction.atomic():
        ledger.objects.create(number="1")
        transaction.set_rollback(True)
    assert not ChainRecord.objects.exists()


def test_planners_corrections_are_of_legal_weight(django_user_model):
    user = django_user_model.objects.create(username="planner")
    YardCorrection.objects.create(
        kind=YardCorrectionKind.MERGE, result=[], reason="one court", made_by=user
    )
    assert ChainRecord.objects.get(stream="yards").model == "layers.yardcorrection"


# --- sealing ------------------------------------------------------------------------------
def test_sealing_is_incremental_and_the_root_is_that_of_all_leaves(ledger):
    for count in (1, 2, 5, 300, 1):
        ledger.objects.bulk_create(ledger(number=str(n)) for n in range(count))
        root = seal()
        assert root.size == ChainRecord.objects.count()
        assert bytes(root.hash) == root_of(log_hashes())
        assert len(root.frontier) == root.size.bit_count()
    assert Node.objects.filter(level=KEPT_LEVEL).count() == 1
    assert not Unsealed.objects.exists()
    assert [root.number for root in Root.objects.all()] == [1, 2, 3, 4, 5]


def test_nothing_new_makes_a_root_only_after_a_while(ledger):
    assert seal().size == 0
    assert seal() is None
    again = seal(beat=dt.timedelta(0))
    assert (again.number, again.size) == (2, 0)


def test_sealing_in_pieces_goes_on_to_the_end(ledger):
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(25))
    assert seal(most=10).size == 25
    assert list(Root.objects.values_list("size", flat=True)) == [10, 20, 25]


def test_a_root_that_does_not_fit_the_log_stops_the_sealing(ledger):
    ledger.objects.create(number="1")
    seal()
    Leaf.objects.all().delete()
    ledger.objects.create(number="2")
    with pytest.raises(Exception, match="the newest root is of 1 records"), transaction.atomic():
        seal()


def test_the_runtime_role_seals(ledger, runtime_role):
    ledger.objects.create(number="1")
    assert seal().size == 1


# --- proofs -------------------------------------------------------------------------------
def test_every_record_can_be_proved(ledger):
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(600))
    seal()
    for record in ChainRecord.objects.order_by("pk")[::97]:
        assert prove(record=record)["root"]["size"] == 600


def test_a_proof_reads_a_part_of_the_log(ledger, django_assert_max_num_queries):
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(1500))
    seal()
    record = ChainRecord.objects.order_by("pk")[700]
    with django_assert_max_num_queries(24):
        prove(record=record)


def test_no_proof_before_the_root(ledger):
    ledger.objects.create(number="1")
    with pytest.raises(NotSealedError):
        prove(record=ChainRecord.objects.get())


def test_roots_are_consistent(ledger):
    ledger.objects.create(number="1")
    old = seal()
    ledger.objects.bulk_create(ledger(number=str(n)) for n in range(600))
    new = seal()
    assert consistency(old=old, new=new)
    assert consistency(old=Root(size=0), new=new) == []


# --- out of the database ------------------------------------------------------------------
def test_the_file_gets_each_root_once(ledger, tmp_path):
    path = tmp_path / "history" / "roots.jsonl"
    seal()
    assert append_to_file(path) == 1
    assert append_to_file(path) == 0
    ledger.objects.create(number="1")
    seal()
    assert append_to_file(path) == 1
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["number"] for line in lines] == [1, 2]
    assert lines[1]["root"] == bytes(Root.objects.get(number=2).hash).hex()


def test_a_line_torn_by_a_crash_is_written_again(ledger, tmp_path):
    path = tmp_path / "roots.jsonl"
    seal()
    seal(beat=dt.timedelta(0))
    append_to_file(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert append_to_file(path) == 1
    assert path.read_bytes() == whole


def test_a_file_that_knows_another_root_is_not_written_to(ledger, tmp_path):
    path = tmp_path / "roots.jsonl"
    seal()
    append_to_file(path)
    said = path.read_text()
    Root.objects.update(hash=b"\x01" * 32)
    seal(beat=dt.timedelta(0))
    with pytest.raises(RootsDisagreeError):
        append_to_file(path)
    assert path.read_text() == said


def test_roots_are_signed_with_the_installations_key(settings, ledger):
    secret = Ed25519PrivateKey.generate()
    settings.CITYMAP_HISTORY_KEY = secret.private_bytes_raw().hex()
    seal()
    public = PublishedRoot.of(Root.objects.get())
    assert public.key == secret.public_key().public_bytes_raw().hex()
    assert public.signature_holds()
    said = public.as_json() | {"size": 7}
    assert not PublishedRoot.from_json(said).signature_holds()


def test_a_key_that_is_none_is_named(settings, ledger):
    settings.CITYMAP_HISTORY_KEY = "abc"
    with pytest.raises(ImproperlyConfigured, match="CITYMAP_HISTORY_KEY"):
        seal()


@pytest.mark.parametrize(
    "line", ["{}", "[]", '{"number": 1}', "7", '{"number":1,"size":1,"root":"x","made_at":""}']
)
def test_lines_that_are_no_roots(line):
    with pytest.raises(ValueError, match="line 1"):
        list(roots.read_roots([line]))


@pytest.fixture
def heard():
    found = []

    def receiver(sender, root, **kwargs):
        found.append(root.number)

    root_published.connect(receiver)
    yield found
    root_published.disconnect(receiver)


def test_published_at_least_hourly_and_once_each(ledger, heard):
    now = timezone.now()
    seal()
    assert publish(now=now).number == 1
    assert publish(now=now + dt.timedelta(minutes=54)) is None
    assert publish(now=now + dt.timedelta(minutes=56)) is None  # nothing newer yet
    seal(beat=dt.timedelta(0))
    assert publish(now=now + dt.timedelta(minutes=56)).number == 2
    assert heard == [1, 2]
    assert Publication.objects.count() == 2


def test_a_receiver_that_fails_is_asked_again(ledger, heard):
    def fails(sender, root, **kwargs):
        raise RuntimeError("no room")

    seal()
    root_published.connect(fails)
    try:
        with pytest.raises(RuntimeError):
            publish()
    finally:
        root_published.disconnect(fails)
    assert not Publication.objects.exists()
    assert publish().number == 1


def test_the_sweep_does_it_all(ledger, settings, tmp_path, heard):
    settings.CITYMAP_VAR = tmp_path
    ledger.objects.create(number="1")
    said = seal_and_publish(timezone.now())
    assert said == "root 1 over 1 records, 1 to the file, root 1 published"
    assert seal_and_publish(timezone.now()) == "nothing to seal"
    assert heard == [1]
    assert sealing.BEAT < sealing.PUBLISH_AFTER < dt.timedelta(hours=1)
