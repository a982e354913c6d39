"""Roots and proofs for everybody."""

import datetime as dt

import pytest

from citymap.history.merkle import root_from_path
from citymap.history.models import ChainRecord, Root
from citymap.history.sealing import seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(ledger):
    for count in (3, 300):
        ledger.objects.bulk_create(ledger(number=str(n), text="тайна") for n in range(count))
        seal()
    return list(ChainRecord.objects.order_by("pk"))


def test_the_page_lists_roots_newest_first(client, sealed, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        answer = client.get("/history/roots/")
    assert answer.status_code == 200
    first, second = (answer.text.find(bytes(root.hash).hex()) for root in Root.objects.all())
    assert 0 < second < first


def test_the_page_without_any_root(client, empty_chain):
    assert "/history/roots/1.json" not in client.get("/history/roots/").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "\x00", "2"])
def test_odd_pages(client, sealed, page):
    assert client.get("/history/roots/", {"page": page}).status_code == 200


def test_many_roots_are_paged(client, ledger):
    for _number in range(53):
        seal(beat=dt.timedelta(0))
    assert client.get("/history/roots/").text.count(".json") == 50
    assert client.get("/history/roots/?page=2").text.count(".json") == 3


def test_roots_as_json(client, sealed):
    newest = client.get("/history/roots/latest.json").json()
    assert newest["number"] == 2
    assert newest["size"] == 303
    one = client.get("/history/roots/2.json").json()
    assert one["root"] == newest["root"]
    assert one["before"]["number"] == 1
    assert one["before"]["consistency"]
    assert "before" not in client.get("/history/roots/1.json").json()


def test_a_proof_tells_nothing_of_the_record(client, sealed):
    record = sealed[200]
    answer = client.get(f"/history/proofs/{record.pk}/{bytes(record.hash).hex()}.json")
    said = answer.json()
    assert set(said) == {"citymap_proof", "record", "leaf", "position", "path", "root"}
    path = [bytes.fromhex(item) for item in said["path"]]
    found = root_from_path(bytes(record.hash), said["position"], said["root"]["size"], path)
    assert found.hex() == client.get("/history/roots/latest.json").json()["root"]
    upper = bytes(record.hash).hex().upper()
    assert client.get(f"/history/proofs/{record.pk}/{upper}.json").status_code == 200


def test_who_does_not_know_the_hash_gets_nothing(client, sealed, ledger):
    record = sealed[0]
    zeros = "0" * 64
    for path in (
        f"/history/proofs/{record.pk}/{zeros}.json",
        f"/history/proofs/999999999999999999/{zeros}.json",
        f"/history/proofs/9999999999999999999999/{zeros}.json",
        f"/history/proofs/{record.pk}/abc.json",
        "/history/roots/99.json",
        "/history/roots/99999999999999999999.json",
    ):
        assert client.get(path).status_code == 404, path
    late = ledger.objects.create(number="late")
    record = ChainRecord.objects.get(key=str(late.pk))
    unsealed = f"/history/proofs/{record.pk}/{bytes(record.hash).hex()}.json"
    assert client.get(unsealed).status_code == 404


def test_a_log_that_does_not_lead_to_its_root(client, sealed):
    record = sealed[5]
    Root.objects.filter(number=2).update(hash=b"\x00" * 32)
    answer = client.get(f"/history/proofs/{record.pk}/{bytes(record.hash).hex()}.json")
    assert answer.status_code == 409


def test_only_reading(client):
    for path in ("/history/roots/", "/history/roots/latest.json", "/history/roots/1.json"):
        assert client.post(path).status_code == 405
