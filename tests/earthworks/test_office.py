"""The works office: drawing with help, approvals, papers, lists, exports, guarantees, records."""

import datetime as dt
import io
import json
import re
import subprocess

import pytest
from django.contrib.gis.geos import LineString, Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from citymap.accounts.bin import checksum
from citymap.accounts.choices import Role
from citymap.accounts.models import Organization
from citymap.geo import city_srid, lon_lat, to_wgs84
from citymap.personal.models import Person
from earthworks.choices import Addressee, ClaimState, Decision, GuaranteeState, OrderState
from earthworks.errors import WorksError
from earthworks.models import Approval, Claim, GuaranteeCase, Order, OrderDocument, SavedFilter
from earthworks.record import record_of
from earthworks.services import claim_ends, claims, guarantees, orders
from earthworks.snapping import snap
from layers.choices import NetworkKind, RoadClass
from layers.models import Address, Building, NetworkSegment, Road
from tests.earthworks.pictures import picture
from tests.earthworks.test_pages import form, signed_in
from tests.earthworks.world import (
    X,
    Y,
    approving,
    body,
    brought_to,
    dig,
    draft,
    issued,
    local,
    official,
    police,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
BIN, OTHER_BIN, IIN = "990540000015", "970140000021", "900101300014"
LATE = local("2026-06-21 00:00")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office() -> Client:
    return signed_in(Role.WORKS, post="head of office")


def valid(number: str) -> str:
    """A number of twelve digits whose last is right."""
    return number[:11] + str(checksum(number[:11]))


def pipe(y: float, owner: Organization | None = None) -> NetworkSegment:
    line = LineString((X, Y + y), (X + 20, Y + y), srid=city_srid())
    return NetworkSegment.objects.create(
        kind=NetworkKind.GAS, owner=owner, geom=line, source="test", source_id=str(y),
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip


# --- drawing --------------------------------------------------------------------------------
def test_a_point_snaps_to_the_nearest_object_and_to_nothing_far_away():
    pipe(4)
    line = LineString((X, Y - 3), (X + 20, Y - 3), srid=city_srid())
    Road.objects.create(
        road_class=RoadClass.PRIMARY, kind="primary", name="Абая", geom=line, source="test",
        source_id="1", valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    found = snap(Point(X + 5, Y, srid=city_srid()), 10)
    assert (found.kind, found.title, round(found.y - Y, 6)) == ("road", "Абая", -3)
    assert snap(Point(X + 5, Y + 1, srid=city_srid()), 10).kind == "network"
    assert snap(Point(X + 5, Y, srid=city_srid()), 2) is None


def test_the_map_snaps_and_proposes(office):
    pipe(0.5, body("gas"))
    issued(geom=dig(y=3), holder=body("another"))
    lon, lat = lon_lat(Point(X + 5, Y, srid=city_srid()))
    assert office.get("/works/snap/", {"lon": lon, "lat": lat, "m": 3}).json()["kind"] == "network"
    assert office.get("/works/snap/", {"lon": lon, "lat": lat, "m": 0.1}).status_code == 204
    asked = {"outline": form()["outline"], "width_m": "1.5", "begins_on": "2026-06-01"}
    answer = office.post("/works/propose/", asked, content_type="application/json").json()
    assert answer["area_m2"] == pytest.approx(30, rel=0.05)
    assert sum(answer["areas"].values()) == pytest.approx(answer["area_m2"], abs=0.5)
    assert [one["check"] for one in answer["conflicts"]] == ["order", "network"]
    assert not Order.objects.filter(state=OrderState.DRAFT).exists()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{}", 400), (b'{"outline": 5}', 422), (b"[" * 5000, 400),
        (b'{"outline": "POLYGON((0 0,1 1,1 0,0 1,0 0))"}', 422), (b"x" * 400_000, 400),
    ],
)  # fmt: skip
def test_bad_proposals_are_refused(office, asked, status):
    answer = office.post("/works/propose/", asked, content_type="application/json")
    assert answer.status_code == status


def test_everything_is_entered_and_corrected(office):
    values = form(
        holder="", holder_person_name="Иванов Иван", holder_person_iin=valid(IIN),
        contractor_bin=valid(BIN), contractor_name="ТОО «Новый»",
        contractor_person_name="Петров Пётр", contractor_person_phone="8 701 123 45 67",
        amount_kzt="1500000.50", budget_source="Местный бюджет", contract_number="17-К",
        requirements=["fencing", "traffic"], requirements_note="ночью", more_addresses="a\n\nb",
    )  # fmt: skip
    office.post("/works/new/", values)
    order = Order.objects.get()
    assert order.holder is None
    assert order.holder_person is not None
    assert order.contractor.bin == valid(BIN)
    assert order.contractor_person is not None
    assert order.more_addresses == ["a", "b"]
    assert order.requirements == ["fencing", "traffic"]
    # People stay when their fields stay empty; the same BIN finds the same body.
    values = form(
        holder="", contractor_bin=valid(BIN), address="ул. Новая, 1", area_road="3", area_lawn="",
    )  # fmt: skip
    assert office.get(f"/works/orders/{order.pk}/correct/").status_code == 200
    answer = office.post(f"/works/orders/{order.pk}/correct/", values)
    assert answer.status_code == 302, answer.context["form"].errors
    again = Order.objects.get()
    assert (again.address, again.area_road_m2, again.area_lawn_m2) == ("ул. Новая, 1", 3, 0)
    assert again.contractor_person_id == order.contractor_person_id
    assert Organization.objects.filter(bin=valid(BIN)).count() == 1
    orders.apply(order=again, user=official())
    orders.refuse(order=again, reason="no", user=official())
    assert office.get(f"/works/orders/{order.pk}/correct/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"contractor_bin": "123"}, {"contractor_bin": "111111111111", "contractor_name": "x"},
        {"holder": "", "holder_person_name": "x", "holder_person_iin": "111111111111"},
        {"holder": ""}, {"holder_person_name": "two holders"}, {"contractor_bin": valid(OTHER_BIN)},
        {"amount_kzt": "-1"}, {"requirements": ["dance"]}, {"begins_on": ""},
        {"contractor_person_iin": "900101300010"}, {"contractor_person_phone": "12"},
    ],
)  # fmt: skip
def test_wrong_numbers_and_people_save_nothing(office, values):
    people, bodies = Person.objects.count(), Organization.objects.count()
    sent = form(**values)
    bodies = Organization.objects.count()
    assert office.post("/works/new/", sent).status_code == 400
    assert not Order.objects.exists()
    assert (Person.objects.count(), Organization.objects.count()) == (people, bodies)


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


# --- claims ---------------------------------------------------------------------------------
def sent_claim(addressee: Addressee) -> Claim:
    claim = Claim.objects.get(addressee=addressee)
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.SENT, sent_at=LATE)
    return claim


def test_the_addressee_asks_for_a_review_and_the_lawyer_decides():
    holder = body("holder", email="holder@example.kz")
    police()
    issued(holder=holder)
    claims.sweep(now=LATE)
    claim = sent_claim(Addressee.HOLDER)
    own, lawyer = signed_in(Role.EXECUTOR, organization=holder), signed_in(Role.LAWYER)
    path = f"/works/claims/{claim.pk}"
    assert "Ask for a review" in own.get(f"{path}/").content.decode()
    own.post(f"{path}/dispute/", {"dispute-text": "It was restored on the 19th"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.DISPUTED
    assert own.post(f"{path}/uphold/", {"uphold-text": "x"}).status_code == 404
    assert "1" in lawyer.get("/works/claims/?state=disputed").content.decode()
    lawyer.post(f"{path}/uphold/", {"uphold-text": "The inspection says otherwise"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.ANSWERED
    with pytest.raises(WorksError):
        claim_ends.uphold_claim(claim=claim, reason="again", user=official())
    lawyer.post(f"{path}/withdraw/", {"withdraw-text": "An error after all"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.WITHDRAWN


def test_the_police_are_followed_to_the_fine():
    police()
    issued()
    claims.sweep(now=LATE)
    claim = sent_claim(Addressee.POLICE)
    lawyer, path = signed_in(Role.LAWYER), f"/works/claims/{claim.pk}"
    values = {"police-police_number": "КУИ-77", "police-decision": "fine"}
    lawyer.post(f"{path}/police/", values)
    claim.refresh_from_db()
    assert claim.police_number == ""
    lawyer.post(
        f"{path}/police/",
        {**values, "police-decided_on": "2026-07-01", "police-fine_kzt": "86500"},
    )
    claim.refresh_from_db()
    assert (claim.decision, claim.fine_kzt) == ("fine", 86500)
    assert "КУИ-77" in lawyer.get(f"{path}/").content.decode()
    assert lawyer.post(f"{path}/dispute/", {"dispute-text": "x"}).status_code == 404


# --- guarantee and record ---------------------------------------------------------------------
def test_ground_that_sinks_opens_the_duty_again(office):
    order = brought_to(issued(contractor=body("builder")), OrderState.CLOSED)
    place = order.geom.point_on_surface
    day = dt.date(2027, 6, 1)
    assert guarantees.guaranteed_at(place, day) == order
    assert guarantees.guaranteed_at(place, dt.date(2031, 6, 3)) is None
    assert guarantees.guaranteed_at(Point(X + 500, Y, srid=city_srid()), day) is None
    now = local("2027-06-01 10:00")
    case = guarantees.report_failure(
        order=order, position=place, ground="a hole", user=None, now=now
    )
    assert case.due_on == dt.date(2027, 6, 15)
    again = guarantees.report_failure(order=order, position=place, ground="x", user=None, now=now)
    assert again == case
    page = Client(headers={"accept-language": "en"}).get(f"/works/public/{order.number}/")
    assert "The ground sank after the restoration" in page.content.decode()
    record = record_of(body("builder"), now)
    assert (record.guarantee_cases, record.open_guarantee_cases) == (1, 1)
    office.post(f"/works/guarantees/{case.pk}/", {"end-state": "mended", "end-reason": " "})
    with pytest.raises(WorksError):
        guarantees.end_case(
            case=case, state=GuaranteeState.MENDED, reason="too early", user=official(),
            now=now - dt.timedelta(days=1),
        )  # fmt: skip
    assert GuaranteeCase.objects.get().state == GuaranteeState.OPEN
    guarantees.end_case(
        case=case, state=GuaranteeState.MENDED, reason="filled", user=official(),
        now=now + dt.timedelta(days=1),
    )  # fmt: skip
    assert GuaranteeCase.objects.get().state == GuaranteeState.MENDED
    with pytest.raises(WorksError):
        guarantees.end_case(case=case, state=GuaranteeState.DISMISSED, reason="x", user=official())


def test_without_a_guarantee_no_duty_opens():
    with pytest.raises(WorksError):
        guarantees.report_failure(
            order=issued(), position=Point(X, Y, srid=city_srid()), ground="x", user=None
        )


def test_the_record_counts_what_became_of_orders(office):
    builder = body("builder")
    brought_to(issued(contractor=builder), OrderState.CLOSED)
    late = issued(contractor=builder, geom=dig(y=100))
    brought_to(late, OrderState.RESTORED, local("2026-06-26 10:00"))
    issued(contractor=builder, geom=dig(y=200))
    future = timezone.localdate() + dt.timedelta(days=200)
    approving(contractor=builder, geom=dig(y=300), begins_on=future, ends_on=future)
    claims.make_claims(now=LATE)
    record = record_of(builder, local("2026-06-30 10:00"))
    assert (record.orders, record.on_time, record.late, record.overdue_now) == (4, 1, 2, 1)
    assert record.median_overrun_days == 8
    assert record.claims == 2
    page = office.get("/works/contractors/").content.decode()
    assert "builder" in page
    assert office.get(f"/works/contractors/{builder.pk}/").status_code == 200
    assert office.get(f"/works/contractors/{body('nobody').pk}/").status_code == 404


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


def test_the_draft_on_the_map_is_the_outline_that_was_drawn(office):
    order = draft()
    page = office.get(f"/works/orders/{order.pk}/correct/").content.decode()
    assert json.loads(to_wgs84(order.geom).json)["type"] == "MultiPolygon"
    assert "MultiPolygon" in page
