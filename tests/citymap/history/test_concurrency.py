"""Writers, sealers and restores side by side: what commits is recorded, once, in a true order."""

import subprocess
import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from citymap.history.benchmarks.tables import order_model, tables
from citymap.history.benchmarks.writes import Mixed
from citymap.history.hardening import problems
from citymap.history.merkle import root_of
from citymap.history.models import ChainRecord, Leaf, Root
from citymap.history.roots import PublishedRoot
from citymap.history.sealing import seal
from citymap.history.verify import verify
from layers.choices import YardCorrectionKind
from layers.models import YardCorrection
from tests.citymap.history.conftest import empty_the_chain
from tests.support.databases import create_database, drop_database, use_database


def log_hashes() -> list[bytes]:
    records = dict(ChainRecord.objects.values_list("pk", "hash"))
    leaves = Leaf.objects.order_by("position").values_list("record", flat=True)
    return [bytes(records[record]) for record in leaves]


@pytest.fixture(autouse=True)
def _nothing_recorded_yet(empty_city_copy):
    empty_the_chain()


def test_a_long_transaction_is_sealed_when_it_commits(empty_city_copy):
    """Its record has the lower id; whatever was sealed meanwhile, it is not forgotten."""
    user = get_user_model().objects.create(username="planner")
    seal()
    started, finish = threading.Event(), threading.Event()

    def correct(reason: str) -> None:
        YardCorrection.objects.create(
            kind=YardCorrectionKind.MERGE, result=[], reason=reason, made_by=user
        )

    def slowly() -> None:
        with transaction.atomic():
            correct("slow")
            started.set()
            finish.wait(20)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert started.wait(20)
    correct("quick")
    assert seal().size == 2
    finish.set()
    thread.join()
    assert seal().size == 3
    _user, low, high = Leaf.objects.order_by("position")
    assert low.record > high.record


def test_two_sealers_at_once_make_one_log(empty_city_copy):
    user = get_user_model().objects.create(username="planner")
    YardCorrection.objects.bulk_create(
        YardCorrection(kind=YardCorrectionKind.MERGE, result=[], reason=str(n), made_by=user)
        for n in range(300)
    )

    def work() -> None:
        seal(most=20)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Leaf.objects.count() == 301
    newest = Root.objects.last()
    assert newest.size == 301
    assert bytes(newest.hash) == root_of(log_hashes())


def test_no_deadlock_in_mixed_writes(empty_city_copy):
    model = order_model("LedgerMixed", chain="ledger")
    with tables(model):
        mixed = Mixed(model, 8)
        mixed.run(2000)
        assert not mixed.errors, mixed.errors[:3]
        assert mixed.done == 2000
        verdict = verify()
        assert verdict.holds, verdict.faults
        assert verdict.sealed == verdict.records == ChainRecord.objects.count()


def test_everything_verifies_after_dump_and_restore(empty_city_copy, tmp_path):
    user = get_user_model().objects.create(username="planner")
    for number in range(40):
        YardCorrection.objects.create(
            kind=YardCorrectionKind.MERGE, result=[], reason=str(number), made_by=user
        )
        if number == 30:
            seal()
    outside = [PublishedRoot.of(root) for root in Root.objects.all()]
    before = log_hashes()
    name = f"{empty_city_copy.database}_restored"
    dump = tmp_path / "city.dump"
    session = connection.get_connection_params()
    where = ["-h", session["host"], "-U", session["user"]]
    subprocess.run(
        ["pg_dump", *where, "-Fc", "-f", dump, "-d", empty_city_copy.database], check=True
    )
    create_database(name)
    try:
        # PostGIS is in template1 already; what the dump says of it is not the owner's to do.
        subprocess.run(
            ["pg_restore", *where, "-d", name, dump], check=False, stderr=subprocess.DEVNULL
        )
        with use_database(name):
            assert verify(outside=outside).holds
            assert problems(connection) == []
            assert log_hashes() == before
            YardCorrection.objects.create(
                kind=YardCorrectionKind.MERGE, result=[], reason="after", made_by_id=user.pk
            )
            assert seal().size == ChainRecord.objects.count()
            assert verify(outside=outside).holds
    finally:
        drop_database(name)
