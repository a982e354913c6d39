"""The pages themselves."""

import csv
import io
import re

import pytest
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization
from citymap.audit.models import Verification
from citymap.audit.services import run_verification
from citymap.history.context import acting
from citymap.history.models import Protocol
from citymap.history.protocols import open_protocol
from citymap.history.sealing import seal
from citymap.history.tracking import tracking_of
from citymap.personal.services import reveal, save_person

pytestmark = pytest.mark.django_db
PAGES = ("/audit/", "/audit/changes/", "/audit/looks/", "/audit/protocols/", "/audit/chain/")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


@pytest.fixture
def protocol(db) -> Protocol:
    return open_protocol(kind="refused", what="POST /x/: refused", when=timezone.now())


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    content = b"".join(response) if response.streaming else response.content
    return content.decode()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_empty_pages_say_so(reader, path, language):
    page = text(reader.get(path, HTTP_ACCEPT_LANGUAGE=language))
    assert "<h1>" in page
    assert "{{" not in page


def test_changes(reader, body):
    page = text(reader.get("/audit/changes/", {"kind": "accounts.organization"}))
    assert "New name" in page
    assert "Айгерим Сейтова" in page
    assert "new contract" in page


@pytest.mark.parametrize("who", ["Сейтова", "айгерим сейтова", "Сейтова Айгерим", "audit"])
def test_who_is_a_name_or_a_user_name(reader, body, operator, who):
    who = operator.username if who == "audit" else who
    page = text(reader.get("/audit/changes/", {"who": who, "kind": "accounts.organization"}))
    assert "New name" in page
    assert "No change is like this." in text(reader.get("/audit/changes/", {"who": "Nobody"}))


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "x.y"}, {"key": "5"}, {"first": "yesterday"}, {"who": "x" * 200},
        {"first": "2026-02-01", "last": "2026-01-01"}, {"action": "x"}, {"origin": "x"},
        {"first": "0000-00-00"}, {"kind": "accounts.organization", "key": "x" * 70},
        {"who": "a\0b"},
    ],
)  # fmt: skip
def test_wrong_questions_are_said(reader, query):
    assert reader.get("/audit/changes/", query).status_code == 400
    assert reader.get("/audit/changes.csv", query).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"after": "nonsense"}, {"first": "9999-12-31", "last": "9999-12-31"}, {"sort": "x"},
        {"first": "0001-01-01"}, {"last": "0001-01-01"},
        {"after": "9999-12-31T23:59:59Z~a~1"}, {"after": "0001-01-01T00:00:00+00:00~a~1"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/audit/changes/", "/audit/looks/"])
def test_odd_questions_are_answered(reader, body, query, path):
    text(reader.get(path, query))


@pytest.mark.parametrize("key", ["9" * 60, "-1", "x", "1;"])
def test_odd_numbers_find_nothing(reader, body, key):
    query = {"kind": "accounts.organization", "key": key}
    assert "No change is like this." in text(reader.get("/audit/changes/", query))


def test_sorting_and_paging_by_links(reader, operator):
    with acting(user=operator):
        for number in range(120):
            Organization.objects.create(kind="utility", name=f"Body {number:03d}")
    seen, path = [], "/audit/changes/?kind=accounts.organization&sort=when"
    while path:
        page = text(reader.get(path))
        seen += re.findall(r"Body \d{3}", page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        path = f"/audit/changes/{link[1].replace('&amp;', '&')}" if link else ""
    assert seen == [f"Body {number:03d}" for number in range(120)]


def test_one_change_opened(reader, body):
    event = tracking_of(Organization).event_model.objects.of_object(body).newest_first().first()
    page = text(reader.get(f"/audit/changes/accounts.organization/{event.pgh_id}/"))
    assert re.search(r"<del>Old name</del>.*<ins>New name</ins>", page, re.DOTALL)
    for path in ("accounts.organization/0/", f"x.y/{event.pgh_id}/", f"accounts.user/{9**40}/"):
        assert reader.get(f"/audit/changes/{path}").status_code == 404


def test_a_change_of_legal_weight_shows_its_record(reader, operator):
    person = save_person(name="Somebody")
    event = tracking_of(type(person)).event_model.objects.of_object(person).get()
    path = f"/audit/changes/personal.person/{event.pgh_id}/"
    assert "waits for the next root" in text(reader.get(path))
    seal()
    page = text(reader.get(path))
    proof = re.search(r'href="(/history/proofs/[^"]+)"', page)[1]
    assert reader.get(proof).status_code == 200


def test_looks(reader, operator):
    person = save_person(name="Меткина Анна", phones=["87019998877"])
    reveal(person=person, fields=["name", "phones"], user=operator, why="call back")
    page = text(reader.get("/audit/looks/", {"number": person.number.lower(), "kind": "looked"}))
    for said in (person.number, "Айгерим Сейтова", "call back", "Telephones"):
        assert said in page
    assert "Меткина" not in page
    lines = list(csv.reader(io.StringIO(text(reader.get("/audit/looks.csv"))[1:])))
    assert lines[0][0] == "When"
    assert lines[1][4] == person.number
    assert "No look is like this." in text(reader.get("/audit/looks/", {"number": "NOBODY"}))


def test_csv_of_changes(reader, body, operator):
    with acting(user=operator, reason="=HYPERLINK(1)"):
        Organization.objects.filter(pk=body.pk).update(name="Newest")
    answer = reader.get("/audit/changes.csv", {"kind": "accounts.organization"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    content = text(answer)
    assert content.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(content[1:])))
    assert len(lines) == 4
    assert lines[1][6] == "'=HYPERLINK(1)"
    assert lines[1][1] == "Айгерим Сейтова"


def test_protocols_are_read_and_acknowledged(reader, protocol, auditor, make_user, client):
    page = text(reader.get("/audit/protocols/"))
    assert protocol.label in page
    assert "waits for your acknowledgement" in text(reader.get("/audit/"))
    path = f"/audit/protocols/{protocol.label}/"
    assert reader.post(f"{path}acknowledge/", {"comment": "  "}).status_code == 400
    reader.post(f"{path}acknowledge/", {"comment": "Asked the operator; a mistake"})
    page = text(reader.get(path))
    assert "Asked the operator; a mistake" in page
    assert "Acknowledged by the auditor" in page
    head = make_user(Role.HEAD)
    client.force_login(head)
    client.post(f"{path}acknowledge/", {"comment": "Seen"})
    assert Protocol.objects.get().state == "acknowledged"
    assert client.get("/audit/protocols/?state=waiting_head").status_code == 200


def test_protocols_cannot_be_discarded(reader, protocol):
    path = f"/audit/protocols/{protocol.label}/"
    assert reader.delete(path).status_code == 405
    assert reader.post(path).status_code == 405
    assert reader.get("/audit/protocols/2026-0/").status_code == 404
    assert reader.get(f"/audit/protocols/{9**30}-{9**30}/").status_code == 404
    assert Protocol.objects.count() == 1


def test_the_administrator_reads_and_does_not_acknowledge(admin_client, protocol):
    path = f"/audit/protocols/{protocol.label}/"
    assert "/acknowledge/" not in text(admin_client.get(path))
    assert admin_client.post(f"{path}acknowledge/", {"comment": "x"}).status_code == 403


def test_protocols_as_csv_and_narrowed(reader, protocol):
    lines = list(csv.reader(io.StringIO(text(reader.get("/audit/protocols.csv"))[1:])))
    assert lines[1][0] == protocol.label
    assert "No protocol is like this." in text(reader.get("/audit/protocols/?kind=chain"))


def test_chain_page_and_button(reader, auditor):
    save_person(name="Somebody")
    assert "has not been verified yet" in text(reader.get("/audit/chain/"))
    assert reader.get("/audit/chain/verify/").status_code == 405
    assert reader.post("/audit/chain/verify/").status_code == 302
    page = text(reader.get("/audit/chain/"))
    assert "verification-progress" in page
    opened = Verification.objects.get()
    assert reader.get("/audit/chain/progress.json").json()["open"] is True
    run_verification(verification=opened)
    assert reader.get("/audit/chain/progress.json").json() == {"open": False}
    assert "the chain holds" in text(reader.get("/audit/chain/"))


@pytest.mark.parametrize("path", [*PAGES, "/audit/looks.csv", "/audit/chain/progress.json"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.EXECUTOR, Role.LAWYER, Role.AKIM])
def test_others_are_kept_out(client, make_user, path, role):
    client.force_login(make_user(role))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_questions_per_page_do_not_grow(
    reader, operator, path, protocol, django_assert_max_num_queries
):
    person = save_person(name="Somebody", user=operator)
    with acting(user=operator):
        for number in range(30):
            Organization.objects.create(kind="utility", name=f"Body {number}")
            reveal(person=person, fields=["name"], user=operator, why="call back")
            open_protocol(kind="refused", what=f"number {number}", when=timezone.now())
    reader.get(path)
    with django_assert_max_num_queries(18):
        reader.get(path)
