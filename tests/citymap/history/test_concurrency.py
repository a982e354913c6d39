"""Writers, sealers and restores side by side: what commits is recorded, once, in a true order."""

import threading

from django.db import connection, transaction

from citymap.history.merkle import root_of
from citymap.history.models import ChainRecord, Leaf, Root
from citymap.history.sealing import seal
from layers.choices import YardCorrectionKind
from layers.models import YardCorrection


def log_hashes() -> list[bytes]:
    records = dict(ChainRecord.objects.values_list("pk", "hash"))
    leaves = Leaf.objects.order_by("position").values_list("record", flat=True)
    return [bytes(records[record]) for record in leaves]


def test_a_long_transaction_is_sealed_when_it_commits(empty_city_copy, django_user_model):
    """Its record has the lower id; whatever was sealed meanwhile, it is not forgotten."""
    user = django_user_model.objects.create(username="planner")
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
    assert seal().size == 1
    finish.set()
    thread.join()
    assert seal().size == 2
    low, high = Leaf.objects.order_by("position")
    assert low.record > high.record


def test_two_sealers_at_once_make_one_log(empty_city_copy, django_user_model):
    user = django_user_model.objects.create(username="planner")
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
    assert Leaf.objects.count() == 300
    newest = Root.objects.last()
    assert newest.size == 300
    assert bytes(newest.hash) == root_of(log_hashes())
