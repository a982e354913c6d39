"""The works office: approvals, papers, lists, exports, calendar and map."""

import datetime as dt
import io
import json
import re
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from citymap.accounts.choices import Role
from earthworks.choices import Decision, OrderState
from earthworks.models import Approval, Claim, OrderDocument, SavedFilter
from earthworks.services import claims
from layers.choices import NetworkKind
from layers.models import Address, Building
from tests.earthworks.pictures import picture
from tests.earthworks.test_pages import signed_in
from tests.earthworks.world import (
    approving,
    body,
    brought_to,
    dig,
    draft,
    issued,
    local,
    pipe,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "media")]
LATE = local("2026-06-21 00:00")


@pytest.fixture
def office() -> Client:
    return signed_in(Role.WORKS, post="head of office")


# --- approvals ------------------------------------------------------------------------------
def test_owners_near_by_are_asked_and_answer_for_themselves(office):
    gas, akimat = body("gas"), body("akimat", "state_body")
    pipe(3, gas)
    order = draft()
    page = office.get(f"/works/orders/{order.pk}/").content.decode()
    assert re.search(rf'value="{gas.pk}"[^>]*checked', page)
    office.post(
        f"/works/orders/{order.pk}/apply/", {"apply-bodies": [gas.pk], "apply-offices": [akimat.pk]}
    )
    lines = {one.organization: one for one in order.approvals.all()}
    assert {one.kind for one in lines.values()} == {"network", "office"}
    owner = signed_in(Role.EXECUTOR, organization=gas)
    assert "Waiting for your approval" in owner.get("/works/").content.decode()
    assert owner.get(f"/works/orders/{order.pk}/").status_code == 200
    key = lines[gas].pk
    refused = {f"line{key}-decision": "conditions"}
    owner.post(f"/works/approvals/{key}/", refused)
    assert Approval.objects.get(pk=key).decision == Decision.PENDING
    owner.post(f"/works/approvals/{key}/", {**refused, f"line{key}-conditions": "by hand only"})
    assert Approval.objects.get(pk=key).decision == Decision.CONDITIONS
    other = lines[akimat].pk
    assert owner.post(f"/works/approvals/{other}/").status_code == 404
    office.post(f"/works/approvals/{other}/", {f"line{other}-decision": "agreed"})
    office.post(f"/works/orders/{order.pk}/issue/")
    order.refresh_from_db()
    assert order.state == OrderState.ISSUED


def test_one_more_body_is_asked_once(office):
    order, gas = approving(), body("gas")
    for _again in range(2):
        office.post(f"/works/orders/{order.pk}/ask/", {"ask-body": gas.pk, "ask-kind": "network"})
    assert order.approvals.count() == 1


# --- papers ---------------------------------------------------------------------------------
def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_photos_and_documents_are_kept_and_bad_ones_are_not(office):
    order = issued()
    path = f"/works/orders/{order.pk}"
    office.post(f"{path}/photo/", {"photo-stage": "before", "photo-photo": upload(picture(), "a")})
    office.post(f"{path}/photo/", {"photo-stage": "before", "photo-photo": upload(b"x", "a")})
    huge = upload(b"\xff\xd8" + b"0" * 30_000_000, "a.jpg")
    answer = office.post(f"{path}/photo/", {"photo-stage": "x", "photo-photo": huge}, follow=True)
    assert "too large" in answer.content.decode()
    assert order.photos.count() == 1
    paper = {"document-kind": "act", "document-title": "Акт № 1"}
    office.post(f"{path}/document/", {**paper, "document-file": upload(b"%PDF-1.7 x", "a")})
    office.post(f"{path}/document/", {**paper, "document-file": upload(b"<script>", "a")})
    found = OrderDocument.objects.get()
    answer = office.get(f"/works/documents/{found.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")


def test_an_outage_names_the_buildings_around(office):
    house = Building.objects.create(
        geom=dig(y=8), source="test", source_id="1", valid_from=dt.date(2020, 1, 1)
    )
    Address.objects.create(
        street_name="Абая", house_number="5", building=house, geom=house.geom.centroid,
        source="test", source_id="1", valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    order = issued()
    asked = {
        "outage-kind": "cold_water", "outage-starts_at": "2026-06-02T09:00",
        "outage-ends_at": "2026-06-02T18:00", "outage-around_m": "30",
    }  # fmt: skip
    office.post(f"/works/orders/{order.pk}/outage/", asked)
    assert [list(one.buildings.all()) for one in order.outages.all()] == [[house]]
    assert "Абая, 5" in office.get(f"/works/orders/{order.pk}/").content.decode()
    office.post(
        f"/works/orders/{order.pk}/outage/", {**asked, "outage-ends_at": "2026-06-01T00:00"}
    )
    assert order.outages.count() == 1


def test_the_printed_order_is_searchable_and_names_nobody(office, tmp_path):
    order = issued(address="Әуезов көшесі, 5, ҒҚҢӨҰҮҺІ ғқңөұүһі", requirements=["fencing"])
    pipe(2)
    answer = office.get(f"/works/orders/{order.pk}/order.pdf")
    (tmp_path / "order.pdf").write_bytes(answer.content)
    run = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "order.pdf", "-"], capture_output=True, check=True
    )
    text = run.stdout.decode()
    assert text.count(order.number) >= 2
    assert text.count("ҒҚҢӨҰҮҺІ ғқңөұүһі") == 2
    assert f"/works/public/{order.number}/" in text
    assert text.index("ордер") < text.index("Ордер на производство")
    assert office.get(f"/works/orders/{draft(geom=dig(y=90)).pk}/order.pdf").status_code == 200


# --- the list -------------------------------------------------------------------------------
def test_filters_are_saved_found_again_and_removed(office):
    office.post("/works/filters/", {"name": "Late", "query": "overdue=on&page=7&evil=1"})
    office.post("/works/filters/", {"name": "Late", "query": "overdue=on&state=live"})
    kept = SavedFilter.objects.get()
    assert sorted(kept.query.split("&")) == ["overdue=on", "state=live"]
    assert "Late" in office.get("/works/").content.decode()
    other = signed_in(Role.LAWYER)
    assert other.post(f"/works/filters/{kept.pk}/forget/").status_code == 404
    office.post(f"/works/filters/{kept.pk}/forget/")
    office.post("/works/filters/", {"name": ""})
    assert not SavedFilter.objects.exists()


def test_many_orders_at_once_each_by_itself(office):
    done = brought_to(issued(), OrderState.RESTORED)
    running = issued(geom=dig(y=200))
    sent = {"action": "close", "order": [done.pk, running.pk, "x", "9" * 30]}
    answer = office.post("/works/bulk/", sent, follow=True)
    assert "Done for 1 order." in answer.content.decode()
    assert f"{running}: An order that is" in answer.content.decode()
    done.refresh_from_db()
    running.refresh_from_db()
    assert (done.state, running.state) == (OrderState.CLOSED, OrderState.ISSUED)
    assert office.post("/works/bulk/", {"action": "explode"}).status_code == 404


def test_the_workbook_has_dates_as_dates_and_no_formulas(office):
    order = issued(address="=1+1")
    issued(geom=dig(y=300), network_kind=NetworkKind.HEAT)
    answer = office.get("/works/export.xlsx?network=water")
    page = load_workbook(io.BytesIO(answer.content)).active
    heading, row = page.iter_rows(values_only=True)
    found = dict(zip(heading, row, strict=True))
    assert (found["Number"], found["From"].date()) == (order.number, order.begins_on)
    assert found["Address"] == "=1+1"
    assert page["E2"].data_type == "s"
    assert office.get("/works/export.csv?network=heat").content.decode().count("\n") == 2
    looks = json.loads(office.get("/works/export.geojson").content)["features"]
    assert {one["properties"]["look"] for one in looks} == {"overdue"}
    assert office.get("/works/export.exe").status_code == 404


@pytest.mark.parametrize("month", ["", "2026-06", "2026-13", "x", "9999-99", "2026-02"])
def test_the_calendar_takes_any_month(office, month):
    order = issued()
    page = office.get("/works/calendar/", {"month": month})
    assert page.status_code == 200
    assert (order.number in page.content.decode()) == (month == "2026-06")


def test_the_map_of_the_list(office):
    order = issued()
    page = office.get("/works/map/?network=water")
    assert order.number in page.content.decode()
    assert "export.geojson?network=water" in page.content.decode()


def test_queries_of_the_pages_do_not_grow(office, django_assert_max_num_queries):
    for number in range(6):
        issued(geom=dig(y=40.0 * number), contractor=body(f"builder {number}"))
    claims.make_claims(now=LATE)
    for path, most in (
        ("/works/", 16), ("/works/contractors/", 13), ("/works/map/", 13), ("/works/claims/", 12),
        ("/works/calendar/?month=2026-06", 10),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert office.get(path).status_code == 200


def test_the_pages_of_claim_and_order_tell_what_was_sent(office):
    order = issued()
    claims.sweep(now=LATE)
    claim = Claim.objects.to_holder().get()
    pages = [f"/works/claims/{claim.pk}/", f"/works/orders/{order.pk}/"]
    for path in pages:
        log = office.get(path).content.decode().split('id="deliveries-title"')[1]
        log = log.split("</section>")[0]
        assert log.count("<details") == 1
        assert str(order.holder) in log
        assert "holder@example.kz" not in log
    reader = signed_in(Role.PLANNER)
    for path in pages:
        assert "deliveries-title" not in reader.get(path).content.decode()
